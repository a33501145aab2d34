"""The review: answer, refusal with its second reader, referral, appeal."""

from bot.tickets.effects.registry import effect
from bot.tickets.transitions import REFUSAL_REASONS
from bot.tickets.work import Work

DEFAULT_DOOR = "12345 政务服务热线"


@effect
async def finish(work: Work) -> None:
    """The ticket ends."""
    work.ticket.closed_at = work.at


@effect
async def finish_with_answer(work: Work) -> None:
    """The ticket ends with the answer as its result."""
    work.set_result(work.ask.note or "")
    work.ticket.closed_at = work.at


@effect
async def refuse(work: Work) -> None:
    """Note the refusal for its second reader; the resident hears of it after that."""
    reason = str(work.ask.data["reason"])
    door = str(work.ask.data.get("door") or DEFAULT_DOOR)
    work.remember(refused_by=work.actor.key, refusal=reason, door=door)
    work.set_result(f"{REFUSAL_REASONS[reason][0]}：{work.ask.note}")
    work.ticket.closed_at = work.at


@effect
async def confirm_refusal(work: Work) -> None:
    """The second reader agrees."""
    work.remember(refused_by=None, refusal_read=True)


@effect
async def drop_refusal(work: Work) -> None:
    """The second reader does not agree."""
    work.remember(refused_by=None, refusal=None)
    work.ticket.result = None
    work.ticket.closed_at = None


@effect
async def appeal(work: Work) -> None:
    """Once: back to the review."""
    work.remember(appealed=True, refusal=None, check_called=None)
    work.ticket.closed_at = None


@effect
async def check_call_done(work: Work) -> None:
    """The call after a referral was made."""
    work.remember(check_called=True)
    work.ticket.due = None
