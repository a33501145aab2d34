"""The ways in which residents ask for an entry. Changes belong to the draft and go online with it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion
from nlu.retrieval.clean import clean

ONLINE = ("live", "removing")
"""States of phrasings that the published version has."""
DRAFTED = ("live", "adding")
"""States of phrasings that the draft has."""


async def of_entry(session: AsyncSession, entry: str) -> list[FaqPhrasing]:
    """All phrasings of an entry, newest first."""
    query = select(FaqPhrasing).where(FaqPhrasing.entry == entry).order_by(FaqPhrasing.id.desc())
    return list(await session.scalars(query))


async def add(session: AsyncSession, entry: str, text: str, origin: str, at: datetime) -> bool:
    """Add one to the draft; False where the entry has it already."""
    known = await session.scalar(
        select(FaqPhrasing).where(FaqPhrasing.entry == entry, FaqPhrasing.text == text)
    )
    if known is None:
        session.add(FaqPhrasing(entry=entry, text=text, origin=origin, state="adding", created_at=at))
        return True
    if known.state == "removing":
        known.state = "live"
        return True
    return False


async def remove(session: AsyncSession, entry: str, number: int) -> None:
    """Take one out of the draft; residents keep it until the draft is published."""
    row = await session.scalar(
        select(FaqPhrasing).where(FaqPhrasing.entry == entry, FaqPhrasing.id == number)
    )
    if row is None:
        return
    if row.state == "adding":
        await session.delete(row)
    else:
        row.state = "removing" if row.state == "live" else "live"


async def pending(session: AsyncSession, entry: str) -> dict[str, list[str]]:
    """What publishing the draft would add and remove."""
    rows = [row for row in await of_entry(session, entry) if row.state != "live"]
    found = {
        "added": [row.text for row in rows if row.state == "adding"],
        "removed": [row.text for row in rows if row.state == "removing"],
    }
    return {name: texts for name, texts in found.items() if texts}


async def take_effect(session: AsyncSession, version: FaqVersion) -> None:
    """The draft's phrasings go online with it; the version keeps what changed."""
    await session.flush()
    version.said = await pending(session, version.entry)
    mine = FaqPhrasing.entry == version.entry
    await session.execute(delete(FaqPhrasing).where(mine, FaqPhrasing.state == "removing"))
    for row in await session.scalars(select(FaqPhrasing).where(mine, FaqPhrasing.state == "adding")):
        row.state = "live"


async def drop(session: AsyncSession, entry: str) -> None:
    """Forget what the draft would change."""
    mine = FaqPhrasing.entry == entry
    await session.execute(delete(FaqPhrasing).where(mine, FaqPhrasing.state == "adding"))
    for row in await session.scalars(select(FaqPhrasing).where(mine, FaqPhrasing.state == "removing")):
        row.state = "live"


async def doubles(session: AsyncSession, entry: str) -> dict[int, list[str]]:
    """The entry's phrasings that others have too (or that are its own title), by id.

    Two are the same when nothing but courtesies and punctuation tells them apart.
    """
    everyone = list(await session.execute(select(FaqPhrasing.id, FaqPhrasing.entry, FaqPhrasing.text)))
    titles = await session.execute(
        select(FaqEntry.id, FaqVersion.question).join(
            FaqVersion, (FaqVersion.entry == FaqEntry.id) & (FaqVersion.number == FaqEntry.published)
        )
    )
    owners: dict[str, set[str]] = {}
    for owner, text in [(row[1], row[2]) for row in everyone] + [(row[0], row[1]) for row in titles]:
        owners.setdefault(key(text), set()).add(owner)
    found = {}
    for number, owner, text in everyone:
        if owner == entry and (others := owners[key(text)] - {entry}):
            found[number] = sorted(others)
    return found


def key(text: str) -> str:
    """What two equal phrasings have in common."""
    return "".join(char for char in clean(text) if char.isalnum())
