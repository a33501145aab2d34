"""One message of a sender at a time, in the order in which they came; different senders side by side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import blake2b
from typing import Protocol

from redis.asyncio import Redis

from bot.replicas import leased


class Lanes(Protocol):
    """Where messages of one key wait for each other."""

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


class RedisLanes:
    """Lanes of several processes; within one, who asks first is served first."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._local = LocalLanes()

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the key's lane for the length of the block."""
        async with (
            self._local.hold(key),
            leased(self._redis, f"lane:{blake2b(key.encode(), digest_size=16).hexdigest()}"),
        ):
            yield


def lanes_over(redis: Redis | None) -> Lanes:
    """The lanes of this installation: its own, or those that it shares with other processes."""
    return RedisLanes(redis) if redis is not None else LocalLanes()
