"""Number and retrieval code: the way in for a resident without his conversation, with limits on guessing."""

import hmac
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from bot.context import Context
from bot.tickets.actors import Actor, bearer_of_code
from bot.tickets.errors import Locked, WrongCode
from bot.tickets.models import Ticket, TrackTry
from bot.tickets.numbers import normalise_number, retrieval_code

TRIES = 5
LOCK_MINUTES = 15
SOURCE_TRIES = 20
SOURCE_MINUTES = 60
FORGET = timedelta(days=2)
FIRST_TRIES = 5
"""How often a try that met another one in the table comes again."""


async def identify(context: Context, number: str, code: str, source: str) -> Actor:
    """The resident of a ticket, by its retrieval code.

    WrongCode for a wrong code and for a number that does not exist alike; Locked after five wrong tries on
    a number (for 15 minutes), or twenty from one source (for an hour).
    """
    at = context.clock()
    for _ in range(FIRST_TRIES):
        try:
            left = await _count(context, number, source, at)
            break
        except IntegrityError:
            continue
    else:
        raise Locked(1)
    normal = normalise_number(number)
    digits = "".join(str(unicodedata.digit(ch)) for ch in code if ch.isdigit())
    async with context.db.read() as session:
        found = await session.scalar(select(Ticket.number).where(Ticket.number == normal)) if normal else None
    right = hmac.compare_digest(retrieval_code(context.vault, normal or "-"), digits)
    if found is None or not right:
        raise WrongCode(left)
    await _take_back(context, number, source)
    return bearer_of_code(found)


def _marks(context: Context, number: str, source: str) -> tuple[tuple[str, int, int], ...]:
    """What a try is counted under: key, limit, minutes."""
    named = normalise_number(number) or number.strip().upper()[:40]
    return (
        (context.vault.lookup("try number", named), TRIES, LOCK_MINUTES),
        (context.vault.lookup("try source", source), SOURCE_TRIES, SOURCE_MINUTES),
    )


async def _count(context: Context, number: str, source: str, at: datetime) -> int:
    """Count a try as wrong before it is judged, so that tries side by side cannot outrun the lock.

    Returns how many are left for the number. First tries at the same moment meet in the table: all but one
    fail there (IntegrityError) and come again.
    """
    left = TRIES
    async with context.db.write() as session:
        rows = []
        for key, limit, minutes in _marks(context, number, source):
            row = await session.get(TrackTry, key, with_for_update=True)
            if row is not None and row.locked_until is not None and row.locked_until > at:
                raise Locked(max(1, round((row.locked_until - at).total_seconds() / 60)))
            rows.append((row, key, limit, minutes))
        for place, (row, key, limit, minutes) in enumerate(rows):
            if row is None:
                row = TrackTry(key=key, wrong=0, since=at, locked_until=None)
                session.add(row)
            elif row.locked_until is not None or row.since < at - timedelta(minutes=minutes):
                row.wrong, row.since, row.locked_until = 0, at, None
            row.wrong += 1
            if row.wrong >= limit:
                row.locked_until = at + timedelta(minutes=minutes)
            if place == 0:
                left = max(0, limit - row.wrong)
            await session.flush()
    return left


async def _take_back(context: Context, number: str, source: str) -> None:
    """A right code was no wrong try: the number is free again, and the source's count is one less."""
    (of_number, *_), (of_source, *_) = _marks(context, number, source)
    async with context.db.write() as session:
        for key in (of_number, of_source):
            row = await session.get(TrackTry, key, with_for_update=True)
            if row is None:
                continue
            row.wrong -= 1
            if key == of_number or row.wrong <= 0:
                await session.delete(row)
            elif row.wrong < SOURCE_TRIES:
                row.locked_until = None
        old = context.clock() - FORGET
        await session.execute(delete(TrackTry).where(TrackTry.since < old))
