"""The county's own days, worked or not, over the national calendar; hours by organisation."""

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from bot.clock import local
from bot.context import Context
from bot.desk.admin.common import AdminError, day, text
from bot.desk.admin.hours import read_hours
from bot.directory.catalogue import County
from bot.directory.changes import Author, columns, record
from bot.directory.load import touch_directory
from bot.directory.models import CalendarDay, Change, Organisation
from bot.tickets.recompute import recompute
from bot.tickets.timing import calendar_of

MOST_DAYS = 31
WORKED, FREE, AS_USUAL = "working", "free", "usual"


@dataclass(frozen=True)
class Cell:
    """A day of the month's sheet."""

    day: date
    inside: bool
    working: bool
    own: bool
    known: bool
    note: str


async def month(context: Context, first: date) -> list[list[Cell]]:
    """The weeks of a month, Monday first."""
    county = await context.directory.county()
    calendar = calendar_of(county)
    async with context.db.read() as session:
        notes = {row.day: row.note for row in await session.scalars(select(CalendarDay))}
    return [
        [
            Cell(
                one,
                one.month == first.month,
                calendar.is_working(one),
                one in county.days,
                calendar.known(one),
                notes.get(one, ""),
            )
            for one in week
        ]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]


async def own_days(context: Context) -> list[CalendarDay]:
    """The days that the county set, those to come first."""
    today = local(context.clock()).date()
    async with context.db.read() as session:
        rows = list(await session.scalars(select(CalendarDay).order_by(CalendarDay.day)))
    return [row for row in rows if row.day >= today] + [row for row in rows if row.day < today][::-1]


def _span(form: Mapping[str, Any]) -> list[date]:
    first = day(form, "first", "要选日期。")
    last = day(form, "last") or first
    if first is None or last is None or last < first:
        raise AdminError("最后一天不能早于第一天。", "last")
    if (last - first).days >= MOST_DAYS:
        raise AdminError(f"一次最多 {MOST_DAYS} 天。", "last")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


async def set_days(context: Context, author: Author, form: Mapping[str, Any]) -> Change | None:
    """Set days to worked, free, or back to the national calendar; provisional deadlines are computed anew."""
    days, what = _span(form), text(form, "what", 8)
    note = text(form, "note", 40)
    names = {WORKED: "上班", FREE: "休息", AS_USUAL: "按国家安排"}
    if what not in names:
        raise AdminError("要选上班还是休息。", "what")
    async with context.db.write() as session:
        held = {row.day: row for row in await session.scalars(select(CalendarDay))}
        before = {str(one): names[_said(held.get(one))] for one in days}
        for one in days:
            row = held.get(one)
            if what == AS_USUAL:
                if row is not None:
                    await session.delete(row)
                continue
            row = row or CalendarDay(day=one)
            row.working, row.note = what == WORKED, note
            session.add(row)
        await touch_directory(session)
        span = f"{days[0]}" if len(days) == 1 else f"{days[0]} 到 {days[-1]}"
        title = f"{span} {names[what]}{f'（{note}）' if note else ''}"
        after = {str(one): names[what] for one in days}
        done = record(session, author, context.clock(), "calendar", str(days[0]), title, before, after)
    await recompute(context)
    return done


def _said(row: CalendarDay | None) -> str:
    if row is None:
        return AS_USUAL
    return WORKED if row.working else FREE


async def set_hours(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Give an organisation hours of its own, or the county's."""
    hours = read_hours(form)
    async with context.db.write() as session:
        row = await session.get(Organisation, code, with_for_update=True)
        if row is None:
            raise AdminError("没有这个单位。")
        before = columns(row, "hours")
        row.hours = hours
        await touch_directory(session)
        title = f"改了{row.name}的上班时间"
        return record(session, author, context.clock(), "organisation", code, title, before, {"hours": hours})


def first_of(asked: str, county: County, today: date) -> date:
    """The first day of the month that is asked for (2026-12), this month otherwise."""
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today.replace(day=1)
