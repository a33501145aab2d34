"""What stands around the scorecard: totals, the last months, the channels that matters come by."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import local
from bot.reports.answers import closings
from bot.reports.cases import Case, Outcome
from bot.reports.facts import Matter, Period
from bot.reports.figures import WORTH
from bot.reports.parts import TEST_CHANNEL
from bot.reports.statistics import FEW
from bot.tickets import states as s
from bot.tickets.deadlines import WorkClock

MONTHS = 6


@dataclass(frozen=True)
class Totals:
    """Counts of a period; `sign_hours` is the mean working time from dispatch to signature."""

    finished: int
    sign_hours: float | None
    redone: int
    asked: int
    rated: int


@dataclass(frozen=True)
class Point:
    """A month of a line: `rate` is None under ten cases."""

    month: date
    successes: float
    n: int
    rate: float | None


def counted(matters: Iterable[Matter]) -> list[Matter]:
    """Without tests and merged tickets."""
    return [m for m in matters if m.channel != TEST_CHANNEL and m.state != s.MERGED]


def before(period: Period) -> Period:
    """The period of the same length that ends where this one starts."""
    return Period(period.start - (period.end - period.start), period.start, period.as_of)


def totals(matters: Iterable[Matter], period: Period, clock: WorkClock) -> Totals:
    """The counts of one period."""
    chosen = counted(matters)
    ends = [(closed, redone) for m in chosen for closed, _, redone in closings(m)]
    redone = sum(one is not None and period.covers(one) for _, one in ends)
    waits = [
        clock.between(part.dispatched_at, part.signed_at) / 60
        for matter in chosen
        for part in matter.parts
        if part.signed_at is not None and not part.upheld and period.covers(part.sign_due)
    ]
    answers = [a for m in chosen for a in m.answers if period.covers(a.at)]
    return Totals(
        finished=sum(period.covers(closed) for closed, _ in ends),
        sign_hours=sum(waits) / len(waits) if waits else None,
        redone=redone,
        asked=len(answers),
        rated=sum(answer.rating is not None for answer in answers),
    )


def suspended(matters: Iterable[Matter]) -> list[str]:
    """挂账, shown apart: their numbers."""
    return [m.number for m in counted(matters) if m.state == s.SUSPENDED]


def channels(matters: Iterable[Matter], period: Period) -> list[tuple[str, int]]:
    """Tickets filed in the period by channel, largest first."""
    return Counter(m.channel for m in counted(matters) if period.covers(m.created_at)).most_common()


def months(period: Period) -> list[date]:
    """The first days of the last six months, the period's last one among them."""
    last = period.last_day.replace(day=1)
    found = [last]
    while len(found) < MONTHS:
        year, month = (found[0].year, found[0].month - 1) if found[0].month > 1 else (found[0].year - 1, 12)
        found.insert(0, date(year, month, 1))
    return found


def monthly(cases: list[Case], period: Period, chosen: Callable[[Case], bool]) -> list[Point]:
    """A line over the last six months, by the month in which each case fell due."""
    sums: dict[date, list[float]] = {month: [0.0, 0] for month in months(period)}
    for case in cases:
        month = _month(case.at)
        due = case.at <= period.as_of and case.at < period.end
        if case.outcome is not Outcome.OUT and month in sums and due and chosen(case):
            sums[month][0] += WORTH[case.outcome]
            sums[month][1] += 1
    return [
        Point(month, successes, int(n), successes / n if n >= FEW else None)
        for month, (successes, n) in sums.items()
    ]


def _month(at: datetime) -> date:
    return local(at).date().replace(day=1)
