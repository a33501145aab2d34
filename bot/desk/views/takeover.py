"""Taking conversations over: queue, live chat, handing back."""

from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from bot.conversations import store
from bot.conversations.handover import hand_back, take_over
from bot.conversations.models import Conversation, Message
from bot.conversations.push import reply
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of, source_of
from bot.desk.layout import is_htmx, page, partial
from bot.desk.takeover import MOST, SILENCE, in_hand, queue, silent_since
from bot.knowledge.gaps import asked_before, record_gap
from bot.tickets import access

LONGEST = 2000
UNSETTLED = frozenset({"asked", "not_understood", "callback"})
"""Reasons for which a person was wanted because the assistant did not settle the question."""


async def index(request: web.Request) -> web.Response:
    """The queue, and the conversation in hand beside it."""
    context, staff = request.app[CONTEXT], me_of(request).staff
    values: dict[str, Any] = {"queue": await queue(context, staff.id), "most": MOST, "talk": None}
    wanted = request.match_info.get("conversation")
    if wanted is not None:
        values |= await _open(request, wanted)
    if is_htmx(request):
        return partial(request, "_takeover_queue.html", values)
    return await page(request, "takeover.html", values, here="takeover")


async def _open(request: web.Request, conversation: str) -> dict[str, Any]:
    """The conversation in hand; who has not taken it over reads nothing of it."""
    context, staff = request.app[CONTEXT], me_of(request).staff
    county = await context.directory.county()
    async with context.db.read() as session:
        row = await in_hand(session, conversation, staff.id)
        if row is None:
            raise NotAllowed("这个对话不在您手里，先接入再看。")
        return {
            "talk": row,
            "lines": await store.lines(session, context.vault, conversation),
            "back_at": await silent_since(session, row) + SILENCE,
            "services": list(county.services.values()),
            "longest": LONGEST,
        }


async def lines(request: web.Request) -> web.Response:
    """What is said in the conversation in hand, for the live view."""
    return partial(request, "_takeover_lines.html", await _open(request, request.match_info["conversation"]))


async def take(request: web.Request) -> web.Response:
    """Take over; the reading of the conversation is recorded."""
    context, staff = request.app[CONTEXT], me_of(request).staff
    conversation = request.match_info["conversation"]
    async with context.db.read() as session:
        row = await session.get(Conversation, conversation)
        busy = await session.scalar(
            select(func.count())
            .select_from(Conversation)
            .where(Conversation.takeover == "taken", Conversation.takeover_staff == staff.id)
        )
    if row is None or row.takeover is None:
        raise NotAllowed("这个对话没有在等人。")
    if (busy or 0) >= MOST and row.takeover_staff != staff.id:
        raise NotAllowed(f"您手里已有 {MOST} 个对话，先交回一个再接。")
    if not await take_over(context, conversation, staff.id):
        raise NotAllowed("别的值班员已经接了。")
    await access.log(context, actor_of(request), None, f"conversation {conversation}", source_of(request))
    await _keep_question(request, row)
    raise web.HTTPSeeOther(f"/desk/takeover/{conversation}")


async def _keep_question(request: web.Request, talk: Conversation) -> None:
    """What the assistant did not settle is a gap; nothing is kept of danger or of private matters."""
    context = request.app[CONTEXT]
    if talk.private or talk.takeover_reason not in UNSETTLED:
        return
    async with context.db.read() as session:
        newest = await session.scalars(
            select(Message)
            .where(Message.conversation == talk.id, Message.author == "resident")
            .order_by(Message.number.desc())
            .limit(6)
        )
        said = [store.read_line(context.vault, message).text for message in newest if not message.private]
    question = asked_before(said)
    if question is not None:
        await record_gap(context, question, "taken_over", talk.id)


async def say(request: web.Request) -> web.Response:
    """Write to the resident, under one's own name and organisation."""
    context, staff = request.app[CONTEXT], me_of(request).staff
    conversation = request.match_info["conversation"]
    text = str((await request.post()).get("text", "")).strip()[:LONGEST]
    async with context.db.read() as session:
        if await in_hand(session, conversation, staff.id) is None:
            raise NotAllowed("这个对话不在您手里，先接入再说。")
    if text:
        county = await context.directory.county()
        await reply(context, conversation, staff.name, text, county.orgs[staff.org].name)
    if is_htmx(request):
        return await lines(request)
    raise web.HTTPSeeOther(f"/desk/takeover/{conversation}")


async def give_back(request: web.Request) -> web.Response:
    """Hand the conversation back to the assistant."""
    context, conversation = request.app[CONTEXT], request.match_info["conversation"]
    async with context.db.read() as session:
        if await in_hand(session, conversation, me_of(request).staff.id) is None:
            raise NotAllowed("这个对话不在您手里。")
    await hand_back(context, conversation)
    raise web.HTTPSeeOther("/desk/takeover")
