"""The record of changes as people read it."""

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.context import Context
from bot.directory.changes import KINDS
from bot.directory.models import Change

PAGE = 50
FIELDS = {
    "name": "名称",
    "hours": "上班时间",
    "active_from": "启用",
    "active_until": "用到",
    "replaced_by": "由谁接替",
    "kind": "类别",
    "address": "地址",
    "allow_private": "在内网",
    "active": "在用",
    "category": "类别",
    "lead": "主办",
    "helpers": "协办",
    "local": "就近配合",
    "contacts": "外单位",
    "group": "服务对象",
    "contact": "先问什么",
    "required": "必填",
    "asked": "可跳过",
    "later": "以后问",
    "days": "天数",
    "days_are": "天数是",
    "days_run": "按什么天",
    "legal_days": "法定最长",
    "starts": "从哪天算",
    "waits_outside": "等外单位时停表",
    "materials": "材料",
    "closing": "办结凭据",
    "privacy": "私密程度",
    "decider": "由谁决定",
    "window": "受理时间",
    "note": "说明",
    "proposed_to": "由谁提出",
    "phrasings": "说法",
    "parent": "归哪里",
    "from_day": "哪天起",
    "working": "上班",
    "body": "内容",
    "org": "单位",
    "service": "服务",
    "state": "状态",
    "role": "角色",
    "grid": "站点",
    "login": "用户名",
    "file": "文件",
    "rows": "行数",
}
"""Columns of the tables as screens call them."""


@dataclass(frozen=True)
class Difference:
    """One field: what it was, what it is; of lists what came and what went."""

    name: str
    before: str
    after: str
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A line of the record."""

    id: int
    at: datetime
    who: str
    kind: str
    title: str
    differences: tuple[Difference, ...]


async def read(context: Context, kind: str, who: str, page: int) -> tuple[list[Shown], int]:
    """A page of the record, newest first, and how many there are in all."""
    query = select(Change)
    if kind in KINDS:
        query = query.where(Change.kind == kind)
    if who:
        query = query.where(Change.actor == who)
    async with context.db.read() as session:
        total = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
        rows = await session.scalars(query.order_by(Change.id.desc()).offset((page - 1) * PAGE).limit(PAGE))
        return [shown(row) for row in rows], total


async def people(context: Context) -> list[tuple[str, str]]:
    """Who is in the record: key and name."""
    async with context.db.read() as session:
        rows = await session.execute(
            select(Change.actor, func.max(Change.actor_name)).group_by(Change.actor).order_by(Change.actor)
        )
        return [(key, name) for key, name in rows]


def shown(row: Change) -> Shown:
    """A row for the page."""
    before, after = row.before or {}, row.after or {}
    return Shown(
        row.id,
        row.at,
        row.actor_name,
        KINDS.get(row.kind, row.kind),
        row.title,
        tuple(_difference(name, before.get(name), after.get(name)) for name in {**before, **after}),
    )


def _difference(name: str, before: Any, after: Any) -> Difference:
    label = FIELDS.get(name, name)
    if isinstance(before, list) and isinstance(after, list):
        old, new = list(map(_words, before)), list(map(_words, after))
        steps = list(difflib.ndiff(old, new))
        went = tuple(step[2:] for step in steps if step.startswith("- "))
        came = tuple(step[2:] for step in steps if step.startswith("+ "))
        return Difference(label, "", "", came, went)
    return Difference(label, _words(before), _words(after))


def _words(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "没有"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(_words, value))
    if isinstance(value, dict):
        return "，".join(f"{FIELDS.get(name, name)} {_words(one)}" for name, one in value.items())
    return str(value)
