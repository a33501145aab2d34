"""The background work of the tickets: deliveries and timers, for the length of a block."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from bot.context import Context
from bot.replicas import one_at_a_time
from bot.tickets import audit, recompute, timekeeper
from bot.tickets.delivery.adapters import Adapter
from bot.tickets.delivery.email import EmailAdapter
from bot.tickets.delivery.open311 import Open311Adapter
from bot.tickets.delivery.subscriptions import KIND, SubscriptionAdapter, fan_out
from bot.tickets.delivery.telegram import TelegramAdapter
from bot.tickets.delivery.webhook import WebhookAdapter
from bot.tickets.delivery.worker import Worker

TIMER_SECONDS = 15
FAN_OUT_SECONDS = 1
SEAL_SECONDS = 3600
DAY_SECONDS = 24 * 3600
log = logging.getLogger(__name__)


def own_adapters(context: Context) -> dict[str, Adapter]:
    """The adapters that need nothing but the settings."""
    return {
        "email": EmailAdapter(context),
        "webhook": WebhookAdapter(context),
        "telegram": TelegramAdapter(context),
        "open311": Open311Adapter(context),
        KIND: SubscriptionAdapter(context),
    }


@contextlib.asynccontextmanager
async def running(context: Context, adapters: Mapping[str, Adapter]) -> AsyncIterator[Worker]:
    """Deliver and fire timers until the block ends; `adapters` adds kinds such as `resident`."""
    stop = asyncio.Event()
    worker = Worker(context, {**own_adapters(context), **adapters})
    tasks = [
        asyncio.create_task(worker.run(stop), name="outbox"),
        asyncio.create_task(
            _repeat(context, stop, TIMER_SECONDS, lambda: timekeeper.fire_due(context)), name="timekeeper"
        ),
        asyncio.create_task(
            _repeat(context, stop, DAY_SECONDS, lambda: recompute.recompute(context)),
            name="provisional deadlines",
        ),
        asyncio.create_task(
            _repeat(context, stop, FAN_OUT_SECONDS, lambda: fan_out(context)), name="subscriptions"
        ),
        asyncio.create_task(
            _repeat(context, stop, SEAL_SECONDS, lambda: audit.seal(context)), name="audit seals"
        ),
    ]
    try:
        yield worker
    finally:
        stop.set()
        done, late = await asyncio.wait(tasks, timeout=10)
        for task in late:
            task.cancel()
        await asyncio.gather(*done, *late, return_exceptions=True)


async def _repeat(
    context: Context, stop: asyncio.Event, seconds: float, work: Callable[[], Awaitable[object]]
) -> None:
    task = asyncio.current_task()
    name = task.get_name() if task else ""
    while not stop.is_set():
        try:
            async with one_at_a_time(context.redis, name):
                await work()
        except Exception:
            log.exception("background work failed; it is tried again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
