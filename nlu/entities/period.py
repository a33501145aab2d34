"""A stretch of days with the grain in which people named it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """`start` and `end` (inclusive), None on an open side; grain: day, month, year or interval.

    `past` is what the same words mean when they look back: 十五号, said on the 24th, is next month's or
    this month's.
    """

    start: date | None
    end: date | None
    grain: str
    past: Period | None = None
    approx: bool = False

    @property
    def value(self) -> str:
        """ISO 8601 day, or interval first/last (months and years too); an open side is `..`."""
        if self.grain == "day":
            return str(self.start)
        return f"{self.start or '..'}/{self.end or '..'}"


def day(value: date, past: Period | None = None, approx: bool = False) -> Period:
    """One day."""
    return Period(value, value, "day", past, approx)


def month(year: int, number: int, past: Period | None = None, approx: bool = False) -> Period:
    """A whole month."""
    return Period(date(year, number, 1), month_end(year, number), "month", past, approx)


def year(number: int, approx: bool = False) -> Period:
    """A whole year."""
    return Period(date(number, 1, 1), date(number, 12, 31), "year", None, approx)


def interval(start: date | None, end: date | None) -> Period:
    """From first to last, None where open."""
    return Period(start, end, "interval")


def month_end(year_: int, number: int) -> date:
    """The last day of a month."""
    return date(year_, number, calendar.monthrange(year_, number)[1])


def shift_month(year_: int, number: int, by: int) -> tuple[int, int]:
    """Year and month so many months on."""
    index = year_ * 12 + number - 1 + by
    return index // 12, index % 12 + 1


def monday(of: date) -> date:
    """The Monday of a week."""
    return of - timedelta(days=of.weekday())
