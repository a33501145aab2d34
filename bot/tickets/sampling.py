"""Closings that a rule passes, where the county lets it: all but a sample and what is flagged."""

from bot.tickets import engine
from bot.tickets import states as s
from bot.tickets.actors import RULE
from bot.tickets.lots import drawn
from bot.tickets.work import Ask, Work

MINUTES_TOO_FAST = 10


async def pass_by_rule(work: Work) -> None:
    """Pass a result that was just handed in, when its service is only sampled and nothing is flagged."""
    if (
        work.ticket.state != s.AWAITING_CLOSE
        or flagged(work)
        or drawn(work, "closing", work.timing.terms.close_sample_share)
    ):
        return
    if work.ticket.service in work.timing.terms.close_by_sample:
        work.actor, work.ask = RULE, Ask(note="按规则通过，未抽中")
        await engine.step(work, s.AWAITING_RATING)


def flagged(work: Work) -> bool:
    """Closed within minutes, reopened or sent back before, high privacy, the centre's own."""
    lead = work.lead
    fast = (
        lead is not None
        and lead.signed_at is not None
        and (work.at - lead.signed_at).total_seconds() < MINUTES_TOO_FAST * 60
    )
    before = work.memory.get("unsatisfied") or work.memory.get("sent_back")
    return bool(fast or before or work.high_privacy or work.by_centre())
