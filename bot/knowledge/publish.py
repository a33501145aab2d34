"""Writing the published state as the index that Rasa reads: entries, services, places."""

import asyncio

from sqlalchemy import select

from bot.context import Context
from bot.directory.catalogue import Service
from bot.knowledge.answers import published
from bot.knowledge.models import FaqPhrasing
from bot.knowledge.phrasings import ONLINE
from bot.knowledge.rendering import fill
from nlu.retrieval.index import Item, publish

CONTENT = "content"
"""The topic on which processes tell each other that something was published."""
_LOCK = asyncio.Lock()


async def index_items(context: Context) -> list[Item]:
    """Everything that a message may be matched with: published entries and active services."""
    county = await context.directory.county()
    async with context.db.read() as session:
        rows = (await session.execute(published())).all()
        phrasings: dict[str, list[str]] = {}
        for entry, text in await session.execute(
            select(FaqPhrasing.entry, FaqPhrasing.text)
            .where(FaqPhrasing.state.in_(ONLINE))
            .order_by(FaqPhrasing.id)
        ):
            phrasings.setdefault(entry, []).append(text)
    items = [
        Item(
            key=f"faq/{entry.id}",
            title=version.question,
            answer=fill(version.answer, version.figures)[0],
            phrasings=tuple(phrasings.get(entry.id, ())),
            service=version.service,
        )
        for entry, version in rows
    ]
    items += map(service_item, county.services.values())
    return sorted(items, key=lambda item: item.key)


def service_item(service: Service) -> Item:
    """A service as it stands in the index."""
    return Item(
        key=f"service/{service.code}",
        title=service.name,
        answer="，".join(filter(None, (service.group, service.materials))),
        phrasings=service.phrasings,
        service=service.code,
    )


async def refresh_index(context: Context) -> str:
    """Write the index anew, point to it and tell the other processes; returns its version."""
    version = await _write_index(context)
    context.hub.tell(CONTENT, {"version": version})
    return version


async def follow_content(context: Context) -> None:
    """Write this process's index anew whenever another one has published; endless."""
    pointer = context.settings.state_dir / "index" / "current"
    with context.hub.listen(CONTENT) as told:
        async for event in told:
            if _digest(event["version"]) != _digest(pointer.read_text("utf-8")):
                await _write_index(context)


def _digest(version: str) -> str:
    """The part of a version's name that stands for its content."""
    return version.rpartition("-")[2]


async def _write_index(context: Context) -> str:
    """Encoding happens off the loop."""
    async with _LOCK:
        items = await index_items(context)
        county = await context.directory.county()
        return await asyncio.to_thread(
            publish, context.settings.state_dir / "index", items, county.gazetteer_rows()
        )
