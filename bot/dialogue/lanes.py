"""One message of a sender at a time, in the order in which they came; different senders side by side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol


class Lanes(Protocol):
    """Where messages of one key wait for each other; a lease in Redis has the same method."""

    def hold(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the key's lane for the length of the block."""
        ...


class LocalLanes:
    """Lanes of one process. Who asks first is served first."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the key's lane for the length of the block."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._users[key] = self._users.get(key, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]
