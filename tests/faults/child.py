"""A process of its own, to be killed: `bot PORT` serves the API and works in the background, `worker` delivers.

The address of the database and the keys come from the environment; waits are short, so that a test sees in
seconds what takes minutes in a county.
"""

import asyncio
import sys

from aiohttp import web

from bot.api.app import add_api
from bot.context import Context
from bot.settings import Settings
from bot.tickets.delivery import circuit, worker
from bot.tickets.delivery.adapters import Adapter, DeliveryItem, FunctionAdapter
from bot.tickets.workers import own_adapters, running


def hurry() -> None:
    """Leases and waits of less than seconds instead of minutes."""
    worker.LEASE_SECONDS, worker.DELIVERY_SECONDS = 2, 1
    worker.BASE_SECONDS, worker.CAP_SECONDS = 0.05, 0.4
    circuit.FIRST_SECONDS, circuit.CAP_SECONDS = 0.2, 0.5


async def nowhere(_item: DeliveryItem) -> None:
    """Residents are told by the channels, which are not part of this."""


async def main(kind: str, port: int) -> None:
    """Run until killed."""
    hurry()
    context = Context.open(Settings(_env_file=None))
    residents: dict[str, Adapter] = {"resident": FunctionAdapter(nowhere)}
    if kind == "worker":
        one = worker.Worker(context, {**own_adapters(context), **residents})
        print("ready", flush=True)
        await one.run(asyncio.Event(), every=0.05)
        return
    app = web.Application()
    add_api(app, context)
    async with running(context, residents):
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
