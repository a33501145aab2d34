"""Deadlines: working hours on China's calendar, natural days, and the clock for what is urgent.

Pure functions of plain values; moments are aware, results are in UTC. A working day is a day of the
calendar of holidays and make-up days (chinesecalendar); for a year that it does not know, weekdays and
what the county's own file says count, and the result is provisional.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
from ruamel.yaml import YAML

from bot.clock import COUNTY_ZONE
from bot.settings import ROOT

DEFAULT_HOURS = ("08:30-12:00", "14:30-17:30")
CALENDAR_FILE = ROOT / "data" / "seed" / "calendar.yml"


@dataclass(frozen=True)
class Due:
    """When something falls due; provisional while the year's calendar is not known."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True)
class Calendar:
    """Working days. `holidays` and `workdays` are the county's own, they win over everything."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @classmethod
    def load(cls, path: Path = CALENDAR_FILE) -> "Calendar":
        """The county's own days from its file; empty when there is none."""
        if not path.exists():
            return cls()
        data = YAML(typ="safe").load(path.read_text("utf-8")) or {}
        return cls(frozenset(data.get("holidays") or ()), frozenset(data.get("workdays") or ()))

    def known(self, day: date) -> bool:
        """Whether the national calendar of that year is known."""
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:
            return False
        return True

    def is_working(self, day: date) -> bool:
        """Whether offices are open on that day."""
        if day in self.workdays:
            return True
        if day in self.holidays:
            return False
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5


@dataclass(frozen=True)
class WorkClock:
    """Counts working time by an organisation's hours."""

    calendar: Calendar = field(default_factory=Calendar)
    hours: tuple[str, ...] = DEFAULT_HOURS

    @property
    def day_minutes(self) -> int:
        """Working minutes of one day."""
        return sum((end.hour - start.hour) * 60 + end.minute - start.minute for start, end in self._spans())

    def add(self, start: datetime, minutes: float) -> Due:
        """The moment when so many working minutes after `start` have passed."""
        left = timedelta(minutes=minutes)
        moment = start.astimezone(COUNTY_ZONE)
        day = moment.date()
        while True:
            for opens, closes in self._openings(day):
                begin = max(opens, moment)
                if begin < closes:
                    if left <= closes - begin:
                        return self._due(start, begin + left)
                    left -= closes - begin
            day += timedelta(days=1)

    def days(self, start: datetime, count: int) -> Due:
        """The end of the `count`-th working day after the day of `start`."""
        day = start.astimezone(COUNTY_ZONE).date()
        while count > 0:
            day += timedelta(days=1)
            count -= self.calendar.is_working(day)
        return self._due(start, datetime.combine(day, self._spans()[-1][1], COUNTY_ZONE))

    def between(self, start: datetime, end: datetime) -> float:
        """Working minutes from `start` to `end`; 0 when `end` is earlier."""
        begin, stop = start.astimezone(COUNTY_ZONE), end.astimezone(COUNTY_ZONE)
        total = timedelta()
        day = begin.date()
        while day <= stop.date():
            for opens, closes in self._openings(day):
                total += max(timedelta(), min(closes, stop) - max(opens, begin))
            day += timedelta(days=1)
        return total / timedelta(minutes=1)

    def shift_days(self, due: datetime, count: int) -> Due:
        """A deadline at a day's end, moved by so many working days."""
        return Due(due) if count <= 0 else self.days(due, count)

    def paused_days(self, start: datetime, end: datetime) -> int:
        """Whole working days that a pause from `start` to `end` is worth, rounded half up."""
        return int(self.between(start, end) / self.day_minutes + 0.5)

    def _due(self, start: datetime, at: datetime) -> Due:
        known = self.calendar.known(at.date()) and self.calendar.known(start.astimezone(COUNTY_ZONE).date())
        return Due(at.astimezone(UTC), not known)

    def _spans(self) -> list[tuple[time, time]]:
        return [
            (time.fromisoformat(start), time.fromisoformat(end))
            for start, end in (span.split("-") for span in self.hours)
        ]

    def _openings(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.calendar.is_working(day):
            return []
        return [
            (datetime.combine(day, start, COUNTY_ZONE), datetime.combine(day, end, COUNTY_ZONE))
            for start, end in self._spans()
        ]


def natural_days(start: datetime, count: int) -> Due:
    """The end (23:59, the county's time) of the `count`-th natural day after the day of `start`."""
    day = start.astimezone(COUNTY_ZONE).date() + timedelta(days=count)
    return Due(datetime.combine(day, time(23, 59), COUNTY_ZONE).astimezone(UTC))


def clock_hours(start: datetime, hours: float) -> Due:
    """So many hours later, round the clock: what is urgent."""
    return Due(start.astimezone(UTC) + timedelta(hours=hours))


def earliest(*dues: Due) -> Due:
    """The first of several deadlines."""
    return min(dues, key=lambda due: due.at)
