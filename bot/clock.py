"""The county's time."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

COUNTY_ZONE = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC; tests pass their own."""

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """A moment as the county's wall clocks show it."""
    return moment.astimezone(COUNTY_ZONE)


def spoken(moment: datetime, today: datetime | None = None) -> str:
    """A moment as people read it: `11-24 周二 09:30`, with the year where it is another one."""
    there = local(moment)
    here = local(today or now())
    date = f"{there:%m-%d}" if there.year == here.year else f"{there:%Y-%m-%d}"
    return f"{date} {WEEKDAYS[there.weekday()]} {there:%H:%M}"
