"""Organisations, grid and staff from a workbook: every line is looked at, and one wrong line refuses all."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.desk.admin import grid, organisations
from bot.desk.admin.common import AdminError, author_of
from bot.desk.admin.hours import parse_hours, written
from bot.desk.admin.workbook import SHEETS, Row
from bot.desk.people import LOGIN, PeopleError
from bot.desk.sessions import end_sessions
from bot.directory.catalogue import CENTRE, County
from bot.directory.changes import columns, record
from bot.directory.load import touch_directory
from bot.directory.models import Change, GridMove, GridPoint, Organisation, Staff
from bot.directory.passwords import hash_password, random_password
from bot.directory.roles import ROLE_NAMES, STAFF_ROLES, Role
from bot.knowledge.publish import refresh_index
from bot.tickets import access
from bot.tickets.actors import Actor

KIND_CODES = {name: kind for kind, name in grid.KINDS.items()}
ROLE_CODES = {ROLE_NAMES[role]: role.value for role in STAFF_ROLES}


@dataclass(frozen=True)
class Outcome:
    """What becomes of a line: `kind` is new, changed, same or wrong."""

    sheet: str
    line: int
    name: str
    kind: str
    detail: str = ""


@dataclass
class Plan:
    """The lines with what would be written; nothing is when one is wrong."""

    outcomes: list[Outcome] = field(default_factory=list)
    writes: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """(sheet, code or login, values)."""

    @property
    def wrong(self) -> list[Outcome]:
        """The lines that refuse the file."""
        return [one for one in self.outcomes if one.kind == "wrong"]

    def counts(self) -> dict[str, int]:
        """How many lines of each kind."""
        kinds = [one.kind for one in self.outcomes]
        return {kind: kinds.count(kind) for kind in ("new", "changed", "same", "wrong")}


class Names:
    """What codes and names stand for, the file's own lines included."""

    def __init__(self, county: County, rows: Sequence[Row]) -> None:
        self.orgs = {org.name: code for code, org in county.orgs.items()} | {c: c for c in county.orgs}
        self.points = {code: point.kind for code, point in county.points.items()}
        self.parents = {code: point.parent for code, point in county.points.items()}
        for row in rows:
            code, name = row.values.get("code", "").upper(), row.values.get("name", "")
            if row.sheet.key == "orgs" and code:
                self.orgs |= {code: code, name: code}
            elif row.sheet.key == "grid" and row.values["kind"] in KIND_CODES:
                self.points[code] = KIND_CODES[row.values["kind"]]
                self.parents[code] = row.values["parent"].upper() or None


async def plan(context: Context, rows: Sequence[Row]) -> Plan:
    """Look at every line."""
    county = await context.directory.county()
    names, made = Names(county, rows), Plan()
    seen: set[tuple[str, str]] = set()
    async with context.db.read() as session:
        held = await _held(session, county)
        administrators = await _administrators_after(session, rows)
    for row in rows:
        key = row.values.get("login", row.values.get("code", ""))
        key = key.lower() if row.sheet.key == "staff" else key.upper()
        name = row.values["name"] or key
        try:
            if (row.sheet.key, key) in seen:
                raise AdminError(f"{key} 在表里出现了两次。")
            seen.add((row.sheet.key, key))
            values = CHECKS[row.sheet.key](county, names, key, row.values)
        except (AdminError, PeopleError) as error:
            made.outcomes.append(Outcome(row.sheet.title, row.line, name, "wrong", str(error)))
            continue
        before = held[row.sheet.key].get(key)
        if before == values:
            made.outcomes.append(Outcome(row.sheet.title, row.line, name, "same"))
            continue
        kind = "new" if before is None else "changed"
        detail = "、".join(_column(row, one) for one in values if before and before[one] != values[one])
        made.outcomes.append(Outcome(row.sheet.title, row.line, name, kind, detail))
        made.writes.append((row.sheet.key, key, values))
    made.writes.sort(key=_rank)
    made.outcomes += _same_names(rows, county)
    if rows and not administrators:
        made.outcomes.append(Outcome("人员", 0, "", "wrong", "这样就没有管理员了，至少留一个。"))
    return made


def _rank(write: tuple[str, str, dict[str, Any]]) -> tuple[int, int]:
    """What others point at is written first: organisations, then the grid from its top, then people."""
    sheet, _, values = write
    order = [one.key for one in SHEETS].index(sheet)
    return order, list(grid.KINDS).index(values["kind"]) if sheet == "grid" else 0


def _column(row: Row, name: str) -> str:
    return next((title for title, key in row.sheet.columns.items() if key == name), name)


