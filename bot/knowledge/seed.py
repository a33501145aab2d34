"""Storing the seed's questions and answers: new entries are published, changed ones get a new version."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.seed import FaqRow, Seed
from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion

SEED_AUTHOR = "初始内容"


async def store_faq(session: AsyncSession, seed: Seed, at: datetime) -> int:
    """Write the seed's entries; return how many versions were published.

    An entry whose newest version is somebody else's is left as it is: the county's own work wins.
    """
    entries = {entry.id: entry for entry in await session.scalars(select(FaqEntry))}
    newest = {
        version.entry: version
        for version in await session.scalars(select(FaqVersion).order_by(FaqVersion.entry, FaqVersion.number))
    }
    known = {tuple(row) for row in await session.execute(select(FaqPhrasing.entry, FaqPhrasing.text))}
    fresh = [
        FaqEntry(id=row.id, org=row.org, published=None, created_at=at, updated_at=at)
        for row in seed.faq
        if row.id not in entries
    ]
    session.add_all(fresh)
    await session.flush()
    entries |= {entry.id: entry for entry in fresh}

    published = 0
    for row in seed.faq:
        version = newest.get(row.id)
        if version is None or (version.author == SEED_AUTHOR and not _same(version, row)):
            number = version.number + 1 if version else 1
            session.add(_version(row, number, at))
            entries[row.id].published, entries[row.id].updated_at = number, at
            published += 1
    asked = [(row.id, text) for row in seed.faq for text in dict.fromkeys(seed.phrasings.get(row.id, []))]
    phrasings = [
        {"entry": entry, "text": text, "origin": "seed", "created_at": at}
        for entry, text in asked
        if (entry, text) not in known
    ]
    if phrasings:
        await session.execute(insert(FaqPhrasing), phrasings)
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
