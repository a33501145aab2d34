"""Subscriptions: a program's address to which events are posted, signed."""

import hashlib
from datetime import UTC
from typing import Any

from aiohttp import web
from pydantic import Field
from yarl import URL

from bot.api.bodies import Body, read_body
from bot.api.events import types_of
from bot.api.keys import ACTOR, CONTEXT
from bot.api.problems import Refused
from bot.api.tickets import dumps
from bot.directory.roles import Role
from bot.tickets.delivery.adapters import Undeliverable
from bot.tickets.delivery.subscriptions import subscribe, subscriptions_of, unsubscribe
from bot.tickets.delivery.targets import checked_addresses
from bot.tickets.errors import Missing, NotFound
from bot.tickets.models import Subscription

LONGEST_KEY = 255
MOST = 200
LARGEST = 2**31


class SubscriptionBody(Body):
    """Where events go, and which."""

    url: str = Field(max_length=500, description="http(s) 地址；内网地址只有管理员能允许")
    types: list[str] = Field(default_factory=list, max_length=100, description="事件类型；不写是全部")
    allow_private: bool = Field(False, description="允许内网地址，只有管理员的令牌可以")


async def create(request: web.Request) -> web.Response:
    """POST /subscriptions: 201 with the secret that signs; 200 with the same when repeated."""
    actor = request[ACTOR]
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > LONGEST_KEY:
        raise Missing("Idempotency-Key", "需要请求头 Idempotency-Key，最长 255 字")
    body = await read_body(request, SubscriptionBody)
    types = types_of(",".join(body.types))
    if body.allow_private and actor.role is not Role.ADMINISTRATOR:
        raise Refused(403, "内网地址要管理员的令牌才能订阅。")
    await _demand_reachable(body)
    marked = f"{actor.key}:{hashlib.sha256(key.encode()).hexdigest()}"
    row, secret, made = await subscribe(
        request.app[CONTEXT], actor, marked, body.url, types, allow_private=body.allow_private
    )
    if not made and (row.address, row.types, row.active) != (body.url, types, True):
        raise Refused(422, "这个 Idempotency-Key 已经用于另一个订阅。", code="key_reused")
    headers = {"Cache-Control": "no-store", "Location": f"/api/v1/subscriptions/{row.id}"}
    value = {**_json(row), "secret": secret}
    return web.json_response(value, status=201 if made else 200, headers=headers, dumps=dumps)


async def index(request: web.Request) -> web.Response:
    """GET /subscriptions: one's own; an administrator's are all."""
    cursor, limit = request.query.get("cursor", "0"), request.query.get("limit", "50")
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Missing("cursor", "翻页的标记不对，请从第一页看起")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:6]) <= MOST):
        raise Missing("limit", f"limit 是 1 到 {MOST}")
    rows = await subscriptions_of(request.app[CONTEXT], request[ACTOR], int(cursor), int(limit) + 1)
    shown, more = rows[: int(limit)], len(rows) > int(limit)
    body = {"items": [_json(row) for row in shown], "next_cursor": str(shown[-1].id) if more else None}
    return web.json_response(body, headers={"Cache-Control": "no-store"}, dumps=dumps)


async def remove(request: web.Request) -> web.Response:
    """DELETE /subscriptions/{id}."""
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) < LARGEST):
        raise NotFound("没有这个订阅")
    await unsubscribe(request.app[CONTEXT], request[ACTOR], int(text))
    return web.Response(status=204)


async def _demand_reachable(body: SubscriptionBody) -> None:
    """Refuse an address that could never be called; each delivery checks it again."""
    try:
        await checked_addresses(URL(body.url), allow_private=body.allow_private)
    except (Undeliverable, ValueError, OSError) as error:
        raise Missing("url", "这个地址不能用：要能从外面访问的 http(s) 地址，不带登录名") from error


def _json(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.address,
        "types": row.types,
        "allow_private": row.allow_private,
        "created_at": row.created_at.astimezone(UTC).isoformat(),
    }
