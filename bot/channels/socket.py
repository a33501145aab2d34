"""The page's WebSocket: what is said goes to the dialogue, what happens in the conversation comes back.

The page numbers what it sends (`id`) and remembers the number of the last message that it got. After a
break it says that number and sends again what was not confirmed: nothing is lost, nothing doubled.
"""

import asyncio
import contextlib
import logging
import weakref
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.guard import own_origin
from bot.channels.keys import CONTEXT, DIALOGUE, SENDER_LIMIT
from bot.channels.problems import problem
from bot.channels.session import session_of
from bot.context import Context
from bot.conversations import store
from bot.conversations.pictures import MOST, own_pictures
from bot.dialogue import Incoming, texts
from bot.live import Listener
from nlu.vault import VaultError

log = logging.getLogger(__name__)

HEARTBEAT = 25.0
LARGEST = 64 * 1024


OPEN = web.AppKey("open_sockets", weakref.WeakSet)


def add_socket(app: web.Application) -> None:
    """Serve the WebSocket, and close what is open when the application ends: pages then reconnect."""
    app[OPEN] = weakref.WeakSet()
    app.router.add_get("/ws", websocket)
    app.on_shutdown.append(_close_all)


async def _close_all(app: web.Application) -> None:
    for socket in set(app[OPEN]):
        await socket.close(code=WSCloseCode.GOING_AWAY)


async def websocket(request: web.Request) -> web.StreamResponse:
    """GET /ws."""
    if not own_origin(request, demanded=True):
        return problem(403, "请求不是从本页发出的。")
    sender = session_of(request)
    if sender is None:
        return problem(401, "请先打开首页。")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LARGEST)
    await socket.prepare(request)
    request.app[OPEN].add(socket)
    await _Line(request, socket, sender).run()
    return socket


class _Line:
    """One open page."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, sender: str) -> None:
        self._context: Context = request.app[CONTEXT]
        self._dialogue = request.app[DIALOGUE]
        self._limit = request.app[SENDER_LIMIT]
        self._socket = socket
        self._sender = sender
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: Listener | None = None
        self._listening: asyncio.Task[None] | None = None
        self._stack = contextlib.ExitStack()

    async def run(self) -> None:
        """Serve until the page closes; a turn under way is finished all the same."""
        try:
            async for frame in self._socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                try:
                    said = frame.json()
                    handler = self._handlers[said["type"]]
                except (ValueError, KeyError, TypeError):
                    await self._socket.close(code=1003)
                    break
                await handler(self, said)
        finally:
            self._stack.close()
            if self._listening:
                self._listening.cancel()

    async def _hello(self, said: dict[str, Any]) -> None:
        """The page is there: with `since` after a break, without it freshly opened."""
        context = self._context
        async with context.db.note() as session:
            conversation = await store.find(session, context.vault, "web", self._sender)
            if conversation is None:
                conversation = await store.open_conversation(
                    session, context.vault, "web", self._sender, context.clock()
                )
        if self._listener is None:
            self._listener = self._stack.enter_context(context.hub.listen(conversation.id))
        async with context.db.glance() as session:
            last = await store.last_number(session, conversation.id)
            start = self._start(said, conversation.id, conversation.private, last)
            known = await store.lines(session, context.vault, conversation.id, start["after"])
        await self._send(
            {
                "type": "welcome",
                "view": start["view"],
                "fresh": start["fresh"],
                "private": conversation.private,
                "taken": conversation.takeover == "taken",
                "last": last,
                "messages": [
                    line.shown() for line in known if not line.held and not (start["fresh"] and line.private)
                ],
            }
        )
        if self._listening is None:
            self._listening = asyncio.create_task(self._forward(self._listener))

    def _start(self, said: dict[str, Any], conversation: str, private: bool, last: int) -> dict[str, Any]:
        """From where the page may read on.

        `view` is what a page that stays open holds: it says from which number on it was open. A private
        conversation is read from there only, so that a page opened anew shows nothing of it.
        """
        context, opened = f"view:{conversation}", None
        with contextlib.suppress(VaultError, ValueError, TypeError):
            opened = (
                int(self._context.vault.open(bytes.fromhex(said["view"]), context))
                if said.get("view")
                else None
            )
        since = said.get("since")
        if opened is not None and isinstance(since, int):
            after = max(since, opened) if private else max(since, 0)
            return {"view": said["view"], "fresh": False, "after": after}
        view = self._context.vault.seal(str(last), context).hex()
        return {"view": view, "fresh": True, "after": last if private else 0}

    async def _say(self, said: dict[str, Any]) -> None:
        """Something typed or pressed; answered through the hub, like everything else."""
        text, token, name = said.get("text"), said.get("token"), said.get("id")
        pictures = said.get("pictures") or []
        if (
            self._listener is None
            or not isinstance(name, str)
            or not (isinstance(text, str) or isinstance(token, str))
        ):
            await self._socket.close(code=1003)
            return
        if wait := self._limit.wait(f"web:{self._sender}"):
            await self._send({"type": "refused", "id": name, "text": texts.SLOW_DOWN, "wait": wait})
            return
        if not isinstance(token, str) and not text.strip() and not pictures:
            return
        if len(text or "") > texts.LONGEST:
            await self._send({"type": "refused", "id": name, "text": texts.TOO_LONG})
            return
        numbers = tuple(n for n in pictures if isinstance(n, int))[:MOST]
        incoming = Incoming(
            "web",
            self._sender,
            text or "",
            id=name,
            token=token if isinstance(token, str) else None,
            pictures=await self._own(numbers),
        )
        task = asyncio.create_task(self._handle(incoming, name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _own(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        return await own_pictures(self._context, "web", self._sender, numbers) if numbers else ()

    async def _handle(self, incoming: Incoming, name: str) -> None:
        try:
            await self._dialogue.handle(incoming)
            self._queue({"type": "done", "id": name})
        except Exception as error:
            log.error("a turn failed: %s", type(error).__name__)
            self._queue({"type": "failed", "id": name})

    def _queue(self, event: dict[str, Any]) -> None:
        """Send in line with what happens in the conversation: never before the answer itself."""
        if self._listener is not None:
            self._listener.put(event)

    async def _ping(self, _said: dict[str, Any]) -> None:
        await self._send({"type": "pong"})

    async def _forward(self, listener: Listener) -> None:
        async for event in listener:
            await self._send(event)
        await self._socket.close(code=1013)

    async def _send(self, event: dict[str, Any]) -> None:
        if not self._socket.closed:
            with contextlib.suppress(ConnectionError, RuntimeError):
                await self._socket.send_json(event)

    _handlers = {"hello": _hello, "say": _say, "ping": _ping}  # noqa: RUF012
