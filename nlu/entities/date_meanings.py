"""What single dates mean: one function for each way of saying one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nlu.entities import festivals
from nlu.entities.numerals import DIGITS, parse
from nlu.entities.period import Period, day, interval, monday, month, month_end, shift_month, year

_YEARS = {
    "大前年": -3,
    "前年": -2,
    "去年": -1,
    "上一年": -1,
    "今年": 0,
    "本年": 0,
    "明年": 1,
    "后年": 2,
    "大后年": 3,
}
DAYS = {
    "大前天": -3,
    "前天": -2,
    "前日": -2,
    "前晚": -2,
    "昨天": -1,
    "昨日": -1,
    "昨晚": -1,
    "昨夜": -1,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
    "今晨": 0,
    "今儿": 0,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "明儿": 1,
    "大后天": 3,
    "后天": 2,
    "后日": 2,
}
_WEEKDAYS = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
}
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (12, 14), "上半年": (1, 6), "下半年": (7, 12)}


@dataclass(frozen=True)
class Context:
    """What a rule may look at: the day that words count from, and whether the message looks back."""

    today: date
    past: bool = False
    asked: bool = False


# 2月30日: recognised as a day, but there is none.
NO_SUCH_DAY = Period(None, None, "none")


def number(text: str | None) -> int | None:
    """The whole number that a numeral means."""
    parsed = parse(text.strip()) if text else None
    return int(parsed.value) if parsed and parsed.value == int(parsed.value) else None


def year_of(text: str, today: date) -> int | None:
    """The year that 去年, 98年 or 二〇二六年 means."""
    text = text.replace(" ", "")
    if text in _YEARS:
        return today.year + _YEARS[text]
    digits = "".join(str(DIGITS.get(char, char)) for char in text.rstrip("年"))
    if not digits.isdigit():
        return None
    if len(digits) == 4:
        return int(digits)
    return 2000 + int(digits) if int(digits) <= (today.year % 100) + 5 else 1900 + int(digits)


def month_of(text: str) -> int | None:
    """The number of a month, lunar names included."""
    head = text.replace(" ", "").removesuffix("份").removesuffix("月")
    value = 1 if head == "元" else _LUNAR_MONTHS.get(head) or number(head)
    return value if value and 1 <= value <= 12 else None


def _safe(y: int, m: int, d: int) -> date | None:
    try:
        return date(y, m, d)
    except ValueError:
        return None


def nearest(options: list[date | None], context: Context) -> Period | None:
    """The first option not before today, or the last one before it where the message looks back."""
    known = sorted(option for option in options if option)
    later = [option for option in known if option >= context.today]
    earlier = [option for option in known if option <= context.today]
    back = day(earlier[-1]) if earlier else None
    if context.past and back:
        return back
    return day(later[0], back) if later else back


def full(match: re.Match[str], context: Context) -> Period | None:
    """Year, month and day."""
    y, m = year_of(match["y"], context.today), month_of(match["m"])
    d = number(match["d"])
    found = _safe(y, m, d) if y and m and d else None
    return day(found) if found else NO_SUCH_DAY


def numeric(match: re.Match[str], context: Context) -> Period | None:
    """2026-12-05, 20261205."""
    found = _safe(int(match["y"]), int(match["m"]), int(match["d"]))
    return day(found) if found and 1900 <= found.year <= 2100 else None


def month_day(match: re.Match[str], context: Context) -> Period | None:
    """Month and day; the year that lies nearest."""
    m, d = month_of(match["m"]), number(match["d"])
    if not m or not d:
        return None
    here = context.today.year
    return (
        nearest([_safe(here + step, m, d) for step in (-4, -3, -2, -1, 0, 1, 2, 3, 4)], context)
        or NO_SUCH_DAY
    )


def rel_month_day(match: re.Match[str], context: Context) -> Period | None:
    """下个月15号."""
    y, m = _rel_month(match["m"], context.today)
    found = _safe(y, m, number(match["d"]) or 0)
    return day(found) if found else None


def day_only(match: re.Match[str], context: Context) -> Period | None:
    """15号, of the month that lies nearest."""
    d = number(match["d"])
    if not d or d > 31:
        return None
    months = [shift_month(context.today.year, context.today.month, step) for step in (-2, -1, 0, 1, 2)]
    return nearest([_safe(y, m, d) for y, m in months], context)


def year_month(match: re.Match[str], context: Context) -> Period | None:
    """去年三月, 1998年5月."""
    y, m = year_of(match["y"], context.today), month_of(match["m"])
    return _part(month(y, m), match["part"]) if y and m else None


def month_only(match: re.Match[str], context: Context) -> Period | None:
    """三月份; the year that lies nearest."""
    m = month_of(match["m"])
    if not m:
        return None
    today = context.today
    if match["m"][0] in "正腊冬":
        first = nearest([festivals.lunar_date(today.year + step, m, 1) for step in (-1, 0, 1)], context)
        return interval(first.start, first.start + timedelta(days=28)) if first and first.start else None
    later = month(today.year + (m < today.month), m)
    back = month(today.year - (m > today.month), m)
    chosen = (
        back if context.past else Period(later.start, later.end, "month", None if back == later else back)
    )
    return _part(chosen, match["part"])


def month_step(text: str) -> int:
    """How many months 下下个月 or 上个月 lies away."""
    return text.count("下") - text.count("上")


def _rel_month(text: str, today: date) -> tuple[int, int]:
    return shift_month(today.year, today.month, month_step(text))


def rel_month_only(match: re.Match[str], context: Context) -> Period | None:
    """上个月, 下个月底."""
    return _part(month(*_rel_month(match["m"], context.today)), match["part"])


def _part(whole: Period, part: str | None) -> Period:
    """A part of a month: 底 and 初 are a day, the thirds (旬) an interval."""
    if not part or whole.start is None or whole.end is None:
        return whole
    first = whole.start
    ends = {"初": (1, 1), "上": (1, 10), "中": (11, 20), "下": (21, whole.end.day)}
    if part[0] in "底末":
        return day(whole.end, approx=True)
    if part == "中":
        return day(first.replace(day=15), approx=True)
    if part == "初":
        return day(first, approx=True)
    low, high = ends[part[0]]
    return interval(first.replace(day=low), first.replace(day=high))


def this_month_part(match: re.Match[str], context: Context) -> Period | None:
    """月底, 月初."""
    return _part(month(context.today.year, context.today.month), match["part"])


def year_only(match: re.Match[str], context: Context) -> Period | None:
    """2018年, 去年春天, 明年底."""
    y = year_of(match["y"], context.today)
    if not y or not 1900 <= y <= 2100:
        return None
    part = match["part"]
    if not part:
        return year(y)
    if part[-1] in "底末":
        return day(date(y, 12, 31), approx=True)
    if part[-1] == "初":
        return day(date(y, 1, 1), approx=True)
    season = part if part in _SEASONS else part[0]
    low, high = _SEASONS[season]
    end_year, end_month = shift_month(y, 1, high - 1)
    return interval(date(y, low, 1), month_end(end_year, end_month))


def half(match: re.Match[str], context: Context) -> Period | None:
    """上半年 and 上半月 of this year and month."""
    here = context.today
    if match.group().endswith("年"):
        low, high = _SEASONS[match.group()]
        return interval(date(here.year, low, 1), month_end(here.year, high))
    first, last = (1, 15) if match.group()[0] == "上" else (16, month_end(here.year, here.month).day)
    return interval(here.replace(day=first), here.replace(day=last))


def days_of_month(match: re.Match[str], context: Context) -> Period | None:
    """12月5到8号."""
    m, first, last = month_of(match["m"]), number(match["d"]), number(match["last"])
    if not m or not first or not last:
        return None
    start = nearest([_safe(context.today.year + step, m, first) for step in (-1, 0, 1)], context)
    end = _safe(start.start.year, m, last) if start and start.start else None
    return interval(start.start, end) if end and start and end >= start.start else None


def year_end(match: re.Match[str], context: Context) -> Period | None:
    """年底."""
    return day(date(context.today.year, 12, 31), approx=True)


def relative_day(match: re.Match[str], context: Context) -> Period | None:
    """明天, 大后天."""
    return day(context.today + timedelta(days=DAYS[match.group()]))


def two_days(match: re.Match[str], context: Context) -> Period | None:
    """今明两天, 明后天."""
    first = context.today + timedelta(days=match["first"] == "明后")
    return interval(first, first + timedelta(days=1))


def weekday(match: re.Match[str], context: Context) -> Period | None:
    """周三, 下周三, 这个周末, 上周."""
    relative, name = match["rel"] or "", match["d"]
    step = 7 * (relative.count("下") - relative.count("上"))
    base = monday(context.today) + timedelta(days=step)
    if name == "末":
        saturday = base + timedelta(days=5)
        if not relative and context.today > saturday + timedelta(days=1):
            saturday += timedelta(days=7)
        return interval(saturday, saturday + timedelta(days=1))
    if not name:
        return interval(base, base + timedelta(days=6)) if relative else None
    found = base + timedelta(days=_WEEKDAYS[name])
    if relative:
        return day(found)
    return nearest([found + timedelta(days=7 * k) for k in (-1, 0, 1)], context)


def offset(match: re.Match[str], context: Context) -> Period | None:
    """三天后, 两个月前."""
    text = match["n"]
    amount = 0.5 if text == "半" else number(text)
    if match["half"] and amount:
        amount += 0.5
    if not amount:
        return None
    unit, way, today = match["u"], match["way"], context.today
    sign = -1 if "前" in way else 1
    if unit in ("天", "日"):
        found = day(today + timedelta(days=int(sign * amount)))
    elif unit in ("周", "星期", "礼拜"):
        found = day(today + timedelta(days=int(sign * amount * 7)))
    elif unit == "月":
        if amount < 1:
            found = day(today + timedelta(days=sign * 15), approx=True)
        else:
            half = timedelta(days=15 * sign if amount % 1 else 0)
            found = day(_months_on(today, sign * int(amount)) + half, approx=True)
    else:
        found = day(_months_on(today, int(sign * amount * 12)), approx=True)
    if "内" in way:
        return interval(today, found.start) if context.asked else None
    return found


def _months_on(today: date, months: int) -> date:
    y, m = shift_month(today.year, today.month, months)
    return date(y, m, min(today.day, month_end(y, m).day))


def bare_month(match: re.Match[str], context: Context) -> Period | None:
    """1998.5, where a birth or a form speaks of a month."""
    y, m = year_of(match["y"] + "年", context.today), int(match["m"])
    return month(y, m) if y and 1 <= m <= 12 else None
