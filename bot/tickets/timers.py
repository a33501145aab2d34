"""What time does to a ticket: nudges, supervision, deemed signatures, ended pauses, silence.

Every open ticket carries the moment `wake_at` at which the next of its timers fires; the timekeeper takes
tickets whose moment has come. This is the table of the timers: in which states, and when.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.tickets import states as s
from bot.tickets.deadlines import clock_hours
from bot.tickets.models import Assignment
from bot.tickets.work import Work, moment


@dataclass(frozen=True)
class Timer:
    """A timer of the tickets in some states; `name` is a function of the timekeeper."""

    name: str
    states: tuple[str, ...]
    when: Callable[[Work], datetime | None]


def next_wake(work: Work) -> datetime | None:
    """When the next timer of a ticket fires; None when there is none left."""
    return _first(timer.when(work) for timer in TIMERS if work.ticket.state in timer.states)


def due_timers(work: Work) -> list[Timer]:
    """The timers that fire now, in the table's order."""
    return [
        timer
        for timer in TIMERS
        if work.ticket.state in timer.states and (at := timer.when(work)) is not None and at <= work.at
    ]


def set_wake(work: Work) -> None:
    """Keep the moment of the next timer on the ticket."""
    work.ticket.wake_at = next_wake(work)


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)


def again(work: Work, last: datetime) -> datetime:
    """When something overdue is looked at again: urgent by the clock, the rest by working time."""
    if work.ticket.urgent or work.service.urgent:
        return clock_hours(last, work.timing.terms.urgent_escalation_hours).at
    return work.timing.working(last, work.timing.terms.second_supervision_days).at


def duty_call(work: Work) -> datetime | None:
    """Nobody has acknowledged an urgent matter: the next of the roster is called."""
    start, turn = work.moment("duty_at"), work.memory.get("duty_next", 0)
    if start is None or turn >= len(work.timing.terms.duty):
        return None
    return start + timedelta(minutes=work.timing.terms.duty_minutes * turn)


def lead_signature(work: Work) -> datetime | None:
    """The lead's time to sign is over."""
    return work.lead.sign_due if work.lead is not None else None


def helper_signature(work: Work) -> datetime | None:
    """A helper's time to sign is over."""
    return _first(part.sign_due for part in work.helpers if part.state == s.AWAITING_SIGN)


def nudge_at(part: Assignment) -> datetime | None:
    """When a part is nudged; None once it was."""
    if part.clock.get("nudged") or part.state != s.IN_PROGRESS:
        return None
    return moment(part.clock.get("nudge_at"))


def nudge(work: Work) -> datetime | None:
    """Three quarters of a part's time are over."""
    return _first(nudge_at(part) for part in work.assignments)


def supervise_at(work: Work, part: Assignment) -> datetime | None:
    """When a part is supervised: at its deadline, and once more; the lead a third time, to the 会商."""
    if part.state != s.IN_PROGRESS or part.due is None:
        return None
    done = part.clock.get("supervised", ())
    if not done:
        return part.due
    last = again(work, datetime.fromisoformat(done[-1]))
    return last if len(done) < (3 if part.role == s.LEAD else 2) else None


def supervise(work: Work) -> datetime | None:
    """A part is overdue."""
    return _first(supervise_at(work, part) for part in work.assignments)


def supervise_state(work: Work) -> datetime | None:
    """The centre's own decision is overdue; again every working day."""
    if work.ticket.due is None:
        return None
    last = work.moment("state_supervised_at")
    if last is None or last < work.ticket.due:
        return work.ticket.due
    return again(work, last)


def second_reading(work: Work) -> datetime | None:
    """A refusal waits for its second reader."""
    return supervise_state(work) if "refused_by" in work.memory else None


def contact(work: Work) -> datetime | None:
    """The resident should have been reached."""
    if work.ticket.contacted_at is not None or work.memory.get("contact_warned"):
        return None
    return work.ticket.contact_due


def order_confirm(work: Work) -> datetime | None:
    """An order waits for its date."""
    return work.moment("confirm_due")


def info(work: Work) -> datetime | None:
    """The resident's days to reply are over."""
    return work.moment("info_until")


def own_due(work: Work) -> datetime | None:
    """The state's own deadline."""
    return work.ticket.due


def check_call(work: Work) -> datetime | None:
    """The call after a referral is due; again every working day until it was made."""
    return None if work.memory.get("check_called") else supervise_state(work)


HANDLED = (s.AWAITING_SIGN, s.IN_PROGRESS, s.RETURN_REVIEW, s.EXTENSION_REVIEW)
DECIDED = (
    s.IN_REVIEW,
    s.RETURN_REVIEW,
    s.EXTENSION_REVIEW,
    s.AWAITING_CLOSE,
    s.CONSULTATION,
    s.JOINT_MEETING,
    s.SUSPENDED,
)
TIMERS: tuple[Timer, ...] = (
    Timer("duty_call", (s.AWAITING_SIGN,), duty_call),
    Timer("contact", (*HANDLED, s.AWAITING_CLOSE, s.CONSULTATION), contact),
    Timer("order_confirm", HANDLED, order_confirm),
    Timer("lead_signature", (s.AWAITING_SIGN,), lead_signature),
    Timer("helper_signature", HANDLED, helper_signature),
    Timer("nudge", (s.IN_PROGRESS, s.AWAITING_SIGN), nudge),
    Timer("supervise", (s.IN_PROGRESS,), supervise),
    Timer("supervise_state", DECIDED, supervise_state),
    Timer("second_reading", (s.NOT_ACCEPTED,), second_reading),
    Timer("info", (s.AWAITING_INFO,), info),
    Timer("external", (s.AWAITING_EXTERNAL,), own_due),
    Timer("rating", (s.AWAITING_RATING,), own_due),
    Timer("check_call", (s.REFERRED,), check_call),
)
