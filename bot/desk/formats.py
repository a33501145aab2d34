"""How the desk writes deadlines, moments and channels."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clock import WEEKDAYS, local

CHANNEL_NAMES = {
    "web": "网页",
    "rest": "接口",
    "telegram": "Telegram",
    "phone": "电话",
    "walk_in": "来访",
    "station": "村站",
    "api": "接口",
    "open311": "Open311",
}


@dataclass(frozen=True)
class Deadline:
    """A deadline as it is shown: `kind` is late, soon, later, hold or none."""

    kind: str
    text: str
    full: str
    icon: str


def deadline(due: datetime | None, now: datetime, paused: str | None = None) -> Deadline:
    """A deadline beside the present moment; `paused` says why the clock stands."""
    if paused:
        return Deadline("hold", f"停表 {paused}", f"停表，{paused}", "player-pause")
    if due is None:
        return Deadline("none", "—", "没有期限", "calendar")
    there, today = local(due), local(now).date()
    full = moment(due, now)
    if due < now:
        return Deadline("late", f"超 {span(now - due)}", f"{full} 到期，已超 {span(now - due)}", "alarm")
    if there.date() == today:
        return Deadline("soon", f"今天 {there:%H:%M}", full, "clock")
    if there.date() == today + timedelta(days=1):
        return Deadline("later", f"明天 {there:%H:%M}", full, "calendar")
    return Deadline("later", full, full, "calendar")


def span(time: timedelta) -> str:
    """A length of time in the unit that people would use."""
    minutes = time.total_seconds() / 60
    if minutes < 60:
        return f"{max(1, math.floor(minutes))} 分钟"
    if minutes < 24 * 60:
        return f"{math.floor(minutes / 60)} 小时"
    return f"{math.floor(minutes / 60 / 24)} 天"


def moment(at: datetime | None, now: datetime) -> str:
    """`11-24 周二 09:30`, with the year where it is another one; empty for None."""
    if at is None:
        return ""
    there = local(at)
    year = f"{there:%Y}-" if there.year != local(now).year else ""
    return f"{year}{there:%m-%d} {WEEKDAYS[there.weekday()]} {there:%H:%M}"


def day_of(at: datetime, now: datetime) -> str:
    """`12-04 周五`, with the year where it is another one."""
    return moment(at, now).rsplit(" ", 1)[0]


def long_moment(at: datetime) -> str:
    """`2026-11-24 周二 09:30`."""
    there = local(at)
    return f"{there:%Y-%m-%d} {WEEKDAYS[there.weekday()]} {there:%H:%M}"


def day(at: datetime) -> str:
    """`2026-11-24`."""
    return f"{local(at):%Y-%m-%d}"


def day_only(day: date) -> str:
    """`2026-12-01 周二`."""
    return f"{day:%Y-%m-%d} {WEEKDAYS[day.weekday()]}"


def clock_time(at: datetime) -> str:
    """`09:36`."""
    return f"{local(at):%H:%M}"


def size(count: int) -> str:
    """A file's size: `1.2 MB`."""
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 100 else f"{max(1, count // 1024)} kB"


def channel_name(channel: str) -> str:
    """A channel as people call it."""
    return CHANNEL_NAMES.get(channel, channel)


def short_place(name: str) -> str:
    """A place as a list shows it: 东门党群服务站 文昌社区 is 东门 文昌社区."""
    return re.sub(r"党群服务站(（[^）]*）)?", "", name).strip()


def short_label(label: str) -> str:
    """A slot's label without what it explains in brackets."""
    return re.sub(r"（[^）]*）", "", label).strip() or label
