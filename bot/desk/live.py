"""Telling open desks that something changed: one look at the database for all of them, counts for each."""

import asyncio
import logging
from collections.abc import AsyncIterator

from sqlalchemy import func, select

from bot.context import Context
from bot.conversations.models import Conversation
from bot.live import STAFF
from bot.tickets.models import TicketEvent

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.7
BEAT_SECONDS = 20


class Watch:
    """Wakes its listeners when a ticket or the queue of conversations changed, by whichever process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._listeners: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    async def changes(self) -> AsyncIterator[bool]:
        """True for a change, False as a sign of life; begins with a change."""
        event = asyncio.Event()
        event.set()
        self._listeners.add(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            while True:
                try:
                    await asyncio.wait_for(event.wait(), BEAT_SECONDS)
                except TimeoutError:
                    yield False
                    continue
                event.clear()
                yield True
        finally:
            self._listeners.discard(event)

    async def _look(self) -> None:
        """Look as long as somebody listens; the hub tells of what this process did at once."""
        seen = await self._state()
        with self._context.hub.listen(STAFF) as told:
            hearing = asyncio.create_task(self._hear(told))
            try:
                while self._listeners:
                    await asyncio.sleep(LOOK_SECONDS)
                    now = await self._state()
                    if now != seen:
                        seen = now
                        self._wake()
            finally:
                hearing.cancel()

    async def _hear(self, told: AsyncIterator[object]) -> None:
        async for _ in told:
            self._wake()

    def _wake(self) -> None:
        for event in self._listeners:
            event.set()

    async def _state(self) -> tuple[object, ...]:
        async with self._context.db.read() as session:
            event = await session.scalar(select(func.max(TicketEvent.id)))
            queue = await session.execute(
                select(func.count(), func.max(Conversation.takeover_at)).where(
                    Conversation.takeover.is_not(None)
                )
            )
        return (event, *queue.one())

    async def close(self) -> None:
        """End the look-out."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
