"""The lists: what waits for me, and all tickets that I may see."""

from datetime import datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import COUNTY_ZONE, local
from bot.context import Context
from bot.desk.formats import CHANNEL_NAMES
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of
from bot.desk.inbox import Listing, Wish, counters, listing
from bot.desk.layout import is_htmx, page, partial
from bot.desk.models import SavedFilter
from bot.desk.views import station
from bot.directory.catalogue import County
from bot.directory.roles import Role
from bot.tickets import states as s
from bot.tickets.models import TicketEvent
from bot.tickets.numbers import normalise_number

DUES = {"late": "已超期", "today": "今天到期", "week": "7 天内到期"}
KEPT = ("view", "service", "place", "channel", "due", "state", "org")
"""What a saved filter keeps in the open; the search text, which may hold personal data, is sealed."""


def wish_of(request: web.Request) -> Wish:
    """The filters of an address."""
    query = request.query
    page = query.get("page", "1")
    return Wish(
        view=query.get("view", "all"),
        service=query.get("service", ""),
        place=tuple(code for code in query.getall("place", []) if code),
        channel=query.get("channel", ""),
        due=query.get("due", ""),
        state=query.get("state", ""),
        org=query.get("org", ""),
        text=query.get("q", "")[:100],
        page=int(page) if page.isdigit() and len(page) < 6 else 1,
    )


async def index(request: web.Request) -> web.Response:
    """What waits for the person who is signed in; who has no inbox goes to his own first page."""
    role = Role(me_of(request).staff.role)
    if role is Role.MAINTAINER:
        raise web.HTTPSeeOther("/desk/faq")
    if role is Role.AUDITOR:
        raise web.HTTPSeeOther("/desk/tickets")
    if role is Role.STATION:
        return await station.tasks(request)
    return await _list(request, inbox=True)


async def everything(request: web.Request) -> web.Response:
    """All tickets that the person may see; a whole number typed into the search opens its ticket."""
    number = normalise_number(request.query.get("q", ""))
    if number is not None and not is_htmx(request):
        found = await listing(request.app[CONTEXT], actor_of(request), Wish(text=number), inbox=False)
        if found.total == 1:
            raise web.HTTPSeeOther(f"/desk/tickets/{number}")
    return await _list(request, inbox=False)


async def _list(request: web.Request, *, inbox: bool) -> web.Response:
    context, actor, wish = request.app[CONTEXT], actor_of(request), wish_of(request)
    county = await context.directory.county()
    now = context.clock()
    found = await listing(context, actor, wish, inbox=inbox)
    values: dict[str, Any] = {
        "inbox": inbox,
        "found": found,
        "wish": wish,
        "query": _query(request),
        "links": _links(request, found),
        "may_bulk": actor.role in (Role.REVIEWER, Role.ADMINISTRATOR),
    }
    async with context.db.read() as session:
        if inbox:
            values["counters"] = await counters(session, county, actor, now)
        if is_htmx(request):
            return partial(request, "_inbox_list.html", values | {"oob": True})
        values |= _choices(county)
        values["saved"] = await _saved(request, session, inbox=inbox)
        today = datetime.combine(local(now).date(), time(), COUNTY_ZONE)
        values["done_today"] = await session.scalar(
            select(func.count(func.distinct(TicketEvent.ticket))).where(
                TicketEvent.actor == actor.key, TicketEvent.at >= today
            )
        )
    own = actor.role in (Role.ORGANISATION, Role.STATION)
    values["query_text"] = "" if inbox else wish.text
    values["heading"] = "待我处理" if inbox else "本单位工单" if own else "全部工单"
    here = "inbox" if inbox else "own" if own else "all"
    return await page(request, "inbox.html", values, here=here)


def _choices(county: County) -> dict[str, Any]:
    return {
        "services": list(county.services.values()),
        "places": [p for p in county.points.values() if p.kind in ("town", "station")],
        "channels": CHANNEL_NAMES,
        "dues": DUES,
        "orgs": list(county.orgs.values()),
        "states": s.STATE_NAMES,
    }


def _query(request: web.Request) -> str:
    """The filters as they stand in the address, without the page."""
    return urlencode([(name, value) for name, value in request.query.items() if name != "page" and value])


def _links(request: web.Request, found: Listing) -> dict[str, str | None]:
    base = _query(request)
    around = {}
    for name, number in (("before", found.page - 1), ("after", found.page + 1)):
        inside = 1 <= number <= found.pages
        around[name] = f"{request.path}?{base}{'&' if base else ''}page={number}" if inside else None
    return around


async def save_filter(request: web.Request) -> web.Response:
    """Keep the present filters and search under a name."""
    data, context = await request.post(), request.app[CONTEXT]
    name, me = str(data.get("name", "")).strip()[:40], me_of(request).staff
    if not name:
        raise NotAllowed("给这组筛选起个名字。")
    kept = [[key, str(value)] for key, value in data.items() if key in KEPT and value]
    text = str(data.get("q", "")).strip()[:100]
    row = SavedFilter(
        staff=me.id,
        name=name,
        query={"list": "all" if data.get("list") == "all" else "inbox", "parts": kept},
        text=context.vault.seal(text, _place(me.id)) if text else None,
    )
    async with context.db.write() as session:
        await session.execute(delete(SavedFilter).where(SavedFilter.staff == me.id, SavedFilter.name == name))
        session.add(row)
    raise web.HTTPSeeOther(_address(context, row))


def _place(staff: int) -> str:
    return f"filter:{staff}"


def _address(context: Context, row: SavedFilter) -> str:
    """Where a kept filter leads."""
    parts = [(key, value) for key, value in row.query["parts"]]
    if row.text:
        parts.append(("q", context.vault.open(row.text, _place(row.staff))))
    path = "/desk/tickets" if row.query.get("list") == "all" else "/desk"
    return f"{path}?{urlencode(parts)}"


async def _saved(request: web.Request, session: AsyncSession, *, inbox: bool) -> list[dict[str, Any]]:
    """The person's kept filters for this list, with the one that is in use marked."""
    context, me = request.app[CONTEXT], me_of(request).staff
    rows = await session.scalars(
        select(SavedFilter).where(SavedFilter.staff == me.id).order_by(SavedFilter.name)
    )
    wanted = "inbox" if inbox else "all"
    here = sorted(parse_qsl(_query(request)))
    found = []
    for row in rows:
        if row.query.get("list", "inbox") == wanted:
            address = _address(context, row)
            used = sorted(parse_qsl(urlsplit(address).query)) == here
            found.append({"id": row.id, "name": row.name, "address": address, "used": used})
    return found


async def drop_filter(request: web.Request) -> web.Response:
    """Forget a kept filter of one's own."""
    async with request.app[CONTEXT].db.write() as session:
        await session.execute(
            delete(SavedFilter).where(
                SavedFilter.id == int(request.match_info["id"]), SavedFilter.staff == me_of(request).staff.id
            )
        )
    raise web.HTTPSeeOther("/desk")
