"""Events of the tickets that a token may see: page by page, or as a stream that can be resumed.

An event is shown to those who may see its ticket when it is read: an organisation that joins later reads what
happened before, as it may in the ticket itself.
"""

import asyncio
import contextlib
import json
from collections import Counter
from typing import Any

from aiohttp import web

from bot.api.auth import actor_of
from bot.api.keys import ACTOR, CONTEXT, STOPPING, STREAMS
from bot.api.problems import Refused
from bot.api.tickets import dumps
from bot.tickets import follow
from bot.tickets.actors import Actor
from bot.tickets.transitions import EVENT_NAMES

LOOK_SECONDS = 0.5
BEAT_SECONDS = 15
AT_ONCE = 200
MOST_STREAMS = 5
"""Open streams of one token."""
LARGEST = 2**62
STREAM = "text/event-stream"


def add_streams(app: web.Application) -> None:
    """What open streams need: a count by token, and word when the server stops."""
    app[STREAMS] = Counter()
    app[STOPPING] = asyncio.Event()

    async def stop(app: web.Application) -> None:
        app[STOPPING].set()

    app.on_shutdown.append(stop)


async def read_events(request: web.Request) -> web.StreamResponse:
    """GET /events: a page of JSON, or with `Accept: text/event-stream` the stream."""
    types = types_of(request.query.get("type", ""))
    after = _after(request)
    if STREAM in request.headers.get("Accept", ""):
        return await _stream(request, after, types)
    limit = _limit(request)
    found, upto = await follow.since(request.app[CONTEXT], after or 0, request[ACTOR], limit, types)
    body = {"items": [one for _, one in found], "next_cursor": str(upto)}
    return web.json_response(body, headers={"Cache-Control": "no-store"}, dumps=dumps)


def types_of(text: str) -> list[str]:
    """Types of events from a list with commas; Refused 422 for one that there is not."""
    types = [part.strip() for part in text.split(",") if part.strip()]
    for one in types:
        if one not in EVENT_NAMES:
            raise Refused(422, f"没有“{one[:24]}”这种事件。", field="type")
    return types


async def _stream(request: web.Request, after: int | None, types: list[str]) -> web.StreamResponse:
    actor: Actor = request[ACTOR]
    streams = request.app[STREAMS]
    if streams[actor.key] >= MOST_STREAMS:
        raise Refused(429, f"一个令牌最多同时开 {MOST_STREAMS} 条事件流。", {"Retry-After": "30"})
    streams[actor.key] += 1
    try:
        position = await follow.newest(request.app[CONTEXT]) if after is None else after
        headers = {"Content-Type": STREAM, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(b"retry: 3000\n\n")
        with contextlib.suppress(ConnectionResetError):
            await _follow(request, response, position, types)
        return response
    finally:
        streams[actor.key] -= 1


async def _follow(
    request: web.Request, response: web.StreamResponse, position: int, types: list[str]
) -> None:
    """Write what happens until the reader goes, the token ends or the server stops."""
    context, stopping = request.app[CONTEXT], request.app[STOPPING]
    loop = asyncio.get_running_loop()
    beat = loop.time() + BEAT_SECONDS
    while not stopping.is_set():
        try:
            actor = await actor_of(request)
        except Refused:
            return
        found, upto = await follow.since(context, position, actor, AT_ONCE, types)
        for event, body in found:
            await response.write(_message(event.id, event.type, body))
        if loop.time() >= beat:
            await response.write(f"id: {upto}\n: here\n\n".encode())
            beat = loop.time() + BEAT_SECONDS
        if upto == position:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)
        position = upto


def _message(number: int, kind: str, body: dict[str, Any]) -> bytes:
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def _after(request: web.Request) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(422, "Last-Event-ID（或 after）是上次收到的事件编号。", field="after")
    return int(text)


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", "100")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= AT_ONCE):
        raise Refused(422, f"limit 是 1 到 {AT_ONCE}。", field="limit")
    return int(text)
