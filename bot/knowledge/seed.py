"""Storing the seed's questions and answers: new entries are published, changed ones get a new version."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.seed import FaqRow, Seed
from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion

SEED_AUTHOR = "初始内容"


async def store_faq(session: AsyncSession, seed: Seed, at: datetime) -> int:
    """Write the seed's entries; return how many versions were published.

    An entry whose newest version is somebody else's is left as it is: the county's own work wins.
    """
    published = 0
    for row in seed.faq:
        entry = await session.get(FaqEntry, row.id)
        if entry is None:
            entry = FaqEntry(id=row.id, org=row.org, published=None, created_at=at, updated_at=at)
            session.add(entry)
            await session.flush()
        newest = await session.scalar(
            select(FaqVersion).where(FaqVersion.entry == row.id).order_by(FaqVersion.number.desc()).limit(1)
        )
        if newest is None or (newest.author == SEED_AUTHOR and not _same(newest, row)):
            number = newest.number + 1 if newest else 1
            session.add(_version(row, number, at))
            entry.published, entry.updated_at = number, at
            published += 1
        known = set(await session.scalars(select(FaqPhrasing.text).where(FaqPhrasing.entry == row.id)))
        for text in dict.fromkeys([*seed.phrasings.get(row.id, []), *row.phrasings]):
            if text not in known:
                session.add(FaqPhrasing(entry=row.id, text=text, origin="seed", created_at=at))
    return published


def _content(row: FaqRow) -> dict[str, object]:
    return row.model_dump(exclude={"id", "org", "verified", "phrasings"})


def _same(version: FaqVersion, row: FaqRow) -> bool:
    return all(getattr(version, name) == value for name, value in _content(row).items())


def _version(row: FaqRow, number: int, at: datetime) -> FaqVersion:
    return FaqVersion(
        entry=row.id,
        number=number,
        state="published",
        author=SEED_AUTHOR,
        created_at=at,
        published_at=at,
        published_by=SEED_AUTHOR,
        **_content(row),
    )
