"""The outbox worker: takes deliveries under a lease, keeps the order of each target, retries with backoff.

At least once: a delivery whose worker dies after the receiver took it is made again with the same key.
Only the oldest waiting row of a target is ever tried, so that order holds and a dead receiver costs one
attempt a round, whatever queues behind it. Several workers share the outbox: rows are claimed with SKIP
LOCKED on PostgreSQL, under the write lock on SQLite, and a lease guards what is under way.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from bot.context import Context
from bot.tickets.delivery.adapters import Adapter, DeliveryItem, Later, Undeliverable
from bot.tickets.delivery.circuit import allow_trial, note_failure, note_success, passes
from bot.tickets.models import Outbox
from bot.tickets.outbox import payload_context

LEASE_SECONDS = 90
DELIVERY_SECONDS = 60
"""Shorter than the lease, so that no second worker starts while the first still tries."""
BASE_SECONDS = 20
CAP_SECONDS = 2 * 3600
MAX_ATTEMPTS = 20
"""With the backoff above: a little more than a day."""
BATCH = 20
log = logging.getLogger(__name__)


def backoff(attempt: int, dice: random.Random) -> timedelta:
    """How long to wait after the `attempt`-th failure: doubling, capped, spread by a fifth."""
    seconds = min(CAP_SECONDS, BASE_SECONDS * 2 ** (attempt - 1))
    return timedelta(seconds=seconds * dice.uniform(0.8, 1.2))


class Worker:
    """Delivers what the outbox holds, for the kinds that it has adapters for."""

    def __init__(
        self, context: Context, adapters: Mapping[str, Adapter], *, dice: random.Random | None = None
    ) -> None:
        self.context = context
        self.adapters = adapters
        self.dice = dice or random.Random()
        self._wanted = asyncio.Event()

    def poke(self) -> None:
        """Look at the outbox now instead of at the next round."""
        self._wanted.set()

    async def run(self, stop: asyncio.Event, every: float = 1.0) -> None:
        """Deliver until told to stop; a failing round is logged and does not end the worker."""
        while not stop.is_set():
            try:
                busy = await self.run_once()
            except Exception:
                log.exception("the outbox could not be worked on")
                busy = 0
            if not busy:
                self._wanted.clear()
                waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._wanted.wait())]
                _, left = await asyncio.wait(waits, timeout=every, return_when=asyncio.FIRST_COMPLETED)
                for wait in left:
                    wait.cancel()

    async def run_once(self) -> int:
        """One round: claim, deliver side by side, note the outcome. Returns how many were tried."""
        items = await self._claim()
        await asyncio.gather(*(self._deliver(item) for item in items))
        return len(items)

    async def _claim(self) -> list[DeliveryItem]:
        now = self.context.clock()
        older = aliased(Outbox)
        free = or_(Outbox.leased_until.is_(None), Outbox.leased_until < now)
        first = ~exists(
            select(older.id).where(
                older.kind == Outbox.kind,
                older.target == Outbox.target,
                older.state == "waiting",
                older.id < Outbox.id,
            )
        )
        query = (
            select(Outbox)
            .where(
                Outbox.state == "waiting",
                Outbox.next_at <= now,
                Outbox.kind.in_(list(self.adapters)),
                free,
                first,
                passes(now),
            )
            .order_by(Outbox.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True, of=Outbox)
        )
        async with self.context.db.read() as session:
            waiting = (
                select(Outbox.id)
                .where(Outbox.state == "waiting", Outbox.next_at <= now, free, passes(now))
                .limit(1)
            )
            if await session.scalar(waiting) is None:
                return []
        async with self.context.db.write() as session:
            rows = (await session.scalars(query)).all()
            for row in rows:
                row.leased_until = now + timedelta(seconds=LEASE_SECONDS)
                row.attempts += 1
            return [self._item(row) for row in rows]

    def _item(self, row: Outbox) -> DeliveryItem:
        payload = self.context.vault.open_json(row.payload, payload_context(row.key))
        return DeliveryItem(
            row.id, row.key, row.kind, row.target, payload, row.ticket, row.attempts, row.created_at
        )

    async def _deliver(self, item: DeliveryItem) -> None:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                await self.adapters[item.kind].deliver(item)
        except Undeliverable as error:
            await self._failed(item, str(error), final=True)
        except Later as error:
            wait = timedelta(seconds=error.seconds)
            await self._failed(item, str(error), final=item.attempt >= MAX_ATTEMPTS, wait=wait)
        except Exception as error:
            reason = str(error) or type(error).__name__
            await self._failed(item, reason, final=item.attempt >= MAX_ATTEMPTS, broken=True)
        else:
            now = self.context.clock()
            await self._note(item, state="delivered", delivered_at=now, leased_until=None, error=None)

    async def _failed(
        self,
        item: DeliveryItem,
        reason: str,
        *,
        final: bool,
        wait: timedelta = timedelta(),
        broken: bool = False,
    ) -> None:
        log.warning("delivery %s (%s) failed at try %s", item.key, item.kind, item.attempt)
        next_at = self.context.clock() + max(wait, backoff(item.attempt, self.dice))
        state, reason = "failed" if final else "waiting", reason[:500]
        broke = reason if broken else None
        await self._note(item, broke, state=state, next_at=next_at, leased_until=None, error=reason)

    async def _note(self, item: DeliveryItem, broke: str | None = None, **values: object) -> None:
        """Note the outcome, unless another worker has taken the row over since; and how the receiver does."""
        async with self.context.db.write() as session:
            if broke is not None:
                await note_failure(session, item.kind, item.target, self.context.clock(), broke)
            elif values["state"] == "delivered":
                await note_success(session, item.kind, item.target)
            await session.execute(
                update(Outbox)
                .where(Outbox.id == item.id, Outbox.attempts == item.attempt, Outbox.state == "waiting")
                .values(**values)
            )


async def retry(context: Context, outbox: int) -> bool:
    """Put a failed delivery back into the queue; False when it had not failed."""
    async with context.db.write() as session:
        row = await session.get(Outbox, outbox, with_for_update=True)
        if row is None or row.state != "failed":
            return False
        row.state, row.attempts, row.next_at = "waiting", 0, context.clock()
        await allow_trial(session, row.kind, row.target, context.clock())
        return True


async def failed(context: Context, limit: int = 100) -> list[Outbox]:
    """The dead-letter list, newest first."""
    async with context.db.read() as session:
        rows = await session.scalars(
            select(Outbox).where(Outbox.state == "failed").order_by(Outbox.id.desc()).limit(limit)
        )
        return list(rows)


async def of_ticket(context: Context, ticket: int) -> list[Outbox]:
    """A ticket's deliveries, oldest first: state, attempts, error, moments."""
    async with context.db.read() as session:
        rows = await session.scalars(select(Outbox).where(Outbox.ticket == ticket).order_by(Outbox.id))
        return list(rows)
