"""The first-run guide."""

from aiohttp import web

from bot.desk.admin import guide
from bot.desk.admin.common import AdminError, author_of
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.views.admin.frame import admin_page, back


async def show(request: web.Request) -> web.Response:
    """The steps, the next one open."""
    return await _show(request)


async def _show(request: web.Request, error: AdminError | None = None) -> web.Response:
    context = request.app[CONTEXT]
    county = await context.directory.county()
    values = {
        "guide": await guide.read(context),
        "name": "" if county.name == guide.SAMPLE_NAME else county.name,
        "orgs": [org.name for org in county.orgs.values()],
        "confirmable": guide.CONFIRMABLE,
    }
    return await admin_page(request, "start.html", values, section="home", error=error)


async def act(request: web.Request) -> web.Response:
    """Name the county, confirm a part, leave the guide, take it up again."""
    context, form = request.app[CONTEXT], await request.post()
    what = str(form.get("do", ""))
    try:
        if what == "county":
            done = await guide.name_county(context, author_of(actor_of(request)), form)
            raise back("/start", done)
        if what == "confirm":
            await guide.confirm(context, str(form.get("step", "")))
        elif what in ("leave", "resume"):
            await guide.mark(context, open=what == "resume")
    except AdminError as error:
        return await _show(request, error)
    raise web.HTTPSeeOther("/desk/admin" if what == "leave" else "/desk/admin/start")
