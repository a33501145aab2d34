"""kill -9 of the bot and of a delivery worker at random moments under load."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

import aiohttp
import pytest

from bot.clock import now
from bot.context import Context
from bot.directory.roles import Role
from bot.directory.tokens import create_token
from bot.settings import ROOT
from tests.faults.conftest import add_target, agree, deliveries
from tests.faults.receivers import BROKEN, GOOD, LOSES, Hook, hook
from tests.soak import often, report
from tests.tickets.conftest import WHEELCHAIR

ROUNDS = often(1, 60)
"""Every third round kills both, the others one."""
CLIENTS = 3
BETWEEN = often(2, 12)
"""Tickets that are confirmed before the next kill, at least."""


class Child:
    """A program that is started again after every kill."""

    def __init__(self, context: Context, *arguments: str) -> None:
        self.arguments = arguments
        self.log = context.settings.state_dir.parent / "children.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": context.db.url.render_as_string(hide_password=False),
            "STATE_DIR": str(context.settings.state_dir),
            "KEY_DIR": str(context.settings.key_dir),
            "PYTHONPATH": str(ROOT),
        }
        self.process: Process | None = None

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.faults.child",
                *self.arguments,
                env=self.environment,
                stdout=PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        assert await asyncio.wait_for(self.process.stdout.readline(), 120) == b"ready\n"

    async def kill(self) -> None:
        """kill -9."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()


class Load:
    """Clients that file and hand over through the API, and come again after every broken call."""

    def __init__(self, base: str, tokens: dict[str, str]) -> None:
        self.base, self.tokens = base, tokens
        self.numbers: dict[str, str] = {}
        self.broken = 0
        self.stop = asyncio.Event()
        self.grew = asyncio.Condition()

    async def call(
        self, session: aiohttp.ClientSession, method: str, path: str, who: str, **more: Any
    ) -> Any:
        """One call, repeated until there is an answer; returns status, headers and body."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **more.pop("headers", {})}
        while True:
            try:
                async with session.request(method, self.base + path, headers=headers, **more) as answer:
                    body = await answer.json()
                    if answer.status < 500 and answer.status != 429:
                        return answer.status, answer.headers, body
            except (aiohttp.ClientError, TimeoutError, ValueError):
                self.broken += 1
            await asyncio.sleep(0.05)

    async def client(self, name: int) -> None:
        """File and dispatch, one after the other."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            turn = 0
            while not self.stop.is_set():
                turn += 1
                key = {"Idempotency-Key": f"{name}-{turn}"}
                body = {"service": "A07", "fields": WHEELCHAIR}
                status, _, filed = await self.call(session, "POST", "", "channel", json=body, headers=key)
                assert status in (200, 201), filed
                await self.dispatch(session, filed["number"])
                async with self.grew:
                    self.numbers[f"{name}-{turn}"] = filed["number"]
                    self.grew.notify_all()

    async def dispatch(self, session: aiohttp.ClientSession, number: str) -> None:
        """Dispatch once, though the answer may be lost."""
        while True:
            _, headers, seen = await self.call(session, "GET", f"/{number}", "reviewer")
            if seen["state"] != "in_review":
                return
            tag = {"If-Match": headers["ETag"]}
            step = {"to": "awaiting_sign", "note": "派"}
            path = f"/{number}/transitions"
            status, _, said = await self.call(session, "POST", path, "reviewer", json=step, headers=tag)
            assert status in (200, 409, 412), said

    async def more(self, count: int) -> None:
        """Wait until so many more tickets were confirmed."""
        async with self.grew:
            goal = len(self.numbers) + count
            await self.grew.wait_for(lambda: len(self.numbers) >= goal)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.soak
@pytest.mark.timeout(often(600, 14400))
async def test_killed_at_random_moments(county: Context, dice: random.Random) -> None:
    county.clock = now
    tokens = {}
    async with county.db.write() as session:
        for role in (Role.CHANNEL, Role.REVIEWER):
            tokens[role.value] = await create_token(session, role, None, role.value, now(), None)
    port = _free_port()
    bot, worker = Child(county, "bot", str(port)), Child(county, "worker")
    kills = 0
    load = Load(f"http://127.0.0.1:{port}/api/v1/tickets", tokens)
    async with hook(Hook(dice, (GOOD, GOOD, GOOD, LOSES, BROKEN))) as webhook:
        for org in ("CL", "HSZ", "ZX"):
            await add_target(county, org, "webhook", webhook.address)
        try:
            await asyncio.gather(bot.start(), worker.start())
            clients = [asyncio.create_task(load.client(name)) for name in range(CLIENTS)]
            for turn in range(ROUNDS):
                await asyncio.wait_for(load.more(dice.randint(BETWEEN, 2 * BETWEEN)), 300)
                victims = (bot, worker) if turn % 3 == 0 else ((bot, worker)[turn % 2],)
                for victim in victims:
                    await asyncio.sleep(dice.uniform(0, 0.2))
                    await victim.kill()
                await asyncio.gather(*(victim.start() for victim in victims))
                kills += len(victims)
            load.stop.set()
            await asyncio.wait_for(asyncio.gather(*clients), 300)
            webhook.moods = (GOOD,)
            for _ in range(3000):
                if not await deliveries(county, "webhook", "waiting"):
                    break
                await asyncio.sleep(0.1)
        finally:
            for child in (bot, worker):
                with contextlib.suppress(ProcessLookupError):
                    await child.kill()
        found = await agree(county, load.numbers.values(), webhook=webhook)
    assert found["dispatched"] == found["tickets"], "a confirmed dispatch is lost"
    report("Killed at random moments", kills=kills, broken_calls=load.broken, **found)
