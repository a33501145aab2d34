"""Copying a ticket into another system's form, keeping its number there, importing results."""

import asyncio

from aiohttp import web

from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of, source_of
from bot.desk.layout import page
from bot.desk.outside import SOURCES, WorkbookError, copied, forms, keep_form, read_results, take_in
from bot.desk.ticket import attachment_reader
from bot.directory.roles import Role
from bot.tickets import access, outside
from bot.tickets.errors import Missing
from bot.tickets.service import Tickets


async def show(request: web.Request) -> web.Response:
    """The copy-out sheet, in full; the read goes to the access log."""
    return await _sheet(request)


async def _sheet(request: web.Request, error: Missing | None = None) -> web.Response:
    context, actor, number = request.app[CONTEXT], actor_of(request), request.match_info["number"]
    _, full = await attachment_reader(context, number, actor)
    if not full:
        raise NotAllowed("抄录单只有主办单位和审核员能看。")
    async with context.db.read() as session:
        known = await forms(session)
    wanted = str((await request.post()).get("system", ""))
    form = next((one for one in known if one.name == wanted), known[0])
    view = await Tickets(context).view(number, actor, source=source_of(request))
    await access.log(context, actor, view.id, f"copied for {form.name}"[:80], source_of(request))
    values = {
        "ticket": view,
        "form": form,
        "forms": known,
        "boxes": copied(form, view),
        "outside": await outside.numbers_of(context, view.id),
        "error": error,
    }
    return await page(request, "copy_out.html", values, here="inbox", status=422 if error else 200)


async def keep(request: web.Request) -> web.Response:
    """Keep the ticket's number in the other system."""
    context, actor, data = request.app[CONTEXT], actor_of(request), await request.post()
    number = request.match_info["number"]
    _, full = await attachment_reader(context, number, actor)
    if not full:
        raise NotAllowed("只有主办单位和审核员能记。")
    system = str(data.get("system", ""))
    async with context.db.read() as session:
        if system not in [one.name for one in await forms(session)]:
            raise NotAllowed("没有这个系统。")
    try:
        await outside.keep_number(context, number, system, str(data.get("outside", "")), actor)
    except Missing as error:
        return await _sheet(request, error)
    raise web.HTTPSeeOther(f"/desk/tickets/{number}?sent&done=outside")


async def index(request: web.Request) -> web.Response:
    """Import of results; the administrator also sets the forms."""
    return await _index(request)


async def _index(request: web.Request, **more: object) -> web.Response:
    async with request.app[CONTEXT].db.read() as session:
        known = await forms(session)
    values = {
        "forms": known,
        "told": None,
        "error": None,
        "sources": list(SOURCES),
        "may_set": Role(me_of(request).staff.role) is Role.ADMINISTRATOR,
        **more,
    }
    return await page(request, "outside.html", values, here="calls", status=422 if more.get("error") else 200)


async def take(request: web.Request) -> web.Response:
    """Take the results of a workbook in, and say what became of each line."""
    data, context = await request.post(), request.app[CONTEXT]
    part, system = data.get("file"), str(data.get("system", ""))
    async with context.db.read() as session:
        if system not in [one.name for one in await forms(session)]:
            raise NotAllowed("先选是哪个系统的。")
    if not isinstance(part, web.FileField):
        return await _index(request, error="先选文件。")
    try:
        lines = await asyncio.to_thread(read_results, part.file.read())
    except WorkbookError as error:
        return await _index(request, error=str(error))
    return await _index(request, told=await take_in(context, system, lines, actor_of(request)), system=system)


async def set_form(request: web.Request) -> web.Response:
    """Keep a form's boxes, one a line; without lines it goes."""
    data, context = await request.post(), request.app[CONTEXT]
    name = str(data.get("name", "")).strip()[:40]
    columns = [line.strip()[:30] for line in str(data.get("columns", "")).splitlines() if line.strip()][:40]
    if not name:
        return await _index(request, error="写系统的名称。")
    async with context.db.write() as session:
        await keep_form(session, name, columns)
    raise web.HTTPSeeOther("/desk/outside")
