"""The database drops every connection in the middle of the work, as when it is restarted."""

import asyncio
import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.tickets.delivery.webhook import WebhookAdapter
from bot.tickets.delivery.worker import Worker
from bot.tickets.errors import TicketError
from bot.tickets.service import Filing
from tests.conftest import _on_postgres
from tests.faults.conftest import add_target, agree, deliveries
from tests.faults.receivers import Hook, hook
from tests.soak import often, report
from tests.tickets.conftest import LEAD, MINE, REVIEWER, WHEELCHAIR, Desk

CUTS = often(4, 300)
CLIENTS = 3


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(often(600, 7200))
@pytest.mark.parametrize("server", ["postgres"], indirect=True)
async def test_connections_are_cut(desk: Desk, dice: random.Random) -> None:
    context = desk.context
    numbers: dict[str, str] = {}
    errors = 0
    done = asyncio.Event()

    async def insist(work) -> None:  # type: ignore[no-untyped-def]
        """Try again until it is done, or was done by the try whose answer was lost."""
        nonlocal errors
        while True:
            try:
                return await work()
            except TicketError:
                return None
            except SQLAlchemyError:
                errors += 1

    async def client(name: int) -> None:
        for turn in range(10_000):
            if done.is_set() and turn >= 2:
                return
            key = f"{name}-{turn}"

            async def file(key: str = key) -> None:
                filed = await desk.tickets.file(Filing(key, "A07", WHEELCHAIR, "web", MINE, MINE.id))
                numbers[key] = filed.ticket.number

            await insist(file)
            await insist(lambda key=key: desk.tickets.step(numbers[key], "awaiting_sign", REVIEWER))
            await insist(lambda key=key: desk.tickets.step(numbers[key], "in_progress", LEAD))

    async def cut() -> None:
        for _ in range(CUTS):
            await asyncio.sleep(dice.uniform(0.02, 0.3))
            await _on_postgres(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname = '{context.db.url.database}'"
            )
        done.set()

    async with hook(Hook(dice)) as webhook:
        await add_target(context, "CL", "webhook", webhook.address)
        worker, stop = Worker(context, {"webhook": WebhookAdapter(context)}), asyncio.Event()
        work = asyncio.create_task(worker.run(stop, every=0.05))
        await asyncio.gather(cut(), *(client(name) for name in range(CLIENTS)))
        stop.set()
        await work
        while await deliveries(context, "webhook", "waiting"):
            desk.go(minutes=5)
            await worker.run_once()
        found = await agree(context, numbers.values(), webhook=webhook)
    async with context.db.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    report("Connections cut", cuts=CUTS, errors_met=errors, **found)