async def _held(session: AsyncSession, county: County) -> dict[str, dict[str, dict[str, Any]]]:
    orgs = {
        row.code: columns(row, "name", "active_from", "hours")
        for row in await session.scalars(select(Organisation))
    }
    points = {
        row.code: columns(row, "name", "kind", "address", "note") | {"parent": county.points[row.code].parent}
        for row in await session.scalars(select(GridPoint))
    }
    staff = {
        row.login: columns(row, "name", "role", "org", "grid") for row in await session.scalars(select(Staff))
    }
    return {"orgs": orgs, "grid": points, "staff": staff}


async def _administrators_after(session: AsyncSession, rows: Sequence[Row]) -> int:
    changed = {row.values["login"].lower(): row.values["role"] for row in rows if row.sheet.key == "staff"}
    kept = [
        login
        for login in await session.scalars(
            select(Staff.login).where(Staff.active, Staff.role == Role.ADMINISTRATOR)
        )
        if changed.get(login, ROLE_NAMES[Role.ADMINISTRATOR]) == ROLE_NAMES[Role.ADMINISTRATOR]
    ]
    return len(kept) + sum(role == ROLE_NAMES[Role.ADMINISTRATOR] for role in changed.values())


def _same_names(rows: Sequence[Row], county: County) -> list[Outcome]:
    final = {code: org.name for code, org in county.orgs.items()}
    mine = [row for row in rows if row.sheet.key == "orgs"]
    final |= {row.values["code"].upper(): row.values["name"] for row in mine}
    return [
        Outcome(row.sheet.title, row.line, row.values["name"], "wrong", "有两个单位叫这个名称。")
        for row in mine
        if list(final.values()).count(row.values["name"]) > 1
    ]


def _organisation(_county: County, _names: Names, code: str, values: dict[str, str]) -> dict[str, Any]:
    if not organisations.CODE.fullmatch(code):
        raise AdminError("代码用 2 到 8 个大写字母或数字，字母开头。")
    if not values["name"] or len(values["name"]) > 80:
        raise AdminError("要写名称，最多 80 个字。")
    begins = None
    if values["active_from"]:
        try:
            begins = date.fromisoformat(values["active_from"])
        except ValueError as error:
            raise AdminError("启用日期要写成 2026-12-01 这样。") from error
    return {"name": values["name"], "active_from": begins, "hours": parse_hours(values["hours"])}


def _point(county: County, names: Names, code: str, values: dict[str, str]) -> dict[str, Any]:
    if not grid.CODE.fullmatch(code):
        raise AdminError("代码用大写字母、数字和短横线，字母开头。")
    if not values["name"] or len(values["name"]) > 80:
        raise AdminError("要写名称，最多 80 个字。")
    kind, parent = KIND_CODES.get(values["kind"]), values["parent"].upper() or None
    if kind is None:
        raise AdminError(f"类别要是{'、'.join(KIND_CODES)}里的一个。")
    if code in county.points and county.points[code].kind != kind:
        raise AdminError("已有的点不能换类别。")
    if kind == "centre":
        if parent is not None or code not in county.points:
            raise AdminError("服务中心只有一个，上面没有别的点。")
    elif parent is None or names.points.get(parent) not in grid.UNDER[kind]:
        above = "或".join(grid.KINDS[one] for one in grid.UNDER[kind])
        raise AdminError(f"{grid.KINDS[kind]}要归{above}，写它的代码。")
    values = {name: values[name] or None for name in ("address", "note")} | {"name": values["name"]}
    return {"name": values["name"], "kind": kind, **values, "parent": parent}


def _person(_county: County, names: Names, login: str, values: dict[str, str]) -> dict[str, Any]:
    if not LOGIN.fullmatch(login):
        raise AdminError("用户名用小写字母开头，可以有数字、点和短横线，2 到 40 个字符。")
    if not values["name"]:
        raise AdminError("要写姓名。")
    role, org, point = ROLE_CODES.get(values["role"]), names.orgs.get(values["org"]), values["grid"].upper()
    if role is None:
        raise AdminError(f"角色要是{'、'.join(ROLE_CODES)}里的一个。")
    if org is None:
        raise AdminError(f"没有“{values['org']}”这个单位，写代码或名称。")
    if role == Role.STATION and point not in names.points:
        raise AdminError("站点工作人员要写站点的代码。")
    return {
        "name": values["name"][:80],
        "role": role,
        "org": org,
        "grid": point if role == Role.STATION else None,
    }


CHECKS = {"orgs": _organisation, "grid": _point, "staff": _person}


