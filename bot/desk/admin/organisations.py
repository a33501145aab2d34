"""Organisations: adding, renaming, switching off or replacing from a day, switching on again."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.desk.admin import nowhere
from bot.desk.admin.common import AdminError, day, text
from bot.desk.admin.hours import read_hours
from bot.directory.catalogue import CENTRE, County, Org
from bot.directory.changes import Author, columns, record
from bot.directory.load import touch_directory
from bot.directory.models import Change, DeliveryTarget, Organisation, Staff
from bot.directory.roles import Role
from bot.tickets.models import Assignment, Ticket
from bot.tickets.routing import standing_in
from bot.tickets.states import ASSIGNMENT_OPEN, FINAL

CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")
STATE = ("active_from", "active_until", "replaced_by")


@dataclass(frozen=True)
class Row:
    """An organisation with what hangs on it."""

    org: Org
    active: bool
    leads: int
    helps: int
    staff: int
    targets: int
    open: int

    @property
    def deserted(self) -> bool:
        """Whether tickets come to it and nobody of it can sign in."""
        return self.active and self.org.code != CENTRE and self.leads + self.helps > 0 and not self.staff


async def overview(context: Context) -> list[Row]:
    """All organisations, in their order."""
    county, today = await context.directory.county(), local(context.clock()).date()
    async with context.db.read() as session:
        staff = await _counts(session, select(Staff.org, func.count()).where(Staff.active, *_SEES))
        targets = await _counts(
            session, select(DeliveryTarget.org, func.count()).where(DeliveryTarget.active)
        )
        open_ = await _counts(session, _open_parts())
    return [
        Row(
            org,
            org.active(today),
            len(nowhere.leads(county, code)),
            len(nowhere.helps(county, code)),
            staff.get(code, 0),
            targets.get(code, 0),
            open_.get(code, 0),
        )
        for code, org in county.orgs.items()
    ]


_SEES = (Staff.role.in_([Role.ORGANISATION, Role.REVIEWER, Role.ADMINISTRATOR]),)
"""Who works on an organisation's tickets."""


async def _counts(session: AsyncSession, query: Any) -> dict[str, int]:
    rows = await session.execute(query.group_by(query.selected_columns[0]))
    return {code: count for code, count in rows}


def _open_parts() -> Any:
    return (
        select(Assignment.org, func.count())
        .join(Ticket, Ticket.id == Assignment.ticket)
        .where(Assignment.state.in_(ASSIGNMENT_OPEN), Ticket.state.not_in(FINAL))
    )


async def add(context: Context, author: Author, form: Mapping[str, Any]) -> tuple[str, Change | None]:
    """Add an organisation; returns its code."""
    code = text(form, "code", 8, "要写代码。").upper()
    if not CODE.fullmatch(code):
        raise AdminError("代码用 2 到 8 个大写字母或数字，字母开头，如 CL。定了就不能改。", "code")
    name = text(form, "name", 80, "要写名称。")
    begins = day(form, "active_from")
    county = await context.directory.county()
    if code in county.orgs:
        raise AdminError(f"代码 {code} 已经是{county.orgs[code].name}的了，换一个。", "code")
    _free_name(county, name, None)
    async with context.db.write() as session:
        last = await session.scalar(select(func.max(Organisation.position)))
        row = Organisation(
            code=code, name=name, kind="mass_organisation", position=(last or 0) + 1, active_from=begins
        )
        session.add(row)
        await touch_directory(session)
        done = record(
            session,
            author,
            context.clock(),
            "organisation",
            code,
            f"加了{name}（{code}）",
            None,
            {"name": name, "active_from": begins},
        )
    return code, done


def _free_name(county: County, name: str, own: str | None) -> None:
    taken = next((org for org in county.orgs.values() if org.name == name and org.code != own), None)
    if taken is not None:
        raise AdminError(f"已经有一个单位叫{name}了（{taken.code}）。", "name")


