"""The service catalogue: list, editor with its form builder, preview chat, publishing."""

import json
from datetime import date
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.clock import local
from bot.conversations.preview import Line
from bot.desk.admin import catalogue, service_form
from bot.desk.admin.common import AdminError, author_of
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.layout import PREVIEW, TRIALS, partial
from bot.desk.trial import Verdict
from bot.desk.views.admin.frame import admin_page, back
from bot.directory.models import Change
from bot.knowledge.publish import service_item
from bot.tickets.errors import NotFound

MOST_SAID, LONGEST_SAID = 30, 500


async def index(request: web.Request) -> web.Response:
    """The catalogue by category, and the form for a new service."""
    return await _index(request)


async def _index(request: web.Request, error: AdminError | None = None, typed: Any = None) -> web.Response:
    context = request.app[CONTEXT]
    county, org = await context.directory.county(), request.query.get("org", "")
    rows = [one for one in await catalogue.listed(context) if not org or one.lead == org]
    categories = list(dict.fromkeys(one.category for one in [*county.services.values(), *rows]))
    values = {
        "groups": [(name, [one for one in rows if one.category == name]) for name in categories],
        "orgs": county.orgs,
        "org": org,
        "categories": categories,
        "typed": typed or {},
        "count": len(rows),
    }
    return await admin_page(request, "services.html", values, section="services", error=error)


async def begin(request: web.Request) -> web.Response:
    """Start a new service."""
    form = await request.post()
    try:
        code = await catalogue.begin(request.app[CONTEXT], author_of(actor_of(request)), form)
    except AdminError as error:
        return await _index(request, error, form)
    raise web.HTTPSeeOther(f"/desk/admin/services/{code}")


async def show(request: web.Request) -> web.Response:
    """The editor."""
    return await _show(request)


async def _show(
    request: web.Request, error: AdminError | None = None, content: dict[str, Any] | None = None
) -> web.Response:
    context, code = request.app[CONTEXT], request.match_info["code"]
    county = await context.directory.county()
    try:
        async with context.db.read() as session:
            opened = await catalogue.opened(session, code)
    except AdminError as missing:
        raise NotFound(str(missing)) from missing
    shown = content or opened.content
    contact = county.contact_kinds.get(shown["contact"], ())
    values = {
        "opened": opened,
        "content": shown,
        "wrong": catalogue.problems(context, county, request.app[PREVIEW], code, shown),
        "fields": service_form.chosen(county, shown),
        "addable": service_form.addable(county, shown),
        "first": [
            service_form.short_label(county.slots[name].label) for name in contact if name in county.slots
        ],
        "orgs": {code: org for code, org in county.orgs.items() if org.active(_today(request))},
        "categories": list(dict.fromkeys(one.category for one in county.services.values())),
        "form": service_form,
    }
    return await admin_page(request, "service.html", values, section="services", error=error)


def _today(request: web.Request) -> date:
    return local(request.app[CONTEXT].clock()).date()


async def change(request: web.Request) -> web.Response:
    """Save, publish, throw away, stop or offer again."""
    context, author = request.app[CONTEXT], author_of(actor_of(request))
    form, code = await request.post(), request.match_info["code"]
    what = str(form.get("do", "save"))
    content: dict[str, Any] | None = None
    try:
        if what in ("on", "off"):
            done = await catalogue.set_active(context, author, code, active=what == "on")
            raise back(f"/services/{code}", done)
        if what == "discard":
            gone = await catalogue.discard(context, code)
            raise web.HTTPSeeOther(f"/desk/admin/services{'' if gone else f'/{code}'}")
        content = await _read(request, form)
        await catalogue.save(context, author, code, content, _version(form))
        done = await _publish(request, code) if what == "publish" else None
    except AdminError as error:
        return await _show(request, error, content)
    if done is not None:
        raise back(f"/services/{code}", done)
    raise web.HTTPSeeOther(f"/desk/admin/services/{code}")


async def _publish(request: web.Request, code: str) -> Change | None:
    context, author = request.app[CONTEXT], author_of(actor_of(request))
    done, _ = await catalogue.publish(context, author, request.app[PREVIEW], code)
    return done


async def _read(request: web.Request, form: MultiDictProxy[Any]) -> dict[str, Any]:
    return service_form.read(await request.app[CONTEXT].directory.county(), form)


def _version(form: MultiDictProxy[Any]) -> int:
    value = str(form.get("version", "0"))
    return int(value) if value.isdigit() else 0


async def preview(request: web.Request) -> web.Response:
    """The talk as it would go with what stands in the form now; nothing is saved."""
    context, form, code = request.app[CONTEXT], await request.post(), request.match_info["code"]
    said = _said(form)
    try:
        content = await _read(request, form)
        service = catalogue.service_from(code, content)
    except AdminError as error:
        return partial(request, "admin/_preview.html", {"error": str(error), "lines": [], "said": said})
    county = await context.directory.county()
    if service.lead not in county.orgs:
        values = {"error": "先选主办单位再试。", "lines": [], "said": said}
        return partial(request, "admin/_preview.html", values)
    player = request.app[PREVIEW]
    lines: list[Line] = await player.play(county, service, said) if player and said else []
    verdict: Verdict | None = None
    if said:
        verdict = await request.app[TRIALS].service_with(said[0], service_item(service))
    values = {"error": None, "lines": lines, "said": said, "verdict": verdict, "code": code}
    return partial(request, "admin/_preview.html", values)


def _said(form: MultiDictProxy[Any]) -> list[str]:
    """What was said so far, with the new line or the pressed button at its end."""
    if "restart" in form:
        return []
    try:
        earlier = json.loads(str(form.get("said", "[]")))
    except ValueError:
        earlier = []
    lines = [str(one)[:LONGEST_SAID] for one in earlier][:MOST_SAID] if isinstance(earlier, list) else []
    new = str(form.get("press") or form.get("say") or "").strip()[:LONGEST_SAID]
    return [*lines, new] if new else lines
