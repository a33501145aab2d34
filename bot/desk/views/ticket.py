"""The ticket's page: reading, unmasking, steps, messages, files."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.desk import steps
from bot.desk.formats import clock_time, day_of
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of, source_of
from bot.desk.inbox import neighbours
from bot.desk.layout import page, partial
from bot.desk.ticket import sheet
from bot.desk.views.inbox import wish_of
from bot.directory.response_templates import fill, templates_for
from bot.directory.roles import Role
from bot.tickets.duplicates import duplicates
from bot.tickets.errors import Missing, NoSuchStep, Stale, TicketError
from bot.tickets.proposing.proposals import REVIEWERS, proposal
from bot.tickets.salutation import SALUTATION
from bot.tickets.service import Tickets
from bot.tickets.states import RATINGS, STATE_NAMES
from bot.tickets.transitions import REFUSAL_REASONS
from bot.tickets.views import TicketView

UNMASK_SECONDS = 60
SHOWS = (("", "全部"), ("flow", "流转"), ("message", "消息"), ("delivery", "投递"), ("clock", "时限"))


async def show(request: web.Request) -> web.Response:
    """The page of a ticket."""
    return await _show(request)


async def _show(
    request: web.Request,
    *,
    typed: steps.Pressed | None = None,
    words: dict[str, str] | None = None,
    error: TicketError | None = None,
    status: int = 200,
) -> web.Response:
    context, actor = request.app[CONTEXT], actor_of(request)
    number = request.match_info["number"]
    found = await sheet(context, number, actor)
    ticket = found.ticket
    allowed = await Tickets(context).allowed(ticket, actor)
    late = any(part.kind in ("late", "soon") and part.view.org != actor.org for part in found.parts)
    shown, rest = steps.split(allowed, someone_late=late)
    county = await context.directory.county()
    place = (0, 0, None, None)
    if actor.role in (Role.REVIEWER, Role.ADMINISTRATOR, Role.ORGANISATION, Role.CONVENOR, Role.STATION):
        place = await neighbours(context, actor, wish_of(request), ticket.number)
    values: dict[str, Any] = {
        "sheet": found,
        "ticket": ticket,
        "proposal": await proposal(context, ticket.number, actor) if actor.role in REVIEWERS else [],
        "duplicates": await duplicates(context, ticket.number, actor) if actor.role in REVIEWERS else [],
        "state_names": STATE_NAMES,
        "may": {step.name for step in allowed if step.enabled},
        "shown": shown,
        "rest": rest,
        "keys_of": steps.KEYS,
        "typed": typed,
        "words": words or {},
        "error": error,
        "field": error.field if isinstance(error, Missing) else None,
        "changed": _changed(found, request, typed) if isinstance(error, Stale) else None,
        "orgs": list(county.orgs.values()),
        "services": list(county.services.values()),
        "reasons": {code: name for code, (name, _) in REFUSAL_REASONS.items()},
        "outcomes": steps.OUTCOMES,
        "ratings": RATINGS,
        "place": place,
        "query": request.query_string,
        "shows": SHOWS,
        "filter": request.query.get("show", ""),
        "may_write": actor.role in (Role.REVIEWER, Role.ADMINISTRATOR, Role.ORGANISATION, Role.STATION),
        "sent": "sent" in request.query,
        "done": request.query.get("done", ""),
        "my_org_code": me_of(request).staff.org,
        "may_copy": actor.role in (Role.REVIEWER, Role.ADMINISTRATOR, Role.ORGANISATION),
        "replies": await _replies(request, ticket),
    }
    own = actor.role in (Role.ORGANISATION, Role.STATION)
    here = "inbox" if place[0] else "own" if own else "all"
    return await page(request, "ticket.html", values, here=here, status=status)


async def _replies(request: web.Request, ticket: TicketView) -> list[tuple[str, str]]:
    """(name, text) of the templates that fit, filled with what the ticket says; none at high privacy."""
    if ticket.high_privacy:
        return []
    context, staff = request.app[CONTEXT], me_of(request).staff
    county, now = await context.directory.county(), context.clock()
    async with context.db.read() as session:
        found = await templates_for(session, org=staff.org, service=ticket.service, state=ticket.state)
    values = {
        "工单号": ticket.number,
        "事项": ticket.service_name,
        "主办单位": ticket.lead.name,
        "我的单位": county.orgs[staff.org].name,
        "经办人": staff.name,
        "期限": day_of(ticket.due, now) if ticket.due else None,
        "今天": day_of(now, now),
    }
    return [(one.name, fill(one.body, values)) for one in found]


def _changed(found: Any, request: web.Request, typed: steps.Pressed | None) -> str:
    """Who changed the ticket meanwhile, and what he did."""
    newest = found.entries[0] if found.entries else None
    for entry in found.entries:
        if entry.group != "delivery":
            newest = entry
            break
    return f"{clock_time(newest.at)} {newest.who} {newest.what}" if newest else "刚被别人改过"


async def timeline(request: web.Request) -> web.Response:
    """The timeline alone, filtered."""
    found = await sheet(request.app[CONTEXT], request.match_info["number"], actor_of(request))
    values = {"sheet": found, "ticket": found.ticket, "shows": SHOWS, "filter": request.query.get("show", "")}
    return partial(request, "_timeline.html", values)


async def fields(request: web.Request) -> web.Response:
    """The fields, masked: where an unmasked view goes back to."""
    found = await sheet(request.app[CONTEXT], request.match_info["number"], actor_of(request))
    values = {"rows": found.ticket.rows, "ticket": found.ticket, "full": False, "sheet": found}
    return partial(request, "_fields.html", values)


async def unmask(request: web.Request) -> web.Response:
    """The fields in full, for a minute; the read goes to the access log."""
    context, actor, number = request.app[CONTEXT], actor_of(request), request.match_info["number"]
    found = await sheet(context, number, actor)
    if not found.full_reader:
        raise NotAllowed("完整内容只有主办单位和审核员能看。")
    view = await Tickets(context).view(number, actor, source=source_of(request))
    values = {"rows": view.rows, "ticket": view, "full": True, "sheet": found, "seconds": UNMASK_SECONDS}
    return partial(request, "_fields.html", values)


async def step(request: web.Request) -> web.Response:
    """Take a step; what was typed is shown again when it cannot be taken."""
    form, number = await request.post(), request.match_info["number"]
    pressed = None
    try:
        pressed = steps.read(form)
        view = await steps.take(Tickets(request.app[CONTEXT]), number, pressed, actor_of(request))
    except (Stale, NoSuchStep) as error:
        return await _show(request, typed=pressed, error=error, status=409)
    except Missing as error:
        return await _show(request, typed=pressed, error=error, status=422)
    raise web.HTTPSeeOther(f"/desk/tickets/{view.number}?sent&done={quote(pressed.name)}")


async def write(request: web.Request) -> web.Response:
    """Leave a message to the resident, or a remark among staff."""
    form, number = await request.post(), request.match_info["number"]
    text, internal = str(form.get("text", "")), form.get("kind") == "internal"
    if not internal and "【" in text.replace(SALUTATION, ""):
        error = Missing("text", "【】里的要先填好")
        return await _show(request, words={"text": text}, error=error, status=422)
    try:
        await Tickets(request.app[CONTEXT]).note(number, text, actor_of(request), internal)
    except Missing as error:
        return await _show(request, words={"text": text}, error=error, status=422)
    raise web.HTTPSeeOther(f"/desk/tickets/{number}?sent")
