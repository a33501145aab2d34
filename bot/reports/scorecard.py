"""The scorecard: every measure for a period, by organisation, tier, service or township."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.directory.catalogue import County
from bot.reports.cases import TIER_NAMES, Case
from bot.reports.definitions import MEASURES, Measure, cases_of
from bot.reports.facts import Matter, Period
from bot.reports.figures import Figure, figures_of, tally
from bot.reports.gather import PLACES, matters_of
from bot.tickets.deadlines import WorkClock
from bot.tickets.timing import timing_of

NOWHERE = "未注明"
ALL_LINES = ("organisation", "tier")
"""Groupings that show every group, also those without a case."""
BY_NAMES = {"organisation": "单位", "tier": "层级", "service": "事项", "township": "乡镇和站"}
KEYS: dict[str, Callable[[Case], str]] = {
    "organisation": lambda case: case.org,
    "tier": lambda case: case.tier,
    "service": lambda case: case.service,
    "township": lambda case: case.place or NOWHERE,
}


class BadPeriod(ValueError):
    """A period that ends before it starts, or is longer than three years."""


@dataclass(frozen=True)
class Line:
    """One group's figures by measure."""

    key: str
    name: str
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Scorecard:
    """Figures of the groups and of the whole county."""

    period: Period
    by: str
    measures: tuple[Measure, ...]
    county: Line
    lines: tuple[Line, ...]


def period_of(start: date, end: date, as_of: datetime) -> Period:
    """Whole days of the county, both ends within."""
    if end < start:
        raise BadPeriod("结束日期早于开始日期")
    if (end - start).days > 3 * 366:
        raise BadPeriod("一次最多看三年")
    first = datetime.combine(start, time(), COUNTY_ZONE)
    return Period(first, datetime.combine(end, time(), COUNTY_ZONE) + timedelta(days=1), as_of)


@dataclass(frozen=True)
class Ledger:
    """What figures of a period are computed from."""

    county: County
    clock: WorkClock
    matters: list[Matter]


async def load(context: Context, period: Period) -> Ledger:
    """Read the ledger once, for all figures of a period."""
    timing = await timing_of(context)
    async with context.db.read() as session:
        return Ledger(timing.county, timing.clock(), await matters_of(session, timing.county, period))


async def scorecard(
    context: Context, period: Period, by: str = "organisation", own: str | None = None
) -> Scorecard:
    """Compute a scorecard from the ledger, off the loop; with `own` as that organisation may see it."""
    ledger = await load(context, period)
    return await asyncio.to_thread(build, ledger.county, ledger.clock, ledger.matters, period, by, own)


def build(
    county: County,
    clock: WorkClock,
    matters: list[Matter],
    period: Period,
    by: str = "organisation",
    own: str | None = None,
) -> Scorecard:
    """The same from plain values.

    An organisation sees its own line, or its own cases by the other groupings, and the county's counts
    without the tickets behind them.
    """
    names = group_names(county, by)
    figures: dict[str, dict[str, Figure]] = {key: {} for key in names}
    whole: dict[str, Figure] = {}
    for measure in MEASURES:
        cases = cases_of(measure, matters, period.as_of, clock)
        whole[measure.code], grouped = figures_of(
            measure, cases, period, names, KEYS[by], own if by != "organisation" else None
        )
        for key, figure in grouped.items():
            figures.setdefault(key, {})[measure.code] = figure
    lines = tuple(
        Line(key, names.get(key, key), _complete(found))
        for key, found in figures.items()
        if by in ALL_LINES or any(figure.tally.n or figure.tally.out for figure in found.values())
    )
    total = Line("county", county.name, whole)
    if own is not None:
        total = _without_tickets(total)
        lines = tuple(line for line in lines if by != "organisation" or line.key == own)
    return Scorecard(period, by, MEASURES, total, lines)


def _complete(found: dict[str, Figure]) -> dict[str, Figure]:
    """A group that came up in one measure alone has empty figures for the others."""
    return {m.code: found.get(m.code) or _empty(m.code) for m in MEASURES}


@lru_cache
def _empty(code: str) -> Figure:
    return Figure(code, tally(()), tally(()), "year", few=True)


def group_names(county: County, by: str) -> dict[str, str]:
    """The groups in the directory's order, with their names."""
    if by == "organisation":
        return {code: org.name for code, org in county.orgs.items()}
    if by == "tier":
        return dict(TIER_NAMES)
    if by == "service":
        return {code: service.name for code, service in county.services.items()}
    places = {point.code: point.name for point in county.points.values() if point.kind in PLACES}
    return {**places, NOWHERE: NOWHERE}


def _without_tickets(line: Line) -> Line:
    """A line with its counts alone."""
    return replace(
        line,
        figures={
            code: replace(
                figure,
                period=figure.period.counts_alone(),
                year=figure.year.counts_alone() if figure.year else None,
            )
            for code, figure in line.figures.items()
        },
    )
