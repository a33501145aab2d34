"""`python -m bot run`: everything of one installation in one process, with Rasa as its child."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from actions.intake.preview import IntakePreview
from actions.server import make_actions_app
from bot.app import make_app
from bot.context import Context
from bot.conversations.push import ResidentAdapter
from bot.dialogue import Rasa
from bot.knowledge.publish import follow_content
from bot.knowledge.scheduled import keep_publishing
from bot.replicas import leading
from bot.retention.job import nightly
from bot.runtime.alone import AlreadyRunning, alone
from bot.runtime.first_start import ADMINISTRATOR_FILE, prepare
from bot.runtime.logging import set_up_logging
from bot.runtime.metrics import MeasuredDialogue, Metrics
from bot.runtime.ports import PortTaken, check_free
from bot.runtime.rasa import RasaProcess, rasa_command, rasa_environment
from bot.secrets import Secrets, ensure_secrets
from bot.settings import Settings
from bot.tickets.workers import running as ticket_workers
from nlu.vault import create_keys

__all__ = ["AlreadyRunning", "PortTaken", "main", "run"]


def say(line: str) -> None:
    """Progress on the terminal."""
    print(f"== {line}", flush=True)


async def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    check_free(settings.host, settings.port, "PORT")
    check_free("127.0.0.1", settings.rasa_port, "RASA_PORT")
    check_free("127.0.0.1", settings.actions_port, "ACTIONS_PORT")
    create_keys(settings.key_dir)
    secrets = ensure_secrets(settings.state_dir)
    context = Context.open(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        made = await prepare(context, say)
        async with contextlib.AsyncExitStack() as stack:
            rasa = await stack.enter_async_context(running_rasa(settings, secrets))
            metrics = Metrics()
            metrics.rasa_restarts.set_function(lambda: rasa.restarts)
            dialogue = MeasuredDialogue(context, Rasa(settings.rasa_url, secrets.channel), metrics)
            stack.push_async_callback(dialogue.close)
            app = make_app(context, dialogue, rasa.ready, metrics, IntakePreview(context))
            residents = {"resident": ResidentAdapter(context)}
            await stack.enter_async_context(ticket_workers(context, residents))
            await stack.enter_async_context(in_background(context.hub.carry()))
            await stack.enter_async_context(in_background(follow_content(context)))
            night = leading(context.redis, "retention", lambda: nightly(context))
            await stack.enter_async_context(in_background(night))
            await stack.enter_async_context(in_background(keep_publishing(context)))
            actions = make_actions_app(context, secrets.actions)
            await stack.enter_async_context(listening(actions, "127.0.0.1", settings.actions_port))
            await stack.enter_async_context(listening(app, settings.host, settings.port))
            await wait_for_rasa(rasa, stop)
            if not stop.is_set():
                print_addresses(settings, made)
                await stop.wait()
            say("stopping")
    finally:
        await context.close()


@contextlib.asynccontextmanager
async def running_rasa(settings: Settings, secrets: Secrets) -> AsyncIterator[RasaProcess]:
    """Rasa, kept running for the length of the block."""
    rasa = RasaProcess(
        rasa_command(settings),
        rasa_environment(settings, secrets),
        f"{settings.rasa_url}/status",
        secrets.rasa_token,
        settings.state_dir / "log" / "rasa.log",
    )
    task = asyncio.create_task(rasa.keep_running())
    try:
        yield rasa
    finally:
        await rasa.stop()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """A piece of endless work for the length of the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """An application on its port for the length of the block."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def wait_for_rasa(rasa: RasaProcess, stop: asyncio.Event) -> None:
    """Wait for the first readiness, with a line every ten seconds."""
    say("Rasa: loading the model")
    started = time.monotonic()
    waits = [asyncio.create_task(rasa.ready.wait()), asyncio.create_task(stop.wait())]
    while not any(task.done() for task in waits):
        await asyncio.wait(waits, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        if not any(task.done() for task in waits):
            say(f"Rasa: still loading, {time.monotonic() - started:.0f} s so far")
    for task in waits:
        task.cancel()


def print_addresses(settings: Settings, made: Path | None) -> None:
    """The last lines of a start: where to go, and how to sign in."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    lines = [
        "",
        f"  Residents   {base}/",
        f"  Staff       {base}/desk",
        f"  API         {base}/api/v1/openapi.json",
    ]
    if made is not None:
        login, password = made.read_text("utf-8").split()
        lines += [
            f"  Sign-in     {login}   {password}",
            f"              (kept in {made}; change it after the first sign-in)",
        ]
    else:
        lines.append(f"  Sign-in     as made at the first start ({settings.state_dir / ADMINISTRATOR_FILE})")
    lines += ["", "  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)


def main(settings: Settings) -> None:
    """Run, and end with one plain line where something is wrong."""
    with alone(settings.state_dir):
        set_up_logging(settings.state_dir)
        asyncio.run(run(settings))