async def change(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Give an organisation another name or other hours; tickets show the new name at once."""
    county = await context.directory.county()
    name = text(form, "name", 80, "要写名称。")
    _free_name(county, name, code)
    async with context.db.write() as session:
        row = await _row(session, code)
        before = columns(row, "name", "hours")
        row.name, row.hours = name, read_hours(form)
        await touch_directory(session)
        title = f"{before['name']}改名为{name}" if before["name"] != name else f"改了{name}的上班时间"
        return record(
            session,
            author,
            context.clock(),
            "organisation",
            code,
            title,
            before,
            columns(row, "name", "hours"),
        )


async def end(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Switch an organisation off from a day on, or have another one take its place from then."""
    county, today = await context.directory.county(), local(context.clock()).date()
    org = county.orgs.get(code)
    if org is None:
        raise AdminError("没有这个单位。")
    first = day(form, "from_day", "要选从哪天起。")
    successor = text(form, "replaced_by", 16) or None
    if first is None:
        raise AdminError("要选从哪天起。", "from_day")
    if first < today:
        raise AdminError(f"日期已经过了，最早选今天（{today:%m-%d}）。", "from_day")
    if successor is not None and successor not in county.orgs:
        raise AdminError("接替的单位要从名单里选。", "replaced_by")
    async with context.db.read() as session:
        await refuse_loss(session, county, org, first, successor, today)
    async with context.db.write() as session:
        row = await _row(session, code)
        before = columns(row, *STATE)
        row.active_until, row.replaced_by = first - timedelta(days=1), successor
        await touch_directory(session)
        title = f"{row.name}从 {first:%Y-%m-%d} 起停用"
        if successor:
            title += f"，由{county.orgs[successor].name}接替"
        return record(
            session, author, context.clock(), "organisation", code, title, before, columns(row, *STATE)
        )


async def refuse_loss(
    session: AsyncSession, county: County, org: Org, first: date, successor: str | None, today: date
) -> None:
    """AdminError, with what to do, where something would have nobody from that day on."""
    if org.code == CENTRE:
        raise AdminError(f"{org.name}兜底，所有没有去处的都到它那里，不能停用。可以改名。")
    if successor == org.code:
        raise AdminError("不能由自己接替自己，换一个单位。", "replaced_by")
    led, helped = nowhere.leads(county, org.code), nowhere.helps(county, org.code)
    open_ = await session.scalar(
        _open_parts().where(Assignment.org == org.code).with_only_columns(func.count())
    )
    if successor is None:
        if led or helped:
            parts = []
            if led:
                parts.append(f"主办 {nowhere.listed(led)}")
            if helped:
                parts.append(f"协办 {nowhere.listed(helped)}")
            raise AdminError(
                f"它还{'，'.join(parts)}，停用后没人接。先选由哪个单位接替，或在服务目录里换主办、协办。",
                "replaced_by",
            )
        if open_:
            raise AdminError(
                f"它手里还有 {open_} 件没办完。先办结或改派给别的单位，或选由谁接替。", "replaced_by"
            )
    then = dataclasses.replace(org, active_until=first - timedelta(days=1), replaced_by=successor)
    after = dataclasses.replace(county, orgs={**county.orgs, org.code: then})
    gaps = nowhere.lost(after, today)
    if gaps:
        worst = gaps[0]
        names = county.orgs[worst.org].name if worst.org in county.orgs else worst.org
        raise AdminError(
            f"这样从 {worst.day:%Y-%m-%d} 起没有单位接{names}的事"
            f"（{nowhere.listed((*worst.leads, *worst.helps))}）。选一个那时还在用的单位接替。",
            "replaced_by",
        )
    if successor is not None:
        taker = standing_in(after, org.code, first)
        if taker is None:
            raise AdminError(
                f"{county.orgs[successor].name}在 {first:%Y-%m-%d} 不在用，换一个单位。", "replaced_by"
            )
        seeing = select(func.count()).select_from(Staff).where(Staff.org == taker, Staff.active, *_SEES)
        if not await session.scalar(seeing):
            raise AdminError(
                f"{county.orgs[taker].name}还没有能登录的经办人，接过来没人看得见。先到“工作人员”给它加一个。",
                "replaced_by",
            )


async def resume(context: Context, author: Author, code: str) -> Change | None:
    """Take an organisation's end back."""
    async with context.db.write() as session:
        row = await _row(session, code)
        before = columns(row, *STATE)
        row.active_until, row.replaced_by = None, None
        await touch_directory(session)
        return record(
            session,
            author,
            context.clock(),
            "organisation",
            code,
            f"{row.name}恢复使用",
            before,
            columns(row, *STATE),
        )


async def _row(session: AsyncSession, code: str) -> Organisation:
    row = await session.get(Organisation, code, with_for_update=True)
    if row is None:
        raise AdminError("没有这个单位。")
    return row
