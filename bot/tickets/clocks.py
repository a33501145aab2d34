"""The deadline that a ticket's new state gets; the names are those of the state table."""

from collections.abc import Callable

from bot.tickets import states as s
from bot.tickets.deadlines import Due, clock_hours, natural_days
from bot.tickets.work import Work


def review(work: Work) -> Due:
    """Time to review."""
    return work.timing.review(work.at, work.ticket.urgent)


def sign(work: Work) -> Due:
    """The lead's time to sign."""
    assert work.lead is not None
    return Due(work.lead.sign_due)


def handling(work: Work) -> Due | None:
    """The lead's time to handle."""
    lead = work.lead
    return Due(lead.due, bool(lead.clock.get("provisional"))) if lead and lead.due else None


def resumed(work: Work) -> Due | None:
    """What the deadline was before the pause, moved by it (the effect did the moving)."""
    if work.ticket.state in (s.IN_PROGRESS,):
        return handling(work)
    at = work.moment("held_due")
    return Due(at) if at else review(work)


def until(work: Work) -> Due | None:
    """The date that was given."""
    return Due(work.ask.until) if work.ask.until else None


def decided(work: Work) -> Due | None:
    """The date that the consultation or the meeting set (the effect wrote it on the assignment)."""
    return handling(work)


def info(work: Work) -> Due | None:
    """The resident's days to reply: no deadline of anybody's; it lies in the memory."""
    return None


def rating(work: Work) -> Due:
    """Days to rate."""
    return natural_days(work.at, work.timing.terms.rating_natural_days)


def return_review(work: Work) -> Due:
    """Working hours to decide on a return; of an urgent matter by the clock."""
    hours = work.timing.terms.return_review_hours
    return clock_hours(work.at, hours) if work.ticket.urgent else work.timing.clock().add(work.at, hours * 60)


def _days(name: str) -> Callable[[Work], Due]:
    def due(work: Work) -> Due:
        return work.timing.working(work.at, getattr(work.timing.terms, name))

    return due


def consultation(work: Work) -> Due:
    """Days for the head of the centre, at the day's end."""
    return work.timing.clock().days(work.at, work.timing.terms.consultation_days)


def check_call(work: Work) -> Due:
    """Days until the call that asks whether the other body took it up."""
    return work.timing.clock().days(work.at, work.timing.terms.check_call_days)


def meeting(work: Work) -> Due | None:
    """The date of the meeting, or a month."""
    return Due(work.ask.until) if work.ask.until else natural_days(work.at, 30)


CLOCKS: dict[str, Callable[[Work], Due | None]] = {
    "review": review,
    "sign": sign,
    "handling": handling,
    "extended": handling,
    "resumed": resumed,
    "until": until,
    "decided": decided,
    "info": info,
    "rating": rating,
    "return_review": return_review,
    "extension_review": _days("extension_review_days"),
    "close": _days("close_days"),
    "second_reading": _days("second_reading_days"),
    "consultation": consultation,
    "check_call": check_call,
    "meeting": meeting,
}
