"""The call list: a number on demand, the result in two taps."""

from aiohttp import web

from bot.desk import steps
from bot.desk.calls import KINDS, PHONES, calls
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, source_of
from bot.desk.layout import page, partial
from bot.desk.ticket import attachment_reader
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets
from bot.tickets.states import RATINGS


async def index(request: web.Request) -> web.Response:
    """Today's calls."""
    return await _page(request)


async def _page(request: web.Request, error: TicketError | None = None) -> web.Response:
    found = await calls(request.app[CONTEXT], actor_of(request))
    groups = [(kind, *KINDS[kind], [one for one in found if one.kind == kind]) for kind in KINDS]
    values = {
        "groups": [group for group in groups if group[3]],
        "outcomes": steps.OUTCOMES,
        "ratings": RATINGS,
        "error": error,
        "done": request.query.get("done", ""),
    }
    return await page(request, "calls.html", values, here="calls", status=409 if error else 200)


async def phone(request: web.Request) -> web.Response:
    """The number to call, as a link; the read goes to the access log."""
    context, actor, number = request.app[CONTEXT], actor_of(request), request.match_info["number"]
    _, full = await attachment_reader(context, number, actor)
    if not full:
        raise NotAllowed("号码只有主办单位和审核员能看。")
    view = await Tickets(context).view(number, actor, source=source_of(request))
    numbers = [str(view.fields[slot]) for slot in PHONES if view.fields.get(slot)]
    safe = str(view.fields.get("safe_contact", ""))
    return partial(request, "_call_phone.html", {"numbers": numbers, "safe": safe})


async def log(request: web.Request) -> web.Response:
    """Log a call: contacted, check call or rating, as the ticket's own steps do it."""
    form = await request.post()
    try:
        pressed = steps.read(form)
        if pressed.name not in ("contacted", "check_called", "rated"):
            raise NotAllowed("没有这一步。")
        await steps.take(
            Tickets(request.app[CONTEXT]), request.match_info["number"], pressed, actor_of(request)
        )
    except TicketError as error:
        return await _page(request, error)
    raise web.HTTPSeeOther("/desk/calls?done=1")
