"""Replays at the desk: one runs at a time, its progress is told, what it found is kept with the draft."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.knowledge import phrasings
from bot.knowledge.entries import CONTENT, newest
from bot.knowledge.models import FaqReplay, FaqVersion
from bot.knowledge.phrasings import DRAFTED
from bot.knowledge.rendering import fill
from bot.knowledge.replay import Found, digest_of, replay
from nlu.retrieval.index import Item, Reader

log = logging.getLogger(__name__)
MOST_KEPT = 200


@dataclass
class Running:
    """A replay under way."""

    done: int = 0
    total: int = 0
    failed: bool = False

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True)
class Result:
    """A kept replay as the page shows it."""

    row: FaqReplay
    fresh: bool
    """The draft is still the one that was replayed."""
    same_index: bool
    """Nothing else was published since."""

    @property
    def open(self) -> list[dict[str, Any]]:
        """Worse results that nobody accepted yet."""
        return [row for row in self.row.worse if row["text"] not in self.row.accepted]

    @property
    def unchanged(self) -> int:
        """Questions that fare as before."""
        return self.row.total - len(self.row.better) - len(self.row.worse)


async def item_of(session: AsyncSession, version: FaqVersion) -> Item:
    """A draft with its phrasings as the matcher takes it."""
    said = [row for row in await phrasings.of_entry(session, version.entry) if row.state in DRAFTED]
    return Item(
        key=f"faq/{version.entry}",
        title=version.question,
        answer=fill(version.answer, version.figures)[0],
        phrasings=tuple(row.text for row in sorted(said, key=lambda row: row.id)),
        service=version.service,
    )


def digest(version: FaqVersion, item: Item) -> str:
    """Of a draft: what it says and how it is asked for."""
    body = [{name: getattr(version, name) for name in CONTENT}, item.phrasings]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Replays:
    """The replays of this process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._root: Path = context.settings.state_dir / "index"
        self._reader = Reader(self._root)
        self._one = asyncio.Lock()
        self._base: tuple[str, str] = ("", "")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, Running] = {}

    def running(self, entry: str) -> Running | None:
        """The entry's replay under way, or the one that failed last."""
        return self._running.get(entry)

    def start(self, entry: str) -> None:
        """Start the entry's replay, unless it runs."""
        if entry in self._tasks:
            return
        self._running[entry] = Running()
        task = asyncio.create_task(self._run(entry), name=f"replay of {entry}")
        self._tasks[entry] = task
        task.add_done_callback(lambda _task: self._tasks.pop(entry, None))

    async def wait(self, entry: str) -> None:
        """Until the entry's replay has ended."""
        task = self._tasks.get(entry)
        if task is not None:
            await asyncio.wait([task])

    async def close(self) -> None:
        """End what runs."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def result(self, session: AsyncSession, version: FaqVersion) -> Result | None:
        """What the last replay of the entry found, and whether it still holds."""
        row = await session.get(FaqReplay, version.entry)
        if row is None:
            return None
        fresh = row.digest == digest(version, await item_of(session, version))
        return Result(row, fresh, row.base == await asyncio.to_thread(self._digest_of_base))

    def _digest_of_base(self) -> str:
        published = self._reader.newest()
        if published is None:
            return ""
        if self._base[0] != published.version:
            self._base = (published.version, _faq_digest(published.items))
        return self._base[1]

    async def _run(self, entry: str) -> None:
        state = self._running[entry]
        try:
            async with self._one:
                await self._compare(entry, state)
            self._running.pop(entry, None)
        except Exception:
            log.exception("the replay of %s failed", entry)
            state.failed = True

    async def _compare(self, entry: str, state: Running) -> None:
        async with self._context.db.read() as session:
            version = await newest(session, entry)
            item = await item_of(session, version)
        published = await asyncio.to_thread(self._reader.newest)
        if published is None:
            return

        def told(done: int, total: int) -> None:
            state.done, state.total = done, total

        begun = time.monotonic()
        found = await asyncio.to_thread(replay, published, item, self._root / "cache", told)
        kept = _row(found, time.monotonic() - begun)
        kept |= {
            "digest": digest(version, item),
            "base": _faq_digest(published.items),
            "at": self._context.clock(),
        }
        async with self._context.db.write() as session:
            await _keep(session, entry, kept)


def _faq_digest(items: tuple[Item, ...]) -> str:
    return digest_of(item for item in items if item.kind == "faq")


def _row(found: Found, seconds: float) -> dict[str, Any]:
    return {
        "seconds": round(seconds, 1),
        "total": found.total,
        "asked": found.asked,
        "better": [change.row() for change in found.better[:MOST_KEPT]],
        "worse": [change.row() for change in found.worse],
    }


async def _keep(session: AsyncSession, entry: str, kept: Mapping[str, Any]) -> None:
    """Keep the result; what was accepted stays so where the very same got worse again."""
    row = await session.get(FaqReplay, entry, with_for_update=True)
    accepted: dict[str, str] = {}
    if row is not None:
        before = {one["text"]: one["after"]["entries"] for one in row.worse}
        accepted = {
            one["text"]: row.accepted[one["text"]]
            for one in kept["worse"]
            if one["text"] in row.accepted
            and list(one["after"]["entries"]) == list(before.get(one["text"], ()))
        }
        for name, value in kept.items():
            setattr(row, name, value)
        row.accepted = accepted
    else:
        session.add(FaqReplay(entry=entry, accepted=accepted, **kept))


async def accept(session: AsyncSession, entry: str, text: str, who: str) -> None:
    """A deliberate yes to one worse result."""
    row = await session.get(FaqReplay, entry, with_for_update=True)
    if row is not None and any(one["text"] == text for one in row.worse):
        row.accepted = {**row.accepted, text: who}
