"""What happens now, told to whoever is listening: pages with an open socket, and the staff's desk.

One process tells its own listeners; `bot.replicas.RedisHub` tells those of other processes too.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

Event = dict[str, Any]
Carrier = Callable[[str, Any], Awaitable[None]]
"""Brings a line to the resident of a conversation over a channel that has no listener: (sender, line)."""

STAFF = "staff"
"""The topic of the desk: conversations that want a person, messages while one has taken over."""
WAITING_EVENTS = 500


class Listener:
    """The events of one topic, in order; it ends when its reader is too slow to keep up."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(WAITING_EVENTS)
        self._lost = False

    def put(self, event: Event) -> None:
        """Hand an event over without waiting."""
        if self._lost:
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self._lost = True

    async def __aiter__(self) -> AsyncIterator[Event]:
        while not (self._lost and self._queue.empty()):
            event = await self._queue.get()
            if event is None:
                return
            yield event


class Hub:
    """Topics and their listeners, and the carriers of the channels that are pushed to."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self.carriers: dict[str, Carrier] = {}

    @contextmanager
    def listen(self, topic: str) -> Iterator[Listener]:
        """Listen to a topic for the length of the block."""
        listener = Listener()
        self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    def tell(self, topic: str, event: Event) -> None:
        """Tell an event to all who listen now."""
        for listener in tuple(self._listeners.get(topic, ())):
            listener.put(event)

    async def carry(self) -> None:
        """What has to run for events to reach other processes; there are none here."""
