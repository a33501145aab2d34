"""Organisations."""

from typing import Any

from aiohttp import web

from bot.clock import local
from bot.desk.admin import nowhere, organisations
from bot.desk.admin.common import AdminError, author_of
from bot.desk.admin.hours import written
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.views.admin.frame import admin_page, back
from bot.directory.catalogue import CENTRE
from bot.tickets.errors import NotFound


async def index(request: web.Request) -> web.Response:
    """All organisations, and the form for a new one."""
    return await _index(request)


async def _index(request: web.Request, error: AdminError | None = None, typed: Any = None) -> web.Response:
    context = request.app[CONTEXT]
    values = {
        "rows": await organisations.overview(context),
        "orgs": (await context.directory.county()).orgs,
        "centre": CENTRE,
        "typed": typed or {},
        "today": local(context.clock()).date(),
    }
    return await admin_page(request, "orgs.html", values, section="orgs", error=error)


async def add(request: web.Request) -> web.Response:
    """Add an organisation."""
    form = await request.post()
    try:
        code, done = await organisations.add(request.app[CONTEXT], author_of(actor_of(request)), form)
    except AdminError as error:
        return await _index(request, error, form)
    raise back(f"/orgs/{code}", done)


async def show(request: web.Request) -> web.Response:
    """One organisation: what hangs on it, and what can be changed."""
    return await _show(request)


async def _show(request: web.Request, error: AdminError | None = None, typed: Any = None) -> web.Response:
    context, code = request.app[CONTEXT], request.match_info["org"]
    county = await context.directory.county()
    row = next((row for row in await organisations.overview(context) if row.org.code == code), None)
    if row is None:
        raise NotFound("没有这个单位。")
    values = {
        "row": row,
        "org": row.org,
        "leads": nowhere.leads(county, code),
        "helps": nowhere.helps(county, code),
        "successor": county.orgs.get(row.org.replaced_by or ""),
        "others": [one for one in county.orgs.values() if one.code != code],
        "hours": written(row.org.hours),
        "centre": CENTRE,
        "typed": typed or {},
        "today": local(context.clock()).date(),
    }
    return await admin_page(request, "org.html", values, section="orgs", error=error)


async def change(request: web.Request) -> web.Response:
    """What the forms of one organisation do."""
    context, author = request.app[CONTEXT], author_of(actor_of(request))
    form, code = await request.post(), request.match_info["org"]
    what = str(form.get("do", ""))
    try:
        if what == "end":
            done = await organisations.end(context, author, code, form)
        elif what == "resume":
            done = await organisations.resume(context, author, code)
        else:
            done = await organisations.change(context, author, code, form)
    except AdminError as error:
        return await _show(request, error, form)
    raise back(f"/orgs/{code}", done)
