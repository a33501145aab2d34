"""The resident's word on the result, and what follows from it."""

from sqlalchemy import select

from bot.tickets import states as s
from bot.tickets.accounts import add_rating, end_round
from bot.tickets.effects.parts import set_due, term
from bot.tickets.effects.registry import effect
from bot.tickets.errors import Missing, NoSuchStep
from bot.tickets.models import Rating
from bot.tickets.work import Work


@effect
async def rate(work: Work) -> None:
    """The resident's word."""
    rating = str(work.ask.data["rating"])
    if rating not in s.RATINGS:
        raise Missing("rating", f"评价是 {'、'.join(s.RATINGS)} 之一")
    work.ticket.rating = rating
    add_rating(work, rating, work.ask.data.get("solved"))
    if work.actor.kind != "resident":
        work.remember(rated_by=work.actor.key)


@effect
async def silence(work: Work) -> None:
    """Nobody rated."""
    add_rating(work, None, None)


@effect
async def void_rating(work: Work) -> None:
    """The newest rating was abuse: it stays on record and out of the figures."""
    newest = await work.session.scalar(
        select(Rating)
        .where(Rating.ticket == work.ticket.id, Rating.rating.is_not(None))
        .order_by(Rating.id.desc())
        .limit(1)
    )
    if newest is None:
        raise NoSuchStep("没有评价，不用作废")
    newest.void = work.actor.key


@effect
async def reopen(work: Work) -> None:
    """The lead starts again, with a new term."""
    assert work.lead is not None
    end_round(work, work.lead, "reopened")
    work.lead.state, work.lead.done_at = s.IN_PROGRESS, None
    set_due(work, work.lead, term(work, work.lead.org, s.LEAD), work.at)
    work.lead.clock = {**work.lead.clock, "supervised": []}
    _unsatisfied(work)


@effect
async def escalate(work: Work) -> None:
    """The second time: the head of the centre."""
    assert work.lead is not None
    end_round(work, work.lead, "reopened")
    work.lead.state, work.lead.done_at = s.IN_PROGRESS, None
    _unsatisfied(work)


def _unsatisfied(work: Work) -> None:
    add_rating(work, s.UNSATISFIED, "no")
    work.ticket.rating = s.UNSATISFIED
    work.ticket.closed_at = None
    work.remember(unsatisfied=work.memory.get("unsatisfied", 0) + 1, passed_at=None)
