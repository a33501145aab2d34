"""Receivers that hang, refuse, answer 500, take it and lose the answer, or speak nonsense."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP

GOOD = "takes it"
HANGS = "hangs"
REFUSES = "refuses"
BROKEN = "answers 500"
LOSES = "takes it and loses the answer"
TWICE = "answers twice"
NONSENSE = "speaks nonsense"
BAD = (HANGS, REFUSES, BROKEN, LOSES, TWICE, NONSENSE)
HANG_SECONDS = 1


@dataclass
class Receiver:
    """Keeps what it took, by id; `moods` are what it draws from for every call."""

    dice: random.Random
    moods: tuple[str, ...] = (GOOD,)
    taken: list[tuple[str, str]] = field(default_factory=list)
    """(id, content) of every delivery that was taken, repeats among them."""
    tried: Counter[str] = field(default_factory=Counter)

    def mood(self) -> str:
        """How it feels this time."""
        mood = self.dice.choice(self.moods)
        self.tried[mood] += 1
        return mood

    @property
    def once(self) -> dict[str, str]:
        """What a receiver that drops repeats by id has; a repeat must say the same."""
        found: dict[str, str] = {}
        for key, content in self.taken:
            assert found.setdefault(key, content) == content, f"{key} came again with another content"
        return found


class Hook(Receiver):
    """A webhook."""

    address: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take a delivery as the mood is."""
        mood, raw = self.mood(), await request.read()
        transport = request.transport
        if mood in (GOOD, LOSES, TWICE):
            self.taken.append((json.loads(raw)["id"], raw.decode()))
        if mood == HANGS:
            await asyncio.sleep(HANG_SECONDS)
        if mood == BROKEN:
            return web.Response(status=500, text="<h1>oops</h1>")
        if mood == TWICE and transport is not None:
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        if mood == NONSENSE and transport is not None:
            transport.write(b"\x00\xff 666 perhaps\r\n\r\n<xml")
            transport.close()
        if mood in (REFUSES, LOSES) and transport is not None:
            transport.abort()
        return web.Response(text="taken")


@asynccontextmanager
async def hook(made: Hook) -> AsyncIterator[Hook]:
    """The webhook, listening for the length of the block."""
    app = web.Application()
    app.router.add_post("/hook", made.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        made.address = str(server.make_url("/hook"))
        yield made


class Post(Receiver):
    """A mail server."""

    port: int = 0

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Take a mail as the mood is."""
        mood = self.mood()
        if mood in (GOOD, LOSES, TWICE):
            self.taken.append((message_from_bytes(envelope.content)["X-County-Delivery"], ""))
        if mood == HANGS:
            await asyncio.sleep(HANG_SECONDS)
        if mood in (REFUSES, LOSES):
            server.transport.abort()
        if mood == NONSENSE:
            return "\x01 perhaps\r\nperhaps not"
        if mood == TWICE:
            return "250 taken\r\n250 taken"
        return "451 try again later" if mood == BROKEN else "250 taken"


@asynccontextmanager
async def post(made: Post) -> AsyncIterator[Post]:
    """The mail server, listening for the length of the block."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(made, enable_SMTPUTF8=True), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
