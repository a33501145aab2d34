"""Tickets as GeoReport v2 shows them: what was asked, where it stands, who is at it; never a person.

Without a key the list holds matters of ordinary privacy alone. A single one is found by its number, which
cannot be guessed, unless it is of high privacy. With a key, whatever its holder may see. Nothing that the
resident wrote is ever shown, and a place is no nearer than its town.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from bot.context import Context
from bot.directory.catalogue import HIGH_PRIVACY, County
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.models import Assignment, Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.visibility import OPEN_TO_STATIONS, visible

SPAN = timedelta(days=90)
MOST = 1000
DONE = s.FINAL | {s.AWAITING_RATING}
"""What a resident would call finished."""


@dataclass(frozen=True)
class Wanted:
    """What of the requests is asked for."""

    codes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    statuses: frozenset[str] = frozenset()
    page: int = 1
    page_size: int = MOST


async def find(context: Context, numbers: Sequence[str], actor: Actor | None) -> list[dict[str, Any]]:
    """The requests of these ids that may be seen, in this order."""
    known = [number for text in numbers if (number := normalise_number(text))]
    county = await context.directory.county()
    open_to_all = Ticket.privacy != HIGH_PRIVACY
    who = open_to_all if actor is None else or_(open_to_all, visible(county, actor))
    found = await _read(context, county, [Ticket.number.in_(known), who])
    by_number = {one["service_request_id"]: one for one in found}
    return [by_number[number] for number in dict.fromkeys(known) if number in by_number]


async def search(context: Context, wanted: Wanted, actor: Actor | None) -> list[dict[str, Any]]:
    """The newest requests first: of 90 days, at most 1000 a page."""
    county = await context.directory.county()
    start, end = wanted.start, wanted.end
    if start is None:
        start = (end or context.clock()) - SPAN
    end = end or start + SPAN
    ordinary = Ticket.privacy == OPEN_TO_STATIONS
    conditions: list[ColumnElement[bool]] = [
        Ticket.created_at >= start,
        Ticket.created_at <= end,
        ordinary if actor is None else or_(ordinary, visible(county, actor)),
    ]
    if wanted.codes:
        conditions.append(Ticket.service.in_(wanted.codes))
    if wanted.statuses == {"open"}:
        conditions.append(Ticket.state.not_in(DONE))
    elif wanted.statuses == {"closed"}:
        conditions.append(Ticket.state.in_(DONE))
    return await _read(context, county, conditions, wanted.page, wanted.page_size)


async def _read(
    context: Context,
    county: County,
    conditions: list[ColumnElement[bool]],
    page: int = 1,
    page_size: int = MOST,
) -> list[dict[str, Any]]:
    lead = aliased(Assignment)
    live = (lead.ticket == Ticket.id) & (lead.role == s.LEAD) & (lead.state != s.CANCELLED)
    query = (
        select(Ticket, lead.due)
        .outerjoin(lead, live)
        .where(*conditions)
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .offset((page - 1) * page_size)
        .limit(page_size)
    )
    async with context.db.read() as session:
        return [request(county, ticket, due) for ticket, due in await session.execute(query)]


def request(county: County, ticket: Ticket, due: datetime | None) -> dict[str, Any]:
    """One request; only what is no personal data."""
    service = county.services.get(ticket.service)
    name = service.name if service else ticket.service
    lead = county.orgs.get(ticket.lead)
    done = ticket.state in DONE
    town = next((point for point in county.path(ticket.grid) if point.kind == "town"), None)
    shown = town is not None and ticket.privacy == OPEN_TO_STATIONS
    return {
        "service_request_id": ticket.number,
        "status": "closed" if done else "open",
        "status_notes": s.STATE_NAMES[ticket.state],
        "service_name": name,
        "service_code": ticket.service,
        "description": None,
        "agency_responsible": lead.name if lead else None,
        "service_notice": None,
        "requested_datetime": _iso(ticket.created_at),
        "updated_datetime": _iso((ticket.closed_at if done else None) or ticket.updated_at),
        "expected_datetime": _iso(due) if due and not done else None,
        "address": town.name if shown and town else None,
        "address_id": town.code if shown and town else None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
