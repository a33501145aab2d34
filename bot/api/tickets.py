"""Tickets: list, file, read, step."""

import hashlib
import json
import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.api.auth import source
from bot.api.bodies import ActBody, FilingBody, NoteBody, StepBody, clean, moment, read_body
from bot.api.keys import ACTOR, CONTEXT, TICKETS
from bot.api.problems import Refused
from bot.directory.roles import Role
from bot.tickets.actors import Actor
from bot.tickets.duplicates import duplicates
from bot.tickets.errors import Forbidden, Missing
from bot.tickets.proposing.proposals import proposal
from bot.tickets.service import Filing, TicketQuery
from bot.tickets.states import STATE_NAMES
from bot.tickets.views import TicketView, as_json

FILERS = frozenset({Role.CHANNEL, Role.STATION, Role.ORGANISATION, Role.REVIEWER, Role.ADMINISTRATOR})
LONGEST_KEY = 255
STEP_DATA = ("grant", "reason", "door", "into", "rating", "helpers")
ACT_DATA = ("outcome", "service", "helpers", "date")


def dumps(value: Any) -> str:
    """JSON with Chinese left readable."""
    return json.dumps(value, ensure_ascii=False)


def answer(view: TicketView, status: int = 200, **more: Any) -> web.Response:
    """A ticket with its ETag."""
    headers = {"ETag": etag(view.version), "Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"/api/v1/tickets/{view.number}"
    return web.json_response({**as_json(view), **more}, status=status, headers=headers, dumps=dumps)


def etag(version: int) -> str:
    """The entity tag of a ticket: its version."""
    return f'"{version}"'


async def list_tickets(request: web.Request) -> web.Response:
    """GET /tickets."""
    query = request.query
    for value in query.values():
        if not clean(value):
            raise Refused(422, "地址里有不能用的字符。")
    states = tuple(part for value in query.getall("state", []) for part in value.split(",") if part)
    for state in states:
        if state not in STATE_NAMES:
            raise Missing("state", f"没有“{state[:24]}”这个状态")
    order = query.get("order", "newest")
    if order not in ("newest", "oldest", "due"):
        raise Missing("order", "order 是 newest、oldest 或 due")
    wanted = TicketQuery(
        states=states,
        service=query.get("service"),
        org=query.get("org"),
        grid=query.get("grid"),
        text=query.get("q"),
        urgent=_flag(request, "urgent"),
        overdue=_flag(request, "overdue"),
        channel=query.get("channel"),
        filed_from=_moment(request, "from"),
        filed_to=_moment(request, "to"),
        order=order,
        cursor=query.get("cursor"),
        limit=_limit(request),
    )
    page = await request.app[TICKETS].search(wanted, request[ACTOR])
    headers = {"Cache-Control": "no-store"}
    if page.next_cursor:
        following = urlencode(
            [*((k, v) for k, v in query.items() if k != "cursor"), ("cursor", page.next_cursor)]
        )
        headers["Link"] = f'<{request.path}?{following}>; rel="next"'
    body = {
        "items": [as_json(item) for item in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }
    return web.json_response(body, headers=headers, dumps=dumps)


def _flag(request: web.Request, name: str) -> bool | None:
    value = request.query.get(name)
    if value is None:
        return None
    if value not in ("true", "false"):
        raise Missing(name, f"{name} 是 true 或 false")
    return value == "true"


def _moment(request: web.Request, name: str) -> Any:
    value = request.query.get(name)
    read = moment(value)
    if value is not None and isinstance(read, str):
        raise Missing(name, f"{name} 应当是 ISO 8601 的日期或时刻")
    return read


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", "50")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 200):
        raise Missing("limit", "limit 是 1 到 200")
    return int(text)


async def file_ticket(request: web.Request) -> web.Response:
    """POST /tickets: 201 with the ticket and its retrieval code; 200 with the same when repeated."""
    actor = request[ACTOR]
    if actor.role not in FILERS:
        raise Refused(403, "这个令牌不能登记工单。")
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > LONGEST_KEY:
        raise Missing("Idempotency-Key", "需要请求头 Idempotency-Key，最长 255 字")
    body = await read_body(request, FilingBody)
    filed = await request.app[TICKETS].file(
        Filing(
            key=f"{actor.key}:{hashlib.sha256(key.encode()).hexdigest()}",
            service=body.service,
            fields=body.fields,
            channel="api",
            actor=actor,
            urgent=body.urgent,
            linked=body.linked,
        )
    )
    if not filed.created and not _same(filed.ticket, body):
        raise Refused(422, "这个 Idempotency-Key 已经用于另一件事。", code="key_reused")
    return answer(filed.ticket, 201 if filed.created else 200, retrieval_code=filed.retrieval_code)


def _same(view: TicketView, body: FilingBody) -> bool:
    """Whether a repeated filing says the same, apart from how numbers were written."""
    given = {slot: _plain(value) for slot, value in body.fields.items() if value not in (None, "", [])}
    return view.service == body.service and given == {s: _plain(v) for s, v in view.fields.items()}


def _plain(value: Any) -> str:
    return re.sub(r"[\s\-()（）+]", "", str(value)).removeprefix("86")


async def read_ticket(request: web.Request) -> web.Response:
    """GET /tickets/{number}: full or masked by role, with its ETag; 304 when it is known."""
    view = await request.app[TICKETS].view(
        request.match_info["number"], request[ACTOR], source=source(request)
    )
    if request.headers.get("If-None-Match") in (etag(view.version), "*"):
        return web.Response(status=304, headers={"ETag": etag(view.version)})
    return answer(view)


async def take_step(request: web.Request) -> web.Response:
    """POST /tickets/{number}/transitions."""
    version = expected_version(request)
    body = await read_body(request, StepBody)
    number, actor = request.match_info["number"], request[ACTOR]
    data = {name: value for name in STEP_DATA if (value := getattr(body, name)) is not None}
    await request.app[TICKETS].step(
        number, body.to, actor, note=body.note, org=body.org, until=body.until, version=version, data=data
    )
    return await _after(request, number, actor)


async def do_act(request: web.Request) -> web.Response:
    """POST /tickets/{number}/acts: contacted, pressed, more_orgs_asked, check_called, reclassified …"""
    body = await read_body(request, ActBody)
    number, actor = request.match_info["number"], request[ACTOR]
    data = {name: value for name in ACT_DATA if (value := getattr(body, name)) is not None}
    await request.app[TICKETS].act(number, body.do, actor, note=body.note, org=body.org, data=data)
    return await _after(request, number, actor)


async def leave_note(request: web.Request) -> web.Response:
    """POST /tickets/{number}/notes: an internal remark, or a message to the resident."""
    body = await read_body(request, NoteBody)
    number, actor = request.match_info["number"], request[ACTOR]
    await request.app[TICKETS].note(number, body.text, actor, body.internal)
    return await _after(request, number, actor)


async def allowed_steps(request: web.Request) -> web.Response:
    """GET /tickets/{number}/transitions: what this token may do now, and what then happens."""
    number, actor = request.match_info["number"], request[ACTOR]
    tickets = request.app[TICKETS]
    view = await tickets.view(number, actor, masked=True)
    steps = [
        {
            "to": step.to,
            "name": step.name,
            "label": step.label,
            "consequence": step.consequence,
            "enabled": step.enabled,
            "reason": step.reason,
            "needs": list(step.needs),
            "org": step.org,
        }
        for step in await tickets.allowed(view, actor)
    ]
    return web.json_response(
        {"items": steps}, headers={"ETag": etag(view.version), "Cache-Control": "no-store"}, dumps=dumps
    )


async def read_proposal(request: web.Request) -> web.Response:
    """GET /tickets/{number}/proposal: who may lead a free complaint in review; empty for other tickets."""
    context = request.app[CONTEXT]
    found = await proposal(context, request.match_info["number"], request[ACTOR])
    orgs = (await context.directory.county()).orgs
    items = [
        {
            "org": {"code": one.org, "name": orgs[one.org].name},
            "service": one.service,
            "score": one.score,
            "reasons": list(one.reasons),
        }
        for one in found
    ]
    return web.json_response({"items": items}, headers={"Cache-Control": "no-store"}, dumps=dumps)


async def read_duplicates(request: web.Request) -> web.Response:
    """GET /tickets/{number}/duplicates: open tickets that may be the same matter."""
    found = await duplicates(request.app[CONTEXT], request.match_info["number"], request[ACTOR])
    items = [
        {
            "number": one.number,
            "state": one.state,
            "created_at": one.created_at.isoformat(),
            "older": one.older,
            "reasons": list(one.reasons),
        }
        for one in found
    ]
    return web.json_response({"items": items}, headers={"Cache-Control": "no-store"}, dumps=dumps)


async def _after(request: web.Request, number: str, actor: Actor) -> web.Response:
    """The ticket after a step; its reader may have lost it by the step, and then gets what is public."""
    tickets = request.app[TICKETS]
    try:
        return answer(await tickets.view(number, actor, source=source(request)))
    except Forbidden:
        return web.json_response({"number": number}, dumps=dumps)


def expected_version(request: web.Request) -> int | None:
    """The version of If-Match; None for `*`. Refused 428 without the header."""
    header = request.headers.get("If-Match")
    if header is None:
        raise Refused(428, "需要请求头 If-Match，值是工单的 ETag。")
    if header.strip() == "*":
        return None
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    versions = [int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 10]
    return versions[0] if len(versions) == 1 else -1
