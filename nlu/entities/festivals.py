"""Feasts, lunar dates, solar terms and public holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

# Feasts of the solar calendar: name -> (month, day).
SOLAR = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "三八": (3, 8),
    "植树节": (3, 12),
    "学雷锋日": (3, 5),
    "五一": (5, 1),
    "劳动节": (5, 1),
    "五四": (5, 4),
    "青年节": (5, 4),
    "六一": (6, 1),
    "儿童节": (6, 1),
    "七一": (7, 1),
    "建党节": (7, 1),
    "八一": (8, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "十一": (10, 1),
    "圣诞": (12, 25),
    "元旦节": (1, 1),
}
# Feasts of the lunar calendar: name -> (month, day); 除夕 is the eve of (1, 1).
LUNAR = {
    "春节": (1, 1),
    "大年初一": (1, 1),
    "过年": (1, 1),
    "元宵": (1, 15),
    "端午": (5, 5),
    "七夕": (7, 7),
    "中元": (7, 15),
    "七月半": (7, 15),
    "中秋": (8, 15),
    "八月十五": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
    "小年": (12, 24),
}
EVE = ("除夕", "大年三十", "年三十", "大年夜", "大年卅")
# Feasts on the n-th Sunday of a month: name -> (month, n).
SUNDAYS = {"母亲节": (5, 2), "助残日": (5, 3), "父亲节": (6, 3)}
TERMS = tuple(
    "立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 小暑 大暑 "
    "立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至 小寒 大寒".split()
)
_HOLIDAY_LENGTH = {"国庆": 7, "十一": 7, "春节": 8, "五一": 5, "劳动节": 5}
_HOLIDAY_KEY = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "五一": "Labour Day",
    "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival",
    "中秋": "Mid-autumn Festival",
    "国庆": "National Day",
    "十一": "National Day",
}


@lru_cache(maxsize=64)
def _lunar_months(year: int) -> dict[int, tuple[date, int]]:
    """First day and length of the months of a lunar year; a leap month has a negative number."""
    from lunar_python import LunarYear, Solar

    months = {}
    for month in LunarYear.fromYear(year).getMonthsInYear():
        first = Solar.fromJulianDay(month.getFirstJulianDay())
        months[month.getMonth()] = (
            date(first.getYear(), first.getMonth(), first.getDay()),
            month.getDayCount(),
        )
    return months


def lunar_date(year: int, month: int, day: int) -> date | None:
    """The solar date of a day of the lunar year, None where that month has no such day."""
    if not 1850 <= year <= 2150:
        return None
    first, length = _lunar_months(year).get(month, (None, 0))
    return first + timedelta(days=day - 1) if first and 1 <= day <= length else None


def lunar_of(day: date) -> tuple[int, int, int]:
    """Lunar year, month (negative in a leap month) and day."""
    for year in (day.year, day.year - 1):
        for month, (first, length) in _lunar_months(year).items():
            if first <= day < first + timedelta(days=length):
                return year, month, (day - first).days + 1
    raise ValueError(f"no lunar date for {day}")


def feast(name: str, year: int) -> date | None:
    """The day of a feast in a year (of the lunar calendar for lunar feasts); None for an unknown name."""
    if name in SOLAR:
        return date(year, *SOLAR[name])
    if name in LUNAR:
        return lunar_date(year, *LUNAR[name])
    if name in EVE:
        new_year = lunar_date(year + 1, 1, 1)
        return new_year - timedelta(days=1) if new_year else None
    if name in SUNDAYS:
        month, nth = SUNDAYS[name]
        first = date(year, month, 1)
        return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))
    return _term(name, year) if name in TERMS else None


@lru_cache(maxsize=64)
def _term(name: str, year: int) -> date | None:
    from lunar_python import Solar

    table = Solar.fromYmd(year, 6, 15).getLunar().getJieQiTable()
    solar = table.get(name)
    if solar is None:
        return None
    found = date(solar.getYear(), solar.getMonth(), solar.getDay())
    if found.year != year:
        return next(
            (d for d in (_in_table(name, year + step) for step in (-1, 1)) if d and d.year == year), found
        )
    return found


def _in_table(name: str, year: int) -> date | None:
    from lunar_python import Solar

    solar = Solar.fromYmd(year, 6, 15).getLunar().getJieQiTable().get(name)
    return date(solar.getYear(), solar.getMonth(), solar.getDay()) if solar else None


def holiday(name: str, on: date) -> tuple[date, date]:
    """First and last day off around a feast: the published holiday where known, else the usual length."""
    key = _HOLIDAY_KEY.get(name)
    published = _published(key, on) if key else None
    if published:
        return published
    first = on - timedelta(days=1) if name == "春节" else on
    return first, first + timedelta(days=_HOLIDAY_LENGTH.get(name, 1 if key is None else 3) - 1)


def _published(key: str, on: date) -> tuple[date, date] | None:
    import chinese_calendar

    def off(day: date) -> bool:
        is_off, label = chinese_calendar.get_holiday_detail(day)
        return is_off and (label == key or label is None)

    try:
        if chinese_calendar.get_holiday_detail(on)[1] is None:
            return None
        first = last = on
        while off(first - timedelta(days=1)):
            first -= timedelta(days=1)
        while off(last + timedelta(days=1)):
            last += timedelta(days=1)
    except NotImplementedError:
        return None
    return first, last
