"""Delivery targets."""

from typing import Any

from aiohttp import web

from bot.desk.admin import targets
from bot.desk.admin.common import AdminError, author_of
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.layout import partial
from bot.desk.views.admin.frame import admin_page, back
from bot.tickets.delivery.trial import try_out


async def index(request: web.Request) -> web.Response:
    """All targets with their failures, and the form for a new one."""
    return await _index(request)


async def _index(
    request: web.Request,
    error: AdminError | None = None,
    typed: Any = None,
    secret: str | None = None,
) -> web.Response:
    context = request.app[CONTEXT]
    shown = await targets.overview(context)
    orgs = (await context.directory.county()).orgs
    values = {
        "groups": [
            (org, [one for one in shown if one.row.org == org.code])
            for org in orgs.values()
            if any(one.row.org == org.code for one in shown)
        ],
        "without": [org.name for org in orgs.values() if not any(one.row.org == org.code for one in shown)],
        "failures": await targets.failures(context),
        "orgs": orgs,
        "kinds": targets.KINDS,
        "typed": typed or {},
        "secret": secret,
        "again": request.query.get("again"),
    }
    return await admin_page(request, "targets.html", values, section="targets", error=error)


async def add(request: web.Request) -> web.Response:
    """Add a target; a webhook's secret is shown once."""
    form = await request.post()
    try:
        done, secret = await targets.add(request.app[CONTEXT], author_of(actor_of(request)), form)
    except AdminError as error:
        return await _index(request, error, form)
    if secret:
        return await _index(request, secret=secret)
    raise back("/targets", done)


async def change(request: web.Request) -> web.Response:
    """What the buttons of one target do."""
    context, author = request.app[CONTEXT], author_of(actor_of(request))
    form, identity = await request.post(), int(request.match_info["id"])
    what = str(form.get("do", ""))
    try:
        if what == "secret":
            _, secret = await targets.new_secret(context, author, identity)
            return await _index(request, secret=secret)
        if what in ("on", "off"):
            done = await targets.set_active(context, author, identity, active=what == "on")
        else:
            done = await targets.change(context, author, identity, form)
    except AdminError as error:
        return await _index(request, error)
    raise back(f"/targets#target-{identity}", done)


async def test(request: web.Request) -> web.Response:
    """Send a test message and show the answer."""
    try:
        row = await targets.one(request.app[CONTEXT], int(request.match_info["id"]))
    except AdminError as error:
        return web.Response(status=422, text=str(error))
    trial = await try_out(request.app[CONTEXT], row)
    return partial(request, "admin/_trial.html", {"trial": trial})


async def again(request: web.Request) -> web.Response:
    """Try failed deliveries again."""
    count = await targets.again(request.app[CONTEXT], await request.post())
    raise web.HTTPSeeOther(f"/desk/admin/targets?again={count}#failures")
