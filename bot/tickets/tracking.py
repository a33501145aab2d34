"""Number and retrieval code: the way in for a resident without his conversation, with limits on guessing."""

import hmac
from datetime import timedelta

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


async def identify(context: Context, number: str, code: str, source: str) -> Actor:
    """The resident of a ticket, by its retrieval code.

    WrongCode for a wrong code and for a number that does not exist alike; Locked after five wrong tries on
    a number (for 15 minutes), or twenty from one source (for an hour).
    """
    try:
        return await _identify(context, number, code, source)
    except IntegrityError:
        return await _identify(context, number, code, source)


async def _identify(context: Context, number: str, code: str, source: str) -> Actor:
    """One try. Two first tries at the same moment meet in the table: the later one fails and comes again."""
    normal = normalise_number(number)
    digits = "".join(ch for ch in code if ch.isdigit())
    vault, at = context.vault, context.clock()
    marks = (
        (vault.lookup("try number", normal or number.strip().upper()[:40]), TRIES, LOCK_MINUTES),
        (vault.lookup("try source", source), SOURCE_TRIES, SOURCE_MINUTES),
    )
    async with context.db.write() as session:
        rows = []
        for key, limit, minutes in marks:
            row = await session.get(TrackTry, key, with_for_update=True)
            if row is not None and row.locked_until is not None and row.locked_until > at:
                raise Locked(max(1, round((row.locked_until - at).total_seconds() / 60)))
            rows.append((row, key, limit, minutes))
        found = await session.scalar(select(Ticket.number).where(Ticket.number == normal)) if normal else None
        right = hmac.compare_digest(retrieval_code(vault, normal or "-"), digits)
        if found is not None and right:
            if rows[0][0] is not None:
                await session.delete(rows[0][0])
            return bearer_of_code(found)
        left = TRIES
        await session.execute(delete(TrackTry).where(TrackTry.since < at - FORGET))
        for place, (row, key, limit, minutes) in enumerate(rows):
            if row is None or (row.locked_until is None and row.since < at - timedelta(minutes=minutes)):
                row = await session.merge(TrackTry(key=key, wrong=0, since=at, locked_until=None))
            elif row.locked_until is not None:
                row.wrong, row.since, row.locked_until = 0, at, None
            row.wrong += 1
            if row.wrong >= limit:
                row.locked_until = at + timedelta(minutes=minutes)
            if place == 0:
                left = max(0, limit - row.wrong)
    raise WrongCode(left)
