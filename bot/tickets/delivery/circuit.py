"""A breaker for each receiver: opens after repeated failures, tries one delivery when its time is over.

While it is open, none of the receiver's deliveries is tried, whoever waits and however many workers run; they
lose no tries by that. One that works closes it, one that fails opens it for twice as long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.tickets.models import Circuit, Outbox

OPENS_AFTER = 5
FIRST_SECONDS = 300
CAP_SECONDS = 3600


@dataclass(frozen=True)
class CircuitView:
    """`state` is closed, open or half_open (the next delivery is the trial)."""

    state: str
    failures: int
    until: datetime | None
    error: str | None


CLOSED = CircuitView("closed", 0, None, None)


def passes(now: datetime) -> ColumnElement[bool]:
    """The condition that a delivery's receiver may be tried."""
    return ~exists(
        select(Circuit.kind).where(
            Circuit.kind == Outbox.kind, Circuit.target == Outbox.target, Circuit.until > now
        )
    )


async def note_failure(session: AsyncSession, kind: str, target: str, now: datetime, error: str) -> None:
    """Count a failure; the fifth in a row opens."""
    row = await session.get(Circuit, (kind, target), with_for_update=True)
    if row is None:
        row = Circuit(kind=kind, target=target, failures=0, until=None)
        session.add(row)
    row.failures += 1
    row.error = error[:500]
    if row.failures >= OPENS_AFTER:
        seconds = min(CAP_SECONDS, FIRST_SECONDS * 2 ** (row.failures - OPENS_AFTER))
        row.until = now + timedelta(seconds=seconds)


async def note_success(session: AsyncSession, kind: str, target: str) -> None:
    """Close."""
    await session.execute(
        update(Circuit)
        .where(Circuit.kind == kind, Circuit.target == target, Circuit.failures > 0)
        .values(failures=0, until=None, error=None)
    )


async def allow_trial(session: AsyncSession, kind: str, target: str, now: datetime) -> None:
    """Somebody says that it works again: let the next delivery be the trial now."""
    await session.execute(
        update(Circuit)
        .where(Circuit.kind == kind, Circuit.target == target, Circuit.until > now)
        .values(until=now)
    )


async def circuits(context: Context, kinds: Iterable[str]) -> dict[tuple[str, str], CircuitView]:
    """The breakers that have something to say, by kind and target; all others are closed."""
    async with context.db.read() as session:
        rows = await session.scalars(
            select(Circuit).where(Circuit.kind.in_(tuple(kinds)), Circuit.failures > 0)
        )
        return {(row.kind, row.target): _view(row, context.clock()) for row in rows}


def _view(row: Circuit, now: datetime) -> CircuitView:
    if row.until is None:
        return CircuitView("closed", row.failures, None, row.error)
    return CircuitView("open" if row.until > now else "half_open", row.failures, row.until, row.error)
