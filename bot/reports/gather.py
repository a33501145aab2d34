"""Reading the ledger: the rows of tickets, assignments and ratings as the plain values of `facts`."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.directory.catalogue import County
from bot.directory.models import DeliveryTarget, Setting
from bot.reports import classes
from bot.reports.answers import AGAIN_DAYS
from bot.reports.facts import Answer, Matter, Part, Period, Round
from bot.tickets import states as s
from bot.tickets.models import Assignment, Outbox, Rating, Ticket

PLACES = ("town", "station")
T, A = Ticket.__table__.c, Assignment.__table__.c
TICKET = (
    *(T.id, T.number, T.service, T.state, T.urgent, T.lead, T.grid, T.channel, T.person_hash, T.clock),
    *(T.created_at, T.closed_at, T.contact_due, T.contacted_at),
)


async def matters_of(session: AsyncSession, county: County, period: Period) -> list[Matter]:
    """Every ticket of which something may fall due in the period, or in its rolling year."""
    year = period.year()
    since = year.start - timedelta(days=AGAIN_DAYS + 1)
    setting = await session.get(Setting, classes.SETTING)
    changed = setting.value if setting is not None else {}
    part = aliased(Assignment)
    touched = or_(
        Ticket.updated_at >= since,
        Ticket.contact_due >= since,
        Ticket.state.in_(s.OPEN),
        exists(select(part.id).where(part.ticket == Ticket.id, part.due >= since)),
    )
    chosen = and_(Ticket.created_at < year.end, touched)
    tickets = (await session.execute(select(*TICKET).where(chosen).order_by(Ticket.id))).all()
    parts = defaultdict(list)
    for row in await session.execute(
        select(*A).join(Ticket, Ticket.id == Assignment.ticket).where(chosen).order_by(Assignment.id)
    ):
        parts[row.ticket].append(row)
    answers = defaultdict(list)
    for answer in await session.execute(
        select(*Rating.__table__.c).join(Ticket, Ticket.id == Rating.ticket).where(chosen).order_by(Rating.id)
    ):
        answers[answer.ticket].append(answer)
    failed = await _undelivered(session, since)
    return await asyncio.to_thread(
        lambda: [
            _matter(county, changed, row, parts[row.id], answers[row.id], failed.get(row.id, frozenset()))
            for row in tickets
        ]
    )


async def _undelivered(session: AsyncSession, since: datetime) -> dict[int, frozenset[str]]:
    """Organisations by ticket that gave addresses, none of which could be reached."""
    targets = {
        str(row.id): row.org for row in await session.execute(select(DeliveryTarget.id, DeliveryTarget.org))
    }
    if not targets:
        return {}
    rows = await session.execute(
        select(Outbox.ticket, Outbox.target, Outbox.state).where(
            Outbox.created_at >= since, Outbox.kind.in_(("email", "webhook", "telegram", "open311"))
        )
    )
    states: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in rows:
        if row.target in targets:
            states[(row.ticket, targets[row.target])].add(row.state)
    found: dict[int, set[str]] = defaultdict(set)
    for (ticket, org), seen in states.items():
        if seen == {"failed"}:
            found[ticket].add(org)
    return {ticket: frozenset(orgs) for ticket, orgs in found.items()}


def _matter(
    county: County,
    changed: Mapping[str, str],
    row: Row[Any],
    parts: list[Row[Any]],
    answers: list[Row[Any]],
    undelivered: frozenset[str],
) -> Matter:
    service, memory = county.any_service(row.service), row.clock or {}
    return Matter(
        number=row.number,
        service=row.service,
        kind=classes.class_of(service, changed) if service else classes.AID,
        waits_outside=bool(service and service.waits_outside),
        lead=row.lead,
        place=place_of(county, row.grid),
        grid=row.grid,
        person=row.person_hash,
        channel=row.channel,
        urgent=row.urgent or bool(service and service.urgent),
        state=row.state,
        created_at=row.created_at,
        closed_at=row.closed_at,
        paused_at=_moment(memory.get("paused_at")),
        contact_due=row.contact_due,
        contacted_at=row.contacted_at,
        anonymous=bool(memory.get("anonymous")),
        policy=bool(memory.get("policy_read")),
        parts=tuple(_part(part, row, part.org in undelivered) for part in parts),
        answers=tuple(_answer(answer) for answer in answers),
    )


def place_of(county: County, grid: str | None) -> str | None:
    """The township or urban station of a grid point."""
    return next((point.code for point in county.path(grid) if point.kind in PLACES), None)


def _part(row: Row[Any], ticket: Row[Any], undelivered: bool) -> Part:
    clock = row.clock or {}
    rounds = [_round(one) for one in clock.get("rounds", ())]
    if not rounds or rounds[-1].due != row.due:
        closed = ticket.closed_at if row.role == s.LEAD and row.state != s.CANCELLED else None
        rounds.append(
            Round(
                row.due,
                _moment(clock.get("unextended")),
                row.done_at,
                closed,
                bool(clock.get("silent")),
                bool(clock.get("substantive", True)),
            )
        )
    return Part(
        org=row.org,
        role=row.role,
        state=clock.get("before", row.state) if row.state == s.CANCELLED else row.state,
        dispatched_at=row.dispatched_at,
        sign_due=row.sign_due,
        signed_at=row.signed_at,
        deemed=row.deemed_signed,
        returned=row.returned,
        upheld=bool(clock.get("return_upheld")),
        rounds=tuple(rounds),
        ended_at=_moment(clock.get("ended_at")) if row.state == s.CANCELLED else None,
        ended=clock.get("ended") if row.state == s.CANCELLED else None,
        delivery_failed=undelivered,
    )


def _round(one: Mapping[str, Any]) -> Round:
    return Round(
        _moment(one["due"]),
        _moment(one.get("unextended")),
        _moment(one.get("done_at")),
        _moment(one.get("closed_at")),
        bool(one.get("silent")),
        bool(one.get("substantive", True)),
        _moment(one["ended_at"]),
        one["ended"],
    )


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        at=row.at,
        org=row.org,
        rating=row.rating,
        solved=row.solved,
        by_resident=row.actor == "resident",
        recorded=row.recording is not None,
        void=row.void is not None,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
