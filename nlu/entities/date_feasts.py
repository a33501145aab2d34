"""What lunar dates and feasts mean: one function for each way of saying one."""

from __future__ import annotations

import re
from datetime import timedelta

from nlu.entities import festivals
from nlu.entities.date_meanings import Context, month_of, month_step, nearest, number, year_of
from nlu.entities.period import Period, day, interval, shift_month


def lunar(match: re.Match[str], context: Context) -> Period | None:
    """腊月初八, 农历2026年八月十五."""
    m = month_of(match["m"])
    d = number(match["d"].removeprefix("初"))
    if not m or not d:
        return None
    if match["y"]:
        y = year_of(match["y"], context.today)
        found = festivals.lunar_date(y, m, d) if y else None
        return day(found) if found else None
    here = context.today.year
    return nearest([festivals.lunar_date(here + step, m, d) for step in (-2, -1, 0, 1)], context)


def lunar_day(match: re.Match[str], context: Context) -> Period | None:
    """大年初八, 初八."""
    d = number(match["d"].removeprefix("初"))
    if not d:
        return None
    if match["new_year"]:
        return nearest(
            [festivals.lunar_date(context.today.year + step, 1, d) for step in (-1, 0, 1)], context
        )
    y, m, _ = festivals.lunar_of(context.today)
    months = [shift_month(y, abs(m), step) for step in (-1, 0, 1)]
    return nearest([festivals.lunar_date(ly, lm, d) for ly, lm in months], context)


def lunar_days(match: re.Match[str], context: Context) -> Period | None:
    """腊月二十三到二十八."""
    first = lunar(match, context)
    last = number(match["last"].removeprefix("初"))
    if not first or not first.start or not last:
        return None
    y, m, _ = festivals.lunar_of(first.start)
    end = festivals.lunar_date(y, m, last)
    return interval(first.start, end) if end and end >= first.start else None


def rel_lunar(match: re.Match[str], context: Context) -> Period | None:
    """下个月初八 counts lunar months."""
    y, m, _ = festivals.lunar_of(context.today)
    y, m = shift_month(y, abs(m), month_step(match["m"]))
    found = festivals.lunar_date(y, m, number(match["d"].removeprefix("初")) or 0)
    return day(found) if found else None


def lunar_month(match: re.Match[str], context: Context) -> Period | None:
    """去年腊月."""
    y, m = year_of(match["y"], context.today), month_of(match["m"])
    first = festivals.lunar_date(y, m, 1) if y and m else None
    after = first and festivals.lunar_date(y + m // 12, m % 12 + 1, 1)
    return interval(first, after - timedelta(days=1)) if first and after else None


def feast(match: re.Match[str], context: Context) -> Period | None:
    """国庆, 明年清明, 春节期间."""
    name = match["name"]
    here = context.today.year
    if match["y"]:
        y = year_of(match["y"], context.today)
        on = festivals.feast(name, y) if y else None
        found = day(on) if on else None
    else:
        found = nearest([festivals.feast(name, here + step) for step in (-1, 0, 1)], context)
    if found and found.start and match["span"]:
        return interval(*festivals.holiday(name, found.start))
    return found


def new_year_bound(match: re.Match[str], context: Context) -> Period | None:
    """年前, 过完年."""
    feast = nearest([festivals.feast("春节", context.today.year + step) for step in (0, 1)], context)
    if feast is None or feast.start is None:
        return None
    if "后" in match.group() or "完" in match.group():
        return interval(feast.start, None)
    return interval(context.today, feast.start - timedelta(days=1))
