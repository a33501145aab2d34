"""Rasa's REST format, for programs with a token of role `channel` and for the page's own session."""

import json
from urllib.parse import quote

from aiohttp import web

from bot.channels.guard import own_origin, source
from bot.channels.keys import CONTEXT, DIALOGUE, SENDER_LIMIT, SOURCE_LIMIT
from bot.channels.problems import problem, too_fast
from bot.channels.session import session_of
from bot.conversations.store import Line
from bot.dialogue import Incoming
from bot.directory.roles import Role
from bot.directory.tokens import find_token

LONGEST_BODY = 64 * 1024
LONGEST_SENDER = 200


async def webhook(request: web.Request) -> web.Response:
    """POST /webhooks/rest/webhook."""
    who = await _caller(request)
    if isinstance(who, web.Response):
        return who
    body = await _body(request)
    if isinstance(body, web.Response):
        return body
    channel, prefix = who
    sender = prefix if channel == "web" else prefix + body["sender"]
    if wait := request.app[SENDER_LIMIT].wait(f"{channel}:{sender}"):
        return too_fast(wait)
    given = body.get("message_id") or request.headers.get("Idempotency-Key")
    taken = await request.app[DIALOGUE].take(
        Incoming(channel, sender, body["message"], id=str(given) if given else None)
    )
    return web.json_response(
        [_message(line, body["sender"], taken.turn) for line in taken.lines],
        dumps=lambda value: json.dumps(value, ensure_ascii=False),
        headers={"Cache-Control": "no-store"},
    )


async def _caller(request: web.Request) -> tuple[str, str] | web.Response:
    """The channel and what its senders are prefixed with; or the refusal."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        context = request.app[CONTEXT]
        async with context.db.glance() as session:
            row = await find_token(session, token.strip(), context.clock())
        if scheme.lower() != "bearer" or row is None:
            return _unauthorised(request, "令牌不对，或者已经过期。")
        if row.role != Role.CHANNEL:
            return problem(403, "这个令牌不能用于对话，需要角色为 channel 的令牌。")
        return "rest", f"{quote(row.name, safe='')}:"
    name = session_of(request)
    if name is None:
        return _unauthorised(request, "需要令牌，或者本页的会话。")
    if not own_origin(request, demanded=False):
        return problem(403, "请求不是从本页发出的。")
    return "web", name


def _unauthorised(request: web.Request, detail: str) -> web.Response:
    if wait := request.app[SOURCE_LIMIT].wait(f"refused:{source(request)}"):
        return too_fast(wait)
    return problem(401, detail, WWW_Authenticate='Bearer realm="county"')


async def _body(request: web.Request) -> dict[str, str] | web.Response:
    if request.content_type != "application/json":
        return problem(415, "请用 application/json。")
    if (request.content_length or 0) > LONGEST_BODY:
        return problem(413, "请求太大。")
    raw = await request.content.read(LONGEST_BODY + 1)
    while not request.content.at_eof() and len(raw) <= LONGEST_BODY:
        raw += await request.content.read(LONGEST_BODY + 1 - len(raw))
    if len(raw) > LONGEST_BODY:
        return problem(413, "请求太大。")
    try:
        body = json.loads(raw)
        key = request.headers.get("Idempotency-Key", "")
        (json.dumps(body, ensure_ascii=False) + key).encode()
    except UnicodeEncodeError:
        return problem(422, "文字里有不能用的字符。")
    except (ValueError, RecursionError):
        return problem(422, "请求不是正确的 JSON。")
    if not isinstance(body, dict):
        return problem(422, "请求应当是一个 JSON 对象。")
    for name in ("sender", "message"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            return problem(422, f"缺少 {name}，它应当是不空的文字。")
    if len(body["sender"]) > LONGEST_SENDER:
        return problem(422, f"sender 最长 {LONGEST_SENDER} 字。")
    return body


def _message(line: Line, sender: str, turn: str) -> dict[str, object]:
    """One line in Rasa's format; what was told before the message came says so (`earlier`)."""
    earlier = line.turn != turn
    return {
        "recipient_id": sender,
        "text": line.text,
        "buttons": [{"title": b["title"], "payload": b["payload"]} for b in line.buttons],
        "custom": {**line.custom, "earlier": True} if earlier else line.custom,
    }
