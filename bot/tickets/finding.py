"""What a person types into a search as a condition on tickets: number, full phone number, words or a name."""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.context import Context
from bot.tickets.actors import Actor
from bot.tickets.models import Assignment, Ticket, TicketWord
from bot.tickets.numbers import normalise_number
from bot.tickets.states import CANCELLED, LEAD
from bot.tickets.visibility import SEE_ALL
from bot.tickets.words import LONGEST_QUERY, hashes, name_hash, pairs

FOUND = 2000
"""Words find the newest so many tickets; a list says that there are more."""


async def text_condition(
    session: AsyncSession, context: Context, actor: Actor, text: str, among: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The condition that a typed text means, among the tickets of the caller's other conditions.

    Those hold visibility and filters: of a common word the newest tickets that meet them are found, however
    many others have it. A whole number or phone number stands for itself. Words must all occur; a word is
    found by its pairs of characters. Reviewers and administrators find a whole name too.
    """
    if number := normalise_number(text):
        return Ticket.number == number
    digits = re.sub(r"[\s\-()（）+]", "", text).removeprefix("86")
    if digits.isdigit() and len(digits) >= 7:
        return and_(Ticket.phone_hash == context.vault.lookup("phone", digits), may_find_phones(actor))
    ways: list[ColumnElement[bool]] = []
    part = text.strip().upper().removeprefix("QT-")
    if re.fullmatch(r"[0-9A-Z]{2,4}", part):
        ways.append(Ticket.number.startswith(f"QT-{part}", autoescape=True))
    if (words := hashes(context.vault, pairs(text)[:LONGEST_QUERY])) and not _torn(text):
        ways.append(await _with_all(session, words, among))
    name = name_hash(context.vault, text) if SEE_ALL.get(actor.role) == "full" else None  # type: ignore[call-overload]
    if name is not None:
        ways.append(await _with_all(session, [name], among))
    return or_(*ways) if ways else false()


def may_find_phones(actor: Actor) -> ColumnElement[bool]:
    """Where a full phone number may lead: to tickets that the person reads in full, no other."""
    if actor.kind == "system" or (actor.role is not None and SEE_ALL.get(actor.role) == "full"):
        return true()
    return exists(
        select(Assignment.id).where(
            Assignment.ticket == Ticket.id,
            Assignment.org == actor.org,
            Assignment.role == LEAD,
            Assignment.state != CANCELLED,
        )
    )


def _torn(text: str) -> bool:
    """Whether a part of the search is too short to be looked for: it would be silently left out."""
    return any(not pairs(part) and re.search(r"[\u3400-\u9fffA-Za-z0-9]", part) for part in text.split())


async def _with_all(
    session: AsyncSession, words: Sequence[int], among: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Tickets with all words: the rarest word's are looked up, the newest first, and asked for the others."""
    counts = {word: await _count(session, word) for word in dict.fromkeys(words)}
    if not all(counts.values()):
        return false()
    rarest, *others = sorted(counts, key=lambda word: counts[word])
    first = aliased(TicketWord)
    found = await session.scalars(
        select(first.ticket)
        .join(Ticket, Ticket.id == first.ticket)
        .where(first.word == rarest, *(_has(first.ticket, word) for word in others), *among)
        .order_by(first.ticket.desc())
        .limit(FOUND)
    )
    return Ticket.id.in_(list(found))


async def _count(session: AsyncSession, word: int) -> int:
    some = select(TicketWord.ticket).where(TicketWord.word == word).limit(FOUND + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def _has(ticket: ColumnElement[int], word: int) -> ColumnElement[bool]:
    other = aliased(TicketWord)
    return exists(select(other.ticket).where(other.word == word, other.ticket == ticket))
