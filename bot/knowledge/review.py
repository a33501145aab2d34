"""The second reader: a draft is submitted, read by somebody who did not write in it, published or sent back.

Only what residents read needs him. A draft that changes nothing but phrasings is watched over by the
replay, and goes online without a second person.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge.entries import CONTENT, Editor, KnowledgeError, newest, publish, require_whole
from bot.knowledge.models import FaqEntry, FaqVersion

IN_REVIEW, SCHEDULED = "in_review", "scheduled"
WAITING = (IN_REVIEW, SCHEDULED)


async def changes_content(session: AsyncSession, version: FaqVersion) -> bool:
    """Whether residents would read something else than now."""
    entry = await session.get(FaqEntry, version.entry)
    if entry is None or entry.published is None:
        return True
    online = await session.scalar(
        select(FaqVersion).where(FaqVersion.entry == version.entry, FaqVersion.number == entry.published)
    )
    return online is None or any(getattr(online, name) != getattr(version, name) for name in CONTENT)


async def submit(
    session: AsyncSession, entry: str, at: datetime, publish_at: datetime | None = None
) -> FaqVersion:
    """Ask for the second reader; `publish_at` is when it goes online after that."""
    version = await newest(session, entry, lock=True)
    if version.state != "draft":
        raise KnowledgeError("没有在写的草稿，不用送复核")
    require_whole(version)
    _check_time(publish_at, at)
    version.state, version.submitted_at, version.publish_at = IN_REVIEW, at, publish_at
    version.returned = version.reviewer = None
    return version


async def approve(session: AsyncSession, entry: str, reader: Editor, at: datetime) -> FaqVersion:
    """The second reader agrees: it goes online now, or when it was planned.

    He may also take up a draft that nobody handed on: whoever did not write in it reads it as the second.
    """
    version = await _read_by(session, entry, reader, IN_REVIEW, "draft")
    version.reviewer = reader.name
    if version.publish_at is not None and version.publish_at > at:
        version.state = SCHEDULED
        return version
    return await publish(session, entry, reader, at)


async def send_back(session: AsyncSession, entry: str, reader: Editor, reason: str) -> FaqVersion:
    """The second reader does not agree; the reason is for who wrote it."""
    version = await _read_by(session, entry, reader, IN_REVIEW)
    if not reason.strip():
        raise KnowledgeError("要写清为什么退回", "reason")
    version.state, version.reviewer, version.returned = "draft", reader.name, reason.strip()
    return version


async def take_back(session: AsyncSession, entry: str) -> FaqVersion:
    """Make what waits for its reader, or for its time, a draft again."""
    version = await newest(session, entry, lock=True)
    if version.state not in WAITING:
        raise KnowledgeError("这一条没有在等复核，也没有定时")
    version.state, version.publish_at = "draft", None
    return version


async def plan(session: AsyncSession, entry: str, editor: Editor, at: datetime, when: datetime) -> FaqVersion:
    """Have a draft go online later, where no second reader is needed."""
    version = await newest(session, entry, lock=True)
    if version.state != "draft":
        raise KnowledgeError("没有在写的草稿")
    require_whole(version)
    _check_time(when, at)
    version.state, version.publish_at, version.reviewer = SCHEDULED, when, editor.name
    return version


def may_read(version: FaqVersion, staff: int) -> bool:
    """Whether a person may be the second reader: he did not write in it."""
    return staff not in version.hands


async def _read_by(session: AsyncSession, entry: str, reader: Editor, *states: str) -> FaqVersion:
    version = await newest(session, entry, lock=True)
    if version.state not in states:
        raise KnowledgeError("这一条没有在等复核，可能别人已经看过了")
    if reader.staff is None or not may_read(version, reader.staff):
        raise KnowledgeError("这一稿您写过，要另一个人复核")
    return version


def _check_time(when: datetime | None, at: datetime) -> None:
    if when is not None and when <= at:
        raise KnowledgeError("定的时间已经过了", "publish_at")
