"""Measures of an organisation's parts: contact, signature, result, returns, helpers' replies.

Each function gives the cases of one matter, with the moment when each fell due.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.directory.catalogue import CENTRE
from bot.reports.cases import Case, Outcome, case_of
from bot.reports.clocks import allowed_until
from bot.reports.facts import Matter, Part, Round
from bot.tickets import states as s
from bot.tickets.deadlines import WorkClock

TEST_CHANNEL = "test"


def always_out(matter: Matter, at: datetime) -> str | None:
    """Why a matter counts for nothing at a moment: a test, merged, withdrawn before."""
    if matter.channel == TEST_CHANNEL:
        return "test"
    if matter.state == s.MERGED:
        return "merged"
    if matter.state == s.WITHDRAWN and matter.closed_at is not None and matter.closed_at <= at:
        return "withdrawn"
    return None


def response(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """Reached, or three tries on two days, by the moment that the contact was due."""
    due = matter.contact_due
    lead = matter.lead_at(due) if due is not None else None
    if due is None or lead is None:
        return
    reason = always_out(matter, due) or ("anonymous" if matter.anonymous else None)
    if reason is None and lead.upheld and lead.ended_at is not None and lead.ended_at <= due:
        reason = "return_upheld"
    hit = matter.contacted_at is not None and matter.contacted_at <= due
    yield case_of(matter, lead.org, s.LEAD, due, _judge(reason, hit), reason)


def signed_in_time(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """Signed or returned by the moment that the signature was due."""
    for part in matter.parts:
        due = part.sign_due
        unsigned = part.signed_at is None
        reason = always_out(matter, due) or _gone(part, due)
        if reason is None and part.delivery_failed:
            reason = "delivery_failed"
        if reason is None and part.signed_at == part.dispatched_at:
            reason = "by_decision"
        if reason is None and unsigned and part.state == s.WAIVED:
            reason = "waived"
        if reason is None and unsigned and part.state == s.AWAITING_SIGN and _stands(matter, due):
            reason = "paused"
        signed = part.signed_at is not None and not part.deemed and part.signed_at <= due
        hit = signed or part.state == s.RETURN_REVIEW
        yield case_of(matter, part.org, part.role, due, _judge(reason, hit), reason)


def done_in_time(
    matter: Matter, as_of: datetime, clock: WorkClock, *, extended: bool = True
) -> Iterator[Case]:
    """Handed in by the due time and not sent back; `extended` False takes the due time without extension."""
    for part in matter.leads():
        for one in part.rounds:
            due = one.due if extended else one.unextended or one.due
            if due is None:
                continue
            reason = always_out(matter, due) or _gone(part, due) or _round_out(matter, part, one, due)
            hit = one.done_at is not None and one.done_at <= due
            if reason is None and not hit:
                until = one.done_at or one.ended_at or part.ended_at or as_of
                allowed = allowed_until(matter, due, until, clock)
                hit = one.done_at is not None and one.done_at <= allowed
                if one.done_at is None and allowed >= until:
                    reason = "helper_late"
            yield case_of(matter, part.org, s.LEAD, due, _judge(reason, hit), reason)


def done_unextended(matter: Matter, as_of: datetime, clock: WorkClock) -> Iterator[Case]:
    """The same as if no extension had been granted."""
    return done_in_time(matter, as_of, clock, extended=False)


def helper_replied(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """A helper's substantive reply by its due time."""
    for part in matter.helpers():
        for one in part.rounds:
            if one.due is None:
                continue
            reason = always_out(matter, one.due) or _gone(part, one.due)
            if reason is None and part.state == s.WAIVED and one.ended is None:
                reason = "waived"
            if reason is None and one.ended is None and one.done_at is None and _stands(matter, one.due):
                reason = "paused"
            hit = one.done_at is not None and one.done_at <= one.due and one.substantive
            yield case_of(matter, part.org, s.HELPER, one.due, _judge(reason, hit), reason)


def rejected_return(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """Dispatches whose return was rejected."""
    for part in matter.parts:
        reason = always_out(matter, part.dispatched_at)
        open_still = part.state in (s.RETURN_REVIEW, s.WAIVED)
        hit = part.returned > 0 and not part.upheld and not open_still
        yield case_of(matter, part.org, part.role, part.dispatched_at, _judge(reason, hit), reason)


def misdispatched(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """Dispatches whose return was upheld: the reviewer's, so the centre's, whoever was sent it."""
    for part in matter.parts:
        reason = always_out(matter, part.dispatched_at)
        yield case_of(matter, CENTRE, s.LEAD, part.dispatched_at, _judge(reason, part.upheld), reason)


def _gone(part: Part, due: datetime) -> str | None:
    if part.upheld:
        return "return_upheld"
    left = part.ended in ("decided", "became_lead") and part.ended_at is not None
    return "moved" if left and part.ended_at is not None and part.ended_at <= due else None


def _stands(matter: Matter, due: datetime) -> bool:
    return matter.paused_at is not None and due >= matter.paused_at


def _round_out(matter: Matter, part: Part, one: Round, due: datetime) -> str | None:
    if one.silent and one.done_at is not None and one.done_at <= due:
        return "silent"
    if one.ended == "decided" and one.done_at is None and one.ended_at is not None and one.ended_at <= due:
        return "moved"
    if one.ended is None and one.done_at is None:
        if _stands(matter, due):
            return "paused"
        if part.signed_at is None and matter.state in (s.CONSULTATION, s.JOINT_MEETING, s.SUSPENDED):
            return "consulting"
    return None


def _judge(reason: str | None, hit: bool) -> Outcome:
    if reason is not None:
        return Outcome.OUT
    return Outcome.HIT if hit else Outcome.MISS
