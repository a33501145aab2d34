"""The FAQ as its maintainers see it: the list with what needs confirming first, and one entry's state."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge.entries import CONTENT
from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion
from bot.knowledge.rendering import MARKER
from bot.knowledge.uses import by_entry

OVER, CONFIRM, UNDER_WAY, OFFLINE, ONLINE = range(5)
"""Places in the list: what is over first, then what somebody has to confirm."""
ONLY = {"draft": ("draft",), "review": ("in_review", "scheduled")}
FIELD_NAMES = {
    "group": "人群",
    "question": "标准问法",
    "short": "按钮短名",
    "answer": "回答",
    "source": "依据",
    "handler": "谁来办",
    "scope": "适用范围",
    "confirmed": "已核对",
    "service": "答完可办",
    "figures": "本县标准",
    "valid_until": "有效到",
}


@dataclass(frozen=True)
class Mark:
    """What stands out about an entry: `kind` is a colour's name, `rank` its place in the list."""

    text: str
    kind: str
    rank: int


STATES = {
    "draft": Mark("草稿", "info", UNDER_WAY),
    "in_review": Mark("待复核", "hold", UNDER_WAY),
    "scheduled": Mark("定时发布", "hold", UNDER_WAY),
}


@dataclass(frozen=True)
class Row:
    """An entry in the list, as its newest version says."""

    id: str
    org: str
    question: str
    hits: int
    """Answers given in the last thirty days."""
    marks: tuple[Mark, ...]
    """What stands out, the gravest first; never empty."""

    @property
    def open(self) -> bool:
        """Whether somebody has to confirm something."""
        return self.marks[0].rank <= CONFIRM


def figure_names(answer: str) -> list[str]:
    """The local figures that an answer names, in order."""
    return list(dict.fromkeys(MARKER.findall(answer)))


def missing_figures(version: FaqVersion) -> list[str]:
    """The local figures that nobody filled in."""
    return [name for name in figure_names(version.answer) if not version.figures.get(name)]


def marks_of(entry: FaqEntry, version: FaqVersion, today: date) -> tuple[Mark, ...]:
    """What a maintainer has to see about an entry, the gravest first; its state alone where all is well."""
    marks = []
    if version.valid_until is not None and version.valid_until < today:
        marks.append(Mark(f"过期 {(today - version.valid_until).days} 天", "late", OVER))
    if not version.confirmed:
        marks.append(Mark("需核对", "soon", CONFIRM))
    if missing_figures(version):
        marks.append(Mark("缺本县标准", "soon", CONFIRM))
    if version.state in STATES:
        marks.append(STATES[version.state])
    elif entry.published is None:
        marks.append(Mark("已下线", "plain", OFFLINE))
    return tuple(marks) or (Mark("已发布", "ok", ONLINE),)


async def newest_versions(session: AsyncSession, org: str = "") -> list[tuple[FaqEntry, FaqVersion]]:
    """Every entry, or an organisation's, with its newest version."""
    newest = (
        select(FaqVersion.entry, func.max(FaqVersion.number).label("number"))
        .group_by(FaqVersion.entry)
        .subquery()
    )
    query = (
        select(FaqEntry, FaqVersion)
        .join(FaqVersion, FaqVersion.entry == FaqEntry.id)
        .join(newest, (newest.c.entry == FaqVersion.entry) & (newest.c.number == FaqVersion.number))
    )
    if org:
        query = query.where(FaqEntry.org == org)
    return [(entry, version) for entry, version in (await session.execute(query)).all()]


async def listed(
    session: AsyncSession, today: date, *, text: str = "", org: str = "", only: str = ""
) -> list[Row]:
    """The entries that fit: what is over first, then what needs confirming, the most asked for first."""
    pairs = await newest_versions(session, org)
    uses = await by_entry(session, today)
    phrasings: dict[str, list[str]] = {}
    for entry_id, said in await session.execute(select(FaqPhrasing.entry, FaqPhrasing.text)):
        phrasings.setdefault(entry_id, []).append(said)
    words = text.lower().split()
    rows = [
        Row(e.id, e.org, v.question, uses[e.id].hit if e.id in uses else 0, marks_of(e, v, today))
        for e, v in pairs
        if (not only or only == "open" or v.state in ONLY.get(only, ()))
        and _fits(words, (e.id, v.question, v.answer, v.source, *phrasings.get(e.id, ())))
    ]
    rows.sort(key=lambda row: (row.marks[0].rank, -row.hits, row.id))
    return [row for row in rows if row.open] if only == "open" else rows


def _fits(words: list[str], texts: Iterable[str]) -> bool:
    whole = "\n".join(texts).lower()
    return all(word in whole for word in words)


def fingerprint(version: FaqVersion) -> str:
    """Tells whether a draft changed since a form was opened."""
    body = {name: getattr(version, name) for name in CONTENT}
    text = json.dumps([version.number, version.state, body], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changes(old: FaqVersion | None, new: FaqVersion) -> list[tuple[str, str, str]]:
    """(field's name, before, after) for what two versions say differently."""
    found = []
    for name in CONTENT:
        before, after = (_said(getattr(old, name)) if old else ""), _said(getattr(new, name))
        if before != after:
            found.append((FIELD_NAMES[name], before, after))
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{name}：{figure or '没填'}" for name, figure in sorted(value.items()))
    return "" if value is None else str(value)


async def next_id(session: AsyncSession, org: str) -> str:
    """A free number in the row of an organisation's entries: CL-21."""
    ids = list(await session.scalars(select(FaqEntry.id).where(FaqEntry.org == org)))
    prefixes = [entry.rsplit("-", 1)[0] for entry in ids if "-" in entry]
    prefix = max(set(prefixes), key=prefixes.count) if prefixes else org
    everyone = await session.scalars(select(FaqEntry.id).where(FaqEntry.id.startswith(f"{prefix}-")))
    numbers = [int(entry.rsplit("-", 1)[1]) for entry in everyone if entry.rsplit("-", 1)[1].isdigit()]
    return f"{prefix}-{max(numbers, default=0) + 1:02d}"
