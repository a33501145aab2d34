"""The grid: points added, renamed, moved from a day on, closed from a day on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.desk.admin.common import AdminError, day, text
from bot.directory.changes import Author, columns, record
from bot.directory.load import touch_directory
from bot.directory.models import Change, GridMove, GridPoint, Staff
from bot.knowledge.publish import refresh_index
from bot.tickets.models import Ticket
from bot.tickets.states import FINAL

CODE = re.compile(r"[A-Z][A-Z0-9-]{0,15}")
KINDS = {"centre": "中心", "station": "城区站", "town": "乡镇", "community": "社区", "village": "村"}
UNDER = {"station": ("centre",), "town": ("centre",), "community": ("station", "town"), "village": ("town",)}
"""Kind -> kinds of point that it may hang under."""


@dataclass
class Node:
    """A point in the tree, with what is planned for it."""

    code: str
    name: str
    kind: str
    parent: str | None
    closed: bool
    ends: date | None
    moves: list[GridMove] = field(default_factory=list)
    """Moves whose day has not come."""
    children: list["Node"] = field(default_factory=list)

    @property
    def kind_name(self) -> str:
        """The kind as screens call it."""
        return KINDS[self.kind]

    @property
    def movable(self) -> bool:
        """Whether it may hang elsewhere."""
        return self.kind != "centre"


async def tree(context: Context) -> tuple[list[Node], dict[str, Node]]:
    """The roots, and all nodes by code."""
    county, today = await context.directory.county(), local(context.clock()).date()
    async with context.db.read() as session:
        ends = {
            code: until
            for code, until in await session.execute(select(GridPoint.code, GridPoint.active_until))
        }
        coming = list(
            await session.scalars(
                select(GridMove).where(GridMove.from_day > today).order_by(GridMove.from_day)
            )
        )
    nodes = {
        code: Node(code, point.name, point.kind, point.parent, point.closed, ends.get(code))
        for code, point in county.points.items()
    }
    for move in coming:
        nodes[move.point].moves.append(move)
    roots = []
    for node in nodes.values():
        above = nodes.get(node.parent or "")
        (above.children if above else roots).append(node)
    return roots, nodes


def parents_for(nodes: Mapping[str, Node], node: Node) -> list[Node]:
    """The points under which one may hang."""
    return [one for one in nodes.values() if one.kind in UNDER.get(node.kind, ()) and not one.closed]


async def add(context: Context, author: Author, form: Mapping[str, Any]) -> tuple[str, Change | None]:
    """Add a point; returns its code."""
    code = text(form, "code", 16, "要写代码。").upper()
    if not CODE.fullmatch(code):
        raise AdminError("代码用大写字母、数字和短横线，字母开头，如 T01-13。定了就不能改。", "code")
    name, kind = text(form, "name", 80, "要写名称。"), text(form, "kind", 16)
    if kind not in UNDER:
        raise AdminError("要选是村、社区、乡镇还是城区站。", "kind")
    county = await context.directory.county()
    if code in county.points:
        raise AdminError(f"代码 {code} 已经是{county.points[code].name}的了，换一个。", "code")
    parent = text(form, "parent", 16)
    if parent not in county.points or county.points[parent].kind not in UNDER[kind]:
        raise AdminError(f"{KINDS[kind]}要归{'或'.join(KINDS[one] for one in UNDER[kind])}。", "parent")
    _free_name(county.points.values(), name, parent, code)
    async with context.db.write() as session:
        session.add(GridPoint(code=code, name=name, kind=kind, parent=parent, figures={}))
        await touch_directory(session)
        title = f"加了{KINDS[kind]}{name}（{code}）"
        after = {"name": name, "kind": KINDS[kind], "parent": county.points[parent].name}
        done = record(session, author, context.clock(), "grid", code, title, None, after)
    await refresh_index(context)
    return code, done


def _free_name(points: Any, name: str, parent: str | None, own: str) -> None:
    same = next((p for p in points if p.name == name and p.parent == parent and p.code != own), None)
    if same is not None:
        raise AdminError(f"那里已经有一个{name}了（{same.code}）。", "name")


async def change(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Give a point another name, address or note."""
    name = text(form, "name", 80, "要写名称。")
    county = await context.directory.county()
    async with context.db.write() as session:
        row = await _row(session, code)
        _free_name(county.points.values(), name, county.points[code].parent, code)
        before = columns(row, "name", "address", "note")
        row.name = name
        row.address, row.note = text(form, "address", 200) or None, text(form, "note", 300) or None
        await touch_directory(session)
        title = f"{before['name']}改名为{name}" if before["name"] != name else f"改了{name}"
        after = columns(row, "name", "address", "note")
        done = record(session, author, context.clock(), "grid", code, title, before, after)
    await refresh_index(context)
    return done


