"""The printed form: masked for everyone, in full on a press that is recorded."""

from aiohttp import web

from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of, source_of
from bot.desk.layout import page
from bot.desk.printing import boxes, form_of
from bot.desk.ticket import sheet
from bot.tickets.service import Tickets
from bot.tickets.views import TicketView


async def show(request: web.Request) -> web.Response:
    """The form, masked."""
    found = await sheet(request.app[CONTEXT], request.match_info["number"], actor_of(request))
    return await _form(request, found.ticket, full=False)


async def show_full(request: web.Request) -> web.Response:
    """The form in full; the read goes to the access log."""
    number, actor = request.match_info["number"], actor_of(request)
    found = await sheet(request.app[CONTEXT], number, actor)
    if not found.full_reader:
        raise NotAllowed("完整内容只有主办单位和审核员能打印。")
    view = await Tickets(request.app[CONTEXT]).view(number, actor, source=source_of(request))
    return await _form(request, view, full=True)


async def _form(request: web.Request, view: TicketView, *, full: bool) -> web.Response:
    context = request.app[CONTEXT]
    county = await context.directory.county()
    found = await sheet(context, view.number, actor_of(request))
    form = form_of(context, county, view, found)
    values = {
        "form": form,
        "full": full,
        "may_full": found.full_reader,
        "printer": me_of(request).staff.name,
        **boxes(form),
    }
    return await page(request, "print.html", values)
