"""Editing entries: one draft at a time, published versions that never change, roll back as a new version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion

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
    changes = _checked(content)
    if version.state == "published":
        base = {name: getattr(version, name) for name in CONTENT}
        version = _draft(entry, version.number + 1, {**base, **changes}, editor, at)
        session.add(version)
    else:
        for name, value in changes.items():
            setattr(version, name, value)
        version.author = editor.name
    return version


async def publish(session: AsyncSession, entry: str, editor: Editor, at: datetime) -> FaqVersion:
    """Publish the entry's draft; KnowledgeError with the missing field when it is not whole."""
    version = await newest(session, entry, lock=True)
    if version.state == "published":
        raise KnowledgeError("没有改动，不用发布")
    for name in REQUIRED:
        if not getattr(version, name).strip():
            raise KnowledgeError("还没填，填好才能发布", name)
    version.state, version.published_at, version.published_by = "published", at, editor.name
    row = await session.get(FaqEntry, entry)
    assert row is not None
    row.published, row.updated_at = version.number, at
    return version


async def withdraw(session: AsyncSession, entry: str, at: datetime) -> None:
    """Take an entry offline; its versions stay."""
    row = await session.get(FaqEntry, entry)
    if row is None:
        raise KnowledgeError(f"没有编号为 {entry} 的条目")
    row.published, row.updated_at = None, at


async def roll_back(
    session: AsyncSession, entry: str, number: int, editor: Editor, at: datetime
) -> FaqVersion:
    """Publish the content of an earlier version anew, as a new version."""
    old = await session.scalar(
        select(FaqVersion).where(
            FaqVersion.entry == entry, FaqVersion.number == number, FaqVersion.state == "published"
        )
    )
    if old is None:
        raise KnowledgeError("没有这个发布过的版本")
    await save_draft(session, entry, {name: getattr(old, name) for name in CONTENT}, editor, at)
    await session.flush()
    return await publish(session, entry, editor, at)


async def history(session: AsyncSession, entry: str) -> list[FaqVersion]:
    """All versions of an entry, newest first."""
    rows = await session.scalars(
        select(FaqVersion).where(FaqVersion.entry == entry).order_by(FaqVersion.number.desc())
    )
    return list(rows)


async def add_phrasing(session: AsyncSession, entry: str, text: str, origin: str, at: datetime) -> None:
    """Add a way of asking; one that is there already stays as it is."""
    text = " ".join(text.split())
    if not text:
        raise KnowledgeError("问法是空的", "text")
    known = await session.scalar(
        select(func.count())
        .select_from(FaqPhrasing)
        .where(FaqPhrasing.entry == entry, FaqPhrasing.text == text)
    )
    if not known:
        session.add(FaqPhrasing(entry=entry, text=text, origin=origin, created_at=at))


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
        created_at=at,
        published_at=None,
        published_by=None,
        **content,
    )
