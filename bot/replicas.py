"""What several processes over one PostgreSQL share through Redis: locks, live events, and who leads.

A lock comes with a lease that its holder renews; a process that dies loses it by itself.
Redis keeps nothing that would be missed: tickets, messages and deliveries are in the database.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot.live import Event, Hub
from nlu.vault import Vault, VaultError

LEASE_SECONDS = 15.0
PAUSE_SECONDS = 1.0
EVENTS = "county:events"
WAITING_EVENTS = 10_000
log = logging.getLogger(__name__)


class LostLease(Exception):
    """The lock went to another process, or Redis could not be asked in time."""


@contextlib.asynccontextmanager
async def leased(redis: Redis, name: str, seconds: float = LEASE_SECONDS) -> AsyncIterator[None]:
    """Hold a lock of all processes for the length of the block; LostLease ends the block where it is lost."""
    lock = Lock(redis, f"county:{name}", timeout=seconds, sleep=0.02, thread_local=False)
    await lock.acquire()
    holder = asyncio.current_task()
    assert holder is not None
    lost = False

    async def renew() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(seconds / 3)
            try:
                await lock.extend(seconds, replace_ttl=True)
            except (LockError, RedisError):
                lost = True
                holder.cancel()
                return

    renewing = asyncio.create_task(renew())
    try:
        yield
    except asyncio.CancelledError:
        if not lost:
            raise
        holder.uncancel()
        raise LostLease(name) from None
    finally:
        renewing.cancel()
        with contextlib.suppress(LockError, RedisError):
            await lock.release()


class RedisHub(Hub):
    """Events reach the listeners of this process at once and those of the others sealed through Redis."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        super().__init__()
        self._redis = redis
        self._vault = vault
        self._me = secrets.token_hex(8)
        self._out: asyncio.Queue[bytes] = asyncio.Queue(WAITING_EVENTS)

    def tell(self, topic: str, event: Event) -> None:
        """Tell an event to all who listen now, here and elsewhere."""
        super().tell(topic, event)
        with contextlib.suppress(asyncio.QueueFull):
            self._out.put_nowait(self._vault.seal_json([self._me, topic, event], EVENTS))

    async def carry(self) -> None:
        """Send and receive until cancelled; while Redis is away only the own listeners hear."""
        await asyncio.gather(_again(self._send), _again(self._receive))

    async def _send(self) -> None:
        while True:
            await self._redis.publish(EVENTS, await self._out.get())

    async def _receive(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(EVENTS)
            async for message in channel.listen():
                if message["type"] != "message":
                    continue
                sender, topic, event = self._vault.open_json(message["data"], EVENTS)
                if sender != self._me:
                    super().tell(topic, event)


@contextlib.asynccontextmanager
async def one_at_a_time(redis: Redis | None, name: str) -> AsyncIterator[None]:
    """A piece of work that no two processes do at once; without Redis there is one process."""
    if redis is None:
        yield
        return
    async with leased(redis, f"work:{name}"):
        yield


async def leading(redis: Redis | None, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do endless work in one process of all: who holds the lead does it, the others wait for it.

    Without Redis there is one process, and it leads.
    """
    if redis is None:
        await work()
        return

    async def lead() -> None:
        assert redis is not None
        async with leased(redis, f"lead:{name}"):
            await work()

    await _again(lead)


async def _again(work: Callable[[], Awaitable[None]]) -> None:
    """Endless work that is taken up again when Redis was away or a lease was lost."""
    while True:
        try:
            await work()
            return
        except (RedisError, LostLease, OSError, VaultError) as error:
            log.warning("Redis: %s; taken up again", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)
