"""A stand-in for the Rasa server that speaks the contract of the `county` channel, by a script."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

Answers = list[dict[str, Any]]
SECRET = "secret-of-the-test"


def button(title: str, **command: Any) -> dict[str, str]:
    return {"title": title, "payload": json.dumps(command, ensure_ascii=False)}


def echo(text: str, metadata: dict[str, Any]) -> Answers:
    if command := metadata.get("command"):
        return [{"text": f"按了 {json.dumps(command, ensure_ascii=False, sort_keys=True)}"}]
    return [{"text": f"您说：{text}"}]


class StandIn:
    """Answers by `script(text, metadata)`; remembers what it was asked; can be slow, broken or silent."""

    def __init__(self, script: Callable[[str, dict[str, Any]], Answers] = echo) -> None:
        self.script = script
        self.asked: list[dict[str, Any]] = []
        self.running = 0
        self.most_at_once: dict[str, int] = {}
        self.status = 200
        self.seconds = 0.0
        self.meet = 0
        """Nobody is answered before so many are being answered at once."""
        self._met = asyncio.Event()
        self._running: dict[str, int] = {}

    async def webhook(self, request: web.Request) -> web.Response:
        if request.headers.get("X-County-Secret") != SECRET:
            raise web.HTTPForbidden
        body = await request.json()
        self.asked.append(body)
        sender = body["sender"]
        self._running[sender] = self._running.get(sender, 0) + 1
        self.running += 1
        self.most_at_once[sender] = max(self.most_at_once.get(sender, 0), self._running[sender])
        self.most_at_once["*"] = max(self.most_at_once.get("*", 0), self.running)
        if self.running >= self.meet:
            self._met.set()
        try:
            await asyncio.wait_for(self._met.wait(), 20)
            await asyncio.sleep(self.seconds)
        finally:
            self._running[sender] -= 1
            self.running -= 1
        if self.status != 200:
            return web.Response(status=self.status)
        return web.json_response(self.script(body["message"], body["metadata"]))

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/county/webhook", self.webhook)
        return app
