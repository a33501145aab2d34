"""The events of all tickets in one order, for programs that follow them; nothing is passed over.

Ids are given out before a transaction ends. On PostgreSQL a later id may so be read before an earlier one: a
missing id is waited for until every transaction that ran when it was missed has ended. SQLite has one writer
at a time, there ids and commits have one order.
"""

import asyncio
import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, text

from bot.context import Context
from bot.directory.catalogue import HIGH_PRIVACY
from bot.tickets.actors import Actor
from bot.tickets.masking import HIDDEN
from bot.tickets.models import Ticket, TicketEvent
from bot.tickets.visibility import visible

WAIT_SECONDS = 5.0
LOOK_SECONDS = 0.02


async def newest(context: Context) -> int:
    """The last event's id; 0 when there is none."""
    async with context.db.read() as session:
        return await session.scalar(select(func.max(TicketEvent.id))) or 0


async def since(
    context: Context, after: int, actor: Actor, limit: int, types: Collection[str] = ()
) -> tuple[list[tuple[TicketEvent, dict[str, Any]]], int]:
    """The next events that an actor may see, each with its JSON, and the id up to which was looked.

    `limit` counts what is looked at, so that a reader who sees little does not hold the database.
    """
    ids = await _settled(context, after, limit)
    if not ids:
        return [], after
    county = await context.directory.county()
    query = (
        select(TicketEvent, Ticket)
        .join(Ticket, Ticket.id == TicketEvent.ticket)
        .where(TicketEvent.id > after, TicketEvent.id <= ids[-1], visible(county, actor))
        .order_by(TicketEvent.id)
    )
    if types:
        query = query.where(TicketEvent.type.in_(types))
    async with context.db.read() as session:
        rows = (await session.execute(query)).all()
    return [(event, as_json(ticket, event)) for event, ticket in rows], ids[-1]


def as_json(ticket: Ticket, event: TicketEvent) -> dict[str, Any]:
    """An event for a program: as the masked ticket shows it, with what tells where the ticket stands."""
    note = HIDDEN if event.note and ticket.privacy == HIGH_PRIVACY else event.note
    return {
        "id": event.id,
        "ticket": ticket.number,
        "version": event.number,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "org": event.org,
        "type": event.type,
        "from": event.from_state,
        "to": event.to_state,
        "note": note,
        "service": ticket.service,
        "lead": ticket.lead,
        "grid": ticket.grid,
        "urgent": ticket.urgent,
    }


async def _settled(context: Context, after: int, limit: int) -> list[int]:
    """The next ids, up to the first that may still be filled in."""
    ids = await _ids(context, after, limit)
    if context.db.sqlite or not _gap(ids, after):
        return ids
    _, mark = await _running(context)
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        oldest, _ = await _running(context)
        if oldest >= mark:
            return await _ids(context, after, limit, upto=ids[-1])
        await asyncio.sleep(LOOK_SECONDS)
    return _before_gap(ids, after)


async def _ids(context: Context, after: int, limit: int, upto: int | None = None) -> list[int]:
    query = select(TicketEvent.id).where(TicketEvent.id > after).order_by(TicketEvent.id).limit(limit)
    if upto is not None:
        query = query.where(TicketEvent.id <= upto)
    async with context.db.read() as session:
        return list(await session.scalars(query))


async def _running(context: Context) -> tuple[int, int]:
    """The oldest transaction that still runs, and the next one to come."""
    query = "SELECT txid_snapshot_xmin(s), txid_snapshot_xmax(s) FROM txid_current_snapshot() AS s"
    async with context.db.read() as session:
        oldest, coming = (await session.execute(text(query))).one()
    return int(oldest), int(coming)


def _gap(ids: list[int], after: int) -> bool:
    return bool(ids) and ids[-1] - after != len(ids)


def _before_gap(ids: list[int], after: int) -> list[int]:
    return [one for place, one in enumerate(ids, after + 1) if one == place]
