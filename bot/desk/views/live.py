"""The stream of counts to an open desk (server-sent events)."""

import json
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.guard import CONTEXT, COOKIE, actor_of
from bot.desk.inbox import waits_for
from bot.desk.layout import WATCH
from bot.desk.sessions import find_session
from bot.desk.takeover import waiting_count
from bot.directory.catalogue import County
from bot.tickets.actors import Actor
from bot.tickets.models import Ticket, TicketEvent
from bot.tickets.visibility import visible

MOST = 5000


async def stream(request: web.Request) -> web.StreamResponse:
    """What waits now and after every change, against what waited at the start; ends with the session."""
    context, actor = request.app[CONTEXT], actor_of(request)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    start: dict[int, str] | None = None
    changes = request.app[WATCH].changes()
    try:
        async for changed in changes:
            if await find_session(context, request.cookies.get(COOKIE)) is None:
                break
            if not changed:
                await response.write(b": here\n\n")
                continue
            county = await context.directory.county()
            async with context.db.read() as session:
                now = await _inbox(session, county, actor)
                start = now if start is None else start
                body: dict[str, Any] = {
                    "inbox": len(now),
                    "new": len(now.keys() - start.keys()),
                    "gone": await _gone(session, start, now),
                    "takeover": await waiting_count(session, actor),
                }
            await response.write(f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode())
    except ConnectionResetError:
        pass
    finally:
        await changes.aclose()
    return response


async def _inbox(session: AsyncSession, county: County, actor: Actor) -> dict[int, str]:
    query = select(Ticket.id, Ticket.number).where(visible(county, actor), waits_for(actor))
    return {number: name for number, name in (await session.execute(query.limit(MOST))).all()}


async def _gone(session: AsyncSession, start: dict[int, str], now: dict[int, str]) -> dict[str, str]:
    """Number -> who took it on, for what waited at the start and waits no more."""
    left = list(start.keys() - now.keys())[:50]
    found = {}
    for ticket in left:
        name = await session.scalar(
            select(TicketEvent.actor_name)
            .where(TicketEvent.ticket == ticket)
            .order_by(TicketEvent.number.desc())
            .limit(1)
        )
        found[start[ticket]] = name or ""
    return found
