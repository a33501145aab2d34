"""Measures of what residents say: solved, satisfied, raised again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.reports.cases import Case, Outcome, case_of
from bot.reports.classes import CONSULTATION, MEMBERSHIP, ORDER
from bot.reports.facts import Answer, Matter
from bot.reports.parts import TEST_CHANNEL, always_out
from bot.tickets import states as s
from bot.tickets.deadlines import WorkClock

SATISFIED = ("满意", "基本满意")
FROM_RATING = {"满意": "solved", "基本满意": "partly", "不满意": "no"}
SOLVED_COUNTS = {"solved": Outcome.HIT, "partly": Outcome.HALF, "no": Outcome.MISS}
NOT_FOR_SOLVED = (CONSULTATION, ORDER, MEMBERSHIP)
AGAIN_DAYS = 30
CLOSED = (s.CLOSED, s.AWAITING_RATING, s.ANSWERED)


def solved(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """Whether the matter was solved, as the resident said; from the rating where nobody asked."""
    for answer in matter.answers:
        word = answer.solved or FROM_RATING.get(answer.rating or "")
        reason = always_out(matter, answer.at) or _unsolvable(matter)
        if reason is None and word is None:
            reason = "silent"
        if reason is None and (cause := _unfit(answer)):
            reason = cause
        if reason is None and matter.policy and word != "solved":
            reason = "policy"
        outcome = Outcome.OUT if reason else SOLVED_COUNTS[str(word)]
        yield case_of(
            matter,
            answer.org,
            s.LEAD,
            answer.at,
            outcome,
            reason,
            inferred=answer.solved is None and word is not None,
        )


def satisfied(matter: Matter, _as_of: datetime, _clock: WorkClock) -> Iterator[Case]:
    """Satisfied or nearly, among those who rated."""
    for answer in matter.answers:
        reason = always_out(matter, answer.at) or ("silent" if answer.rating is None else _unfit(answer))
        hit = answer.rating in SATISFIED
        outcome = Outcome.OUT if reason else (Outcome.HIT if hit else Outcome.MISS)
        yield case_of(matter, answer.org, s.LEAD, answer.at, outcome, reason)


def _unsolvable(matter: Matter) -> str | None:
    if matter.kind in NOT_FOR_SOLVED:
        return matter.kind
    return "waiting_outside" if matter.waits_outside or matter.state == s.AWAITING_EXTERNAL else None


def _unfit(answer: Answer) -> str | None:
    if answer.void:
        return "abuse"
    return None if answer.by_resident or answer.recorded else "unrecorded"


def raised_again(matters: Iterable[Matter]) -> Iterator[Case]:
    """Matters (person, service, place) raised again within 30 days of closing.

    The moment is the end of the thirty days. One case for each closing: a new ticket of the same matter, or
    the request to redo it, makes it raised again.
    """
    same: dict[tuple[str, str, str | None], list[Matter]] = defaultdict(list)
    all_matters = list(matters)
    for matter in all_matters:
        if matter.person is not None and matter.channel != TEST_CHANNEL:
            same[(matter.person, matter.service, matter.grid)].append(matter)
    for matter in all_matters:
        others = sorted(
            same.get((matter.person or "", matter.service, matter.grid), []), key=lambda m: m.created_at
        )
        for closed_at, org, redone_at in closings(matter):
            until = closed_at + timedelta(days=AGAIN_DAYS)
            reason = always_out(matter, until) or ("unknown_person" if matter.person is None else None)
            again = next(
                (
                    other.number
                    for other in others
                    if other.number != matter.number and closed_at < other.created_at <= until
                ),
                None,
            )
            if again is None and redone_at is not None and redone_at <= until:
                again = matter.number
            outcome = Outcome.OUT if reason else (Outcome.HIT if again else Outcome.MISS)
            yield case_of(matter, org, s.LEAD, until, outcome, reason, beside=again)


def closings(matter: Matter) -> Iterator[tuple[datetime, str, datetime | None]]:
    """When a matter was closed, by whom, and when it was asked to be redone."""
    for part in matter.leads():
        for one in part.rounds:
            if one.closed_at is not None and one.ended == "reopened":
                yield one.closed_at, part.org, one.ended_at
    if matter.closed_at is not None and matter.state in CLOSED:
        yield matter.closed_at, matter.lead, None
