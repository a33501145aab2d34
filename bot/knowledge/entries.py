"""Editing entries: one draft at a time, published versions that never change, roll back as a new version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge import phrasings
from bot.knowledge.models import FaqEntry, FaqVersion

CONTENT = (
    "group",
    "question",
    "short",
    "answer",
    "source",
    "handler",
    "scope",
    "confirmed",
    "service",
    "figures",
    "valid_until",
)
REQUIRED = ("question", "answer", "source", "handler")


class KnowledgeError(Exception):
    """Something that a maintainer has to mend; the message is for people, in Chinese."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Editor:
    """Who edits."""

    name: str
    org: str
    staff: int | None = None
    """His number among the staff; None at the command line."""


async def newest(session: AsyncSession, entry: str, *, lock: bool = False) -> FaqVersion:
    """The newest version of an entry; KnowledgeError when there is no such entry."""
    query = select(FaqVersion).where(FaqVersion.entry == entry).order_by(FaqVersion.number.desc()).limit(1)
    version = await session.scalar(query.with_for_update() if lock else query)
    if version is None:
        raise KnowledgeError(f"没有编号为 {entry} 的条目")
    return version


async def create_entry(
    session: AsyncSession, entry: str, org: str, content: dict[str, Any], editor: Editor, at: datetime
) -> FaqVersion:
    """Start a new entry with a draft."""
    if await session.get(FaqEntry, entry) is not None:
        raise KnowledgeError(f"编号 {entry} 已经有了", "id")
    session.add(FaqEntry(id=entry, org=org, published=None, created_at=at, updated_at=at))
    await session.flush()
    blank = {"group": "", "scope": "全国", "confirmed": False, "figures": {}}
    version = _draft(entry, 1, {**blank, **_checked(content)}, editor, at)
    session.add(version)
    return version


async def save_draft(
    session: AsyncSession, entry: str, content: dict[str, Any], editor: Editor, at: datetime
) -> FaqVersion:
    """Write changes into the entry's draft, starting one from the published version where there is none."""
    version = await newest(session, entry, lock=True)
    if version.state in ("in_review", "scheduled"):
        raise KnowledgeError("这一稿已经送复核或定了时间，先收回来再改")
    changes = _checked(content)
    if version.state == "published":
        base = {name: getattr(version, name) for name in CONTENT}
        version = _draft(entry, version.number + 1, {**base, **changes}, editor, at)
        session.add(version)
    else:
        for name, value in changes.items():
            setattr(version, name, value)
        version.author = editor.name
        if editor.staff is not None and editor.staff not in version.hands:
            version.hands = [*version.hands, editor.staff]
    return version


async def publish(session: AsyncSession, entry: str, editor: Editor, at: datetime) -> FaqVersion:
    """Publish the entry's draft, with its phrasings; KnowledgeError when it is not whole."""
    version = await newest(session, entry, lock=True)
    if version.state == "published":
        raise KnowledgeError("没有改动，不用发布")
    require_whole(version)
    await phrasings.take_effect(session, version)
    version.state, version.published_at, version.published_by = "published", at, editor.name
    row = await session.get(FaqEntry, entry)
    assert row is not None
    row.published, row.updated_at = version.number, at
    return version


def require_whole(version: FaqVersion) -> None:
    """KnowledgeError that names the first field which a published version must have."""
    for name in REQUIRED:
        if not getattr(version, name).strip():
            raise KnowledgeError("还没填，填好才能发布", name)


async def discard(session: AsyncSession, entry: str) -> None:
    """Throw a draft away, with its changes of phrasings; the published version stays as it is."""
    version = await newest(session, entry, lock=True)
    if version.state == "published":
        raise KnowledgeError("没有草稿，不用丢")
    if version.number == 1:
        raise KnowledgeError("这一条还没发布过，没有旧版可回")
    await session.delete(version)
    await phrasings.drop(session, entry)


async def withdraw(session: AsyncSession, entry: str, at: datetime) -> None:
    """Take an entry offline; its versions stay."""
    row = await session.get(FaqEntry, entry)
    if row is None:
        raise KnowledgeError(f"没有编号为 {entry} 的条目")
    row.published, row.updated_at = None, at


async def roll_back(
    session: AsyncSession, entry: str, number: int, editor: Editor, at: datetime
) -> FaqVersion:
    """Publish the content of an earlier version anew, as a new version; an open draft stays behind it."""
    old = await session.scalar(
        select(FaqVersion).where(
            FaqVersion.entry == entry, FaqVersion.number == number, FaqVersion.state == "published"
        )
    )
    if old is None:
        raise KnowledgeError("没有这个发布过的版本")
    last = await newest(session, entry, lock=True)
    number_of_new = last.number + (last.state == "published")
    if last.state != "published":
        last.number += 1
        await session.flush()
    version = _draft(entry, number_of_new, {name: getattr(old, name) for name in CONTENT}, editor, at)
    version.state, version.published_at, version.published_by = "published", at, editor.name
    session.add(version)
    row = await session.get(FaqEntry, entry)
    assert row is not None
    row.published, row.updated_at = version.number, at
    return version


async def history(session: AsyncSession, entry: str) -> list[FaqVersion]:
    """All versions of an entry, newest first."""
    rows = await session.scalars(
        select(FaqVersion).where(FaqVersion.entry == entry).order_by(FaqVersion.number.desc())
    )
    return list(rows)


async def add_phrasing(
    session: AsyncSession, entry: str, text: str, origin: str, editor: Editor, at: datetime
) -> bool:
    """Add a way of asking to the draft; False where the entry has it already."""
    text = " ".join(text.split())
    if not text:
        raise KnowledgeError("问法是空的", "text")
    if not await phrasings.add(session, entry, text, origin, at):
        return False
    await save_draft(session, entry, {}, editor, at)
    return True


async def remove_phrasing(
    session: AsyncSession, entry: str, number: int, editor: Editor, at: datetime
) -> None:
    """Take a way of asking out of the draft, or put one back that the draft took out."""
    await phrasings.remove(session, entry, number)
    await save_draft(session, entry, {}, editor, at)


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    unknown = set(content) - set(CONTENT)
    if unknown:
        raise KnowledgeError(f"不认识的字段：{'、'.join(sorted(unknown))}", sorted(unknown)[0])
    return content


def _draft(entry: str, number: int, content: dict[str, Any], editor: Editor, at: datetime) -> FaqVersion:
    return FaqVersion(
        entry=entry,
        number=number,
        state="draft",
        author=editor.name,
        hands=[editor.staff] if editor.staff is not None else [],
        created_at=at,
        published_at=None,
        published_by=None,
        **content,
    )
