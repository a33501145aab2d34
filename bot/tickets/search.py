"""Finding tickets among those that someone may see; pages by key, not by offset."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from bot.context import Context
from bot.directory.catalogue import County
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.errors import Missing
from bot.tickets.finding import text_condition
from bot.tickets.models import Assignment, Ticket
from bot.tickets.reading import parts_of, view_of
from bot.tickets.routing import within
from bot.tickets.values import Page, TicketQuery
from bot.tickets.visibility import visible

MAX_PAGE = 200
COUNT_LIMIT = 10_000
"""Counting stops here; a list says 10000 and more."""


async def search(context: Context, query: TicketQuery, actor: Actor) -> Page:
    """One page of masked tickets."""
    county = await context.directory.county()
    conditions = [visible(county, actor), *_conditions(context, county, query)]
    limit = max(1, min(query.limit, MAX_PAGE))
    async with context.db.read() as session:
        if query.text and query.text.strip():
            conditions.append(
                await text_condition(session, context, actor, query.text.strip(), tuple(conditions))
            )
        counted = select(Ticket.id).where(*conditions).limit(COUNT_LIMIT).subquery()
        total = await session.scalar(select(func.count()).select_from(counted)) or 0
        rows = (
            await session.scalars(_ordered(select(Ticket).where(*conditions), query).limit(limit + 1))
        ).all()
        parts = await parts_of(session, rows[:limit])
    items = tuple(view_of(context, county, row, parts[row.id], masked=True) for row in rows[:limit])
    more = len(rows) > limit
    return Page(items, _cursor(rows[limit - 1], query.order) if more else None, total)


def _conditions(context: Context, county: County, query: TicketQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.states:
        found.append(Ticket.state.in_(query.states))
    if query.service:
        found.append(Ticket.service == query.service)
    if query.org:
        found.append(
            exists(
                select(Assignment.id).where(
                    Assignment.ticket == Ticket.id,
                    Assignment.org == query.org,
                    Assignment.state != s.CANCELLED,
                )
            )
        )
    if query.grid:
        found.append(Ticket.grid.in_([code for code in county.points if within(county, code, query.grid)]))
    if query.urgent is not None:
        found.append(Ticket.urgent.is_(query.urgent))
    if query.channel:
        found.append(Ticket.channel == query.channel)
    if query.overdue is not None:
        late = and_(Ticket.due.is_not(None), Ticket.due < context.clock(), Ticket.state.not_in(s.FINAL))
        found.append(late if query.overdue else ~late)
    if query.filed_from:
        found.append(Ticket.created_at >= query.filed_from)
    if query.filed_to:
        found.append(Ticket.created_at < query.filed_to)
    return found


def _ordered(statement: Select[tuple[Ticket]], query: TicketQuery) -> Select[tuple[Ticket]]:
    after = _opened(query.cursor)
    if query.order == "due":
        statement = statement.order_by(Ticket.due.is_(None), Ticket.due, Ticket.id)
        if after is not None:
            statement = statement.where(_after_due(after))
        return statement
    newest = query.order == "newest"
    if newest:
        statement = statement.order_by(Ticket.created_at.desc(), Ticket.id.desc())
    else:
        statement = statement.order_by(Ticket.created_at, Ticket.id)
    if after is not None:
        at, number = datetime.fromisoformat(after[0]), after[1]
        earlier = Ticket.created_at < at if newest else Ticket.created_at > at
        tie = Ticket.id < number if newest else Ticket.id > number
        statement = statement.where(or_(earlier, and_(Ticket.created_at == at, tie)))
    return statement


def _after_due(after: list[Any]) -> ColumnElement[bool]:
    if after[0] is None:
        return and_(Ticket.due.is_(None), Ticket.id > after[1])
    at = datetime.fromisoformat(after[0])
    return or_(Ticket.due > at, and_(Ticket.due == at, Ticket.id > after[1]), Ticket.due.is_(None))


def _cursor(row: Ticket, order: str) -> str:
    at = row.due if order == "due" else row.created_at
    value = [at.isoformat() if at else None, row.id]
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _opened(cursor: str | None) -> list[Any] | None:
    if not cursor:
        return None
    try:
        at, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if at is not None:
            datetime.fromisoformat(at)
        if not 0 <= int(number) < 2**62:
            raise ValueError("out of range")
        return [at, int(number)]
    except (ValueError, TypeError, binascii.Error) as error:
        raise Missing("cursor", "翻页的标记不对，请从第一页看起") from error