async def move(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Hang a point under another one from a day on."""
    today = local(context.clock()).date()
    first = day(form, "from_day", "要选从哪天起。")
    if first is None or first < today:
        raise AdminError(f"日期已经过了，最早选今天（{today:%m-%d}）。", "from_day")
    _, nodes = await tree(context)
    node, above = nodes.get(code), nodes.get(text(form, "parent", 16))
    if node is None or not node.movable:
        raise AdminError("这个点不能移。")
    if above is None or above not in parents_for(nodes, node):
        wanted = "或".join(KINDS[kind] for kind in UNDER[node.kind])
        raise AdminError(f"{node.kind_name}要归{wanted}，换一个地方。", "parent")
    if above.ends is not None and above.ends < first:
        raise AdminError(f"{above.name}只用到 {above.ends:%Y-%m-%d}，换一个地方或早一点的日期。", "parent")
    async with context.db.write() as session:
        query = select(GridMove).where(GridMove.point == code, GridMove.from_day == first)
        held = await session.scalar(query) or GridMove(point=code, from_day=first)
        held.parent = above.code
        session.add(held)
        await touch_directory(session)
        title = f"{node.name}从 {first:%Y-%m-%d} 起归{above.name}"
        before = {"parent": nodes[node.parent].name if node.parent in nodes else None}
        after = {"parent": above.name, "from_day": first}
        done = record(session, author, context.clock(), "grid", code, title, before, after)
    await refresh_index(context)
    return done


async def forget_move(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Take a planned move back."""
    number = text(form, "move", 12)
    async with context.db.write() as session:
        row = await session.get(GridMove, int(number)) if number.isdigit() else None
        if row is None or row.point != code or row.from_day <= local(context.clock()).date():
            raise AdminError("没有这个安排，或者已经生效了。")
        point = await _row(session, code)
        await session.delete(row)
        await touch_directory(session)
        title = f"{point.name}不从 {row.from_day:%Y-%m-%d} 起移了"
        return record(session, author, context.clock(), "grid", code, title)


async def close(context: Context, author: Author, code: str, form: Mapping[str, Any]) -> Change | None:
    """Take nothing new at a point from a day on; what happened there keeps its name."""
    today = local(context.clock()).date()
    first = day(form, "from_day", "要选从哪天起。")
    if first is None or first < today:
        raise AdminError(f"日期已经过了，最早选今天（{today:%m-%d}）。", "from_day")
    _, nodes = await tree(context)
    node = nodes.get(code)
    if node is None or not node.movable:
        raise AdminError("服务中心不能停用。")
    last = first - timedelta(days=1)
    living = [one.name for one in node.children if one.ends is None or one.ends > last]
    living += [one.name for one in nodes.values() if any(move.parent == code for move in one.moves)]
    if living:
        raise AdminError(f"下面还有{'、'.join(living[:4])}等 {len(living)} 个点，先移到别处或停用。")
    async with context.db.write() as session:
        row = await _row(session, code)
        people = list(await session.scalars(select(Staff.name).where(Staff.grid == code, Staff.active)))
        if people:
            raise AdminError(f"{'、'.join(people)}还在这个点，先到“工作人员”换站点。")
        before = columns(row, "active_until")
        row.active_until = last
        await touch_directory(session)
        title = f"{row.name}从 {first:%Y-%m-%d} 起停用"
        done = record(
            session, author, context.clock(), "grid", code, title, before, columns(row, "active_until")
        )
    await refresh_index(context)
    return done


async def reopen(context: Context, author: Author, code: str) -> Change | None:
    """Use a point again."""
    async with context.db.write() as session:
        row = await _row(session, code)
        before = columns(row, "active_until")
        row.active_until = None
        await touch_directory(session)
        title = f"{row.name}恢复使用"
        done = record(
            session, author, context.clock(), "grid", code, title, before, columns(row, "active_until")
        )
    await refresh_index(context)
    return done


async def details(context: Context, code: str) -> dict[str, Any]:
    """Address and note, who works at a point, and how many tickets are open there."""
    async with context.db.read() as session:
        row = await session.get(GridPoint, code)
        people = list(await session.scalars(select(Staff.name).where(Staff.grid == code, Staff.active)))
        open_ = await session.scalar(
            select(func.count()).select_from(Ticket).where(Ticket.grid == code, Ticket.state.not_in(FINAL))
        )
    return {"row": row, "people": people, "open": open_ or 0}


async def _row(session: AsyncSession, code: str) -> GridPoint:
    row = await session.get(GridPoint, code, with_for_update=True)
    if row is None:
        raise AdminError("没有这个点。")
    return row
