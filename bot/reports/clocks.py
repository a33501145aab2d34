"""A helper's lateness is taken off the lead's: working time that a lead could not use."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.reports.facts import Matter
from bot.tickets.deadlines import WorkClock

Span = tuple[datetime, datetime]


def late_spans(matter: Matter, until: datetime) -> list[Span]:
    """When helpers were late, up to a moment; overlaps joined. Waived helpers were late until then."""
    spans = []
    for part in matter.helpers():
        if part.upheld or part.ended:
            continue
        for one in part.rounds:
            if one.due is not None and one.due < (end := min(one.done_at or until, until)):
                spans.append((one.due, end))
    return joined(spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def allowed_until(matter: Matter, due: datetime, until: datetime, clock: WorkClock) -> datetime:
    """A lead's deadline with the helpers' late time added: working time, or round the clock when urgent."""
    spans = late_spans(matter, until)
    if not spans:
        return due
    if matter.urgent:
        return due + sum((end - start for start, end in spans), timedelta())
    return clock.add(due, sum(clock.between(start, end) for start, end in spans)).at
