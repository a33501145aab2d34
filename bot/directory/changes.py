"""The record of what administrators change: who, when, what it was before and what it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.models import Change
from bot.storage.base import Base

KINDS = {
    "county": "县",
    "organisation": "单位",
    "target": "送达",
    "service": "服务",
    "grid": "网格",
    "calendar": "日历",
    "terms": "时限",
    "template": "答复模板",
    "staff": "人员",
    "import": "导入",
}
"""Kinds of change and how they are called on screens."""


@dataclass(frozen=True)
class Author:
    """Who changes something: `key` as tickets write it, and the name."""

    key: str
    name: str


def record(
    session: AsyncSession,
    author: Author,
    at: datetime,
    kind: str,
    subject: str,
    title: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Change | None:
    """Write a change into the transaction that makes it; None, and nothing written, where nothing differs.

    Of two states only what differs is kept. Secrets and passwords never come here.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind} is no kind of change")
    old, new = _plain(before), _plain(after)
    if old is not None and new is not None:
        names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        if not names:
            return None
        old = {name: old.get(name) for name in names}
        new = {name: new.get(name) for name in names}
    row = Change(
        at=at,
        actor=author.key,
        actor_name=author.name,
        kind=kind,
        subject=subject[:64],
        title=title[:160],
        before=old,
        after=new,
    )
    session.add(row)
    return row


def columns(row: Base, *names: str) -> dict[str, Any]:
    """The named columns of a row, as they are now."""
    return {name: getattr(row, name) for name in names}


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return value