async def carry_out(
    context: Context, actor: Actor, made: Plan, file: str
) -> tuple[Change | None, list[tuple[str, str]]]:
    """Write everything in one transaction; returns the change and the new people's passwords, shown once."""
    if made.wrong:
        raise AdminError("有错的行，一行也没导入。")
    people = [(key, random_password()) for sheet, key, _ in made.writes if sheet == "staff"]
    hashes = {key: await asyncio.to_thread(hash_password, password) for key, password in people}
    new: list[tuple[str, str]] = []
    async with context.db.write() as session:
        for sheet, key, values in made.writes:
            if sheet == "staff":
                if await _store_person(session, context, key, values, hashes[key]):
                    new.append((key, dict(people)[key]))
                await access.append(session, context, actor, None, f"staff imported: {key}")
            else:
                await STORES[sheet](session, context, key, values)
            await session.flush()
        await touch_directory(session)
        counts = made.counts()
        title = f"从表格导入：新 {counts['new']} 行，改 {counts['changed']} 行"
        after = {
            "file": file[:80],
            "rows": [
                f"{one.sheet} {one.name} {one.detail or '新'}" for one in made.outcomes if one.kind != "same"
            ],
        }
        done = record(
            session, author_of(actor), context.clock(), "import", file or "xlsx", title, None, after
        )
    if any(sheet == "grid" for sheet, _, _ in made.writes):
        await refresh_index(context)
    return done, new


async def _store_organisation(
    session: AsyncSession, _context: Context, code: str, values: dict[str, Any]
) -> None:
    row = await session.get(Organisation, code)
    if row is None:
        last = await session.scalar(select(func.max(Organisation.position))) or 0
        row = Organisation(code=code, kind="mass_organisation", position=last + 1)
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)


async def _store_point(session: AsyncSession, context: Context, code: str, values: dict[str, Any]) -> None:
    row = await session.get(GridPoint, code)
    if row is None:
        session.add(GridPoint(code=code, figures={}, **values))
        return
    for name in ("name", "address", "note"):
        setattr(row, name, values[name])
    county, today = await context.directory.county(), local(context.clock()).date()
    if values["parent"] and county.points[code].parent != values["parent"]:
        query = select(GridMove).where(GridMove.point == code, GridMove.from_day == today)
        move = await session.scalar(query) or GridMove(point=code, from_day=today)
        move.parent = values["parent"]
        session.add(move)


async def _store_person(
    session: AsyncSession, context: Context, login: str, values: dict[str, Any], hashed: str
) -> bool:
    row = await session.scalar(select(Staff).where(Staff.login == login))
    if row is None:
        session.add(Staff(login=login, password_hash=hashed, created_at=context.clock(), **values))
        return True
    for name, value in values.items():
        setattr(row, name, value)
    await end_sessions(session, row.id)
    return False


STORES = {"orgs": _store_organisation, "grid": _store_point}


def kept(rows: Sequence[Row]) -> str:
    """The lines as a hidden field of the confirmation carries them."""
    return json.dumps([[row.sheet.key, row.line, row.values] for row in rows], ensure_ascii=False)


def restored(text: str) -> list[Row]:
    """The lines of a confirmation; looked at again before anything is written."""
    sheets = {sheet.key: sheet for sheet in SHEETS}
    try:
        found = json.loads(text)
        return [
            Row(
                sheets[key],
                int(line),
                {name: str(values.get(name, "")) for name in sheets[key].columns.values()},
            )
            for key, line, values in found
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdminError("内容丢了，请重新选文件。") from error


async def current(context: Context) -> dict[str, list[dict[str, Any]]]:
    """What the directory holds now, as the workbook writes it."""
    county = await context.directory.county()
    async with context.db.read() as session:
        points = list(await session.scalars(select(GridPoint).order_by(GridPoint.code)))
        staff = list(await session.scalars(select(Staff).where(Staff.active).order_by(Staff.login)))
    ranks = {kind: position for position, kind in enumerate(grid.KINDS)}
    return {
        "orgs": [
            {"code": o.code, "name": o.name, "active_from": o.active_from, "hours": written(o.hours)}
            for o in county.orgs.values()
            if o.active_until is None or o.code == CENTRE
        ],
        "grid": [
            columns(row, "code", "name", "address", "note")
            | {"kind": grid.KINDS[row.kind], "parent": county.points[row.code].parent}
            for row in sorted(points, key=lambda row: (ranks[row.kind], row.code))
            if not county.points[row.code].closed
        ],
        "staff": [
            columns(row, "login", "name", "grid")
            | {"role": ROLE_NAMES[Role(row.role)], "org": county.orgs[row.org].name}
            for row in staff
        ],
    }
