"""What a request of GeoReport v2 brings: its key, its form, its parameters."""

import hashlib
import math
import secrets
from datetime import datetime

from aiohttp import web
from multidict import MultiDict

from bot.api.auth import source
from bot.api.bodies import LARGEST, clean, moment
from bot.api.keys import CONTEXT, OPEN311_LIMIT
from bot.api.open311.render import Fault
from bot.api.open311.requests import MOST, SPAN, Wanted
from bot.api.tickets import LONGEST_KEY
from bot.directory.roles import Role
from bot.directory.tokens import find_token
from bot.tickets.actors import Actor

KEY_HEADER = "Idempotency-Key"


async def reader(request: web.Request) -> Actor | None:
    """Who reads; nobody in particular without a key, at a limited pace. 403 for a key that is none."""
    key = request.query.get("api_key", "")
    if key or "Authorization" in request.headers:
        actor = await holder(request, key)
        if actor is None:
            raise Fault(403, "api_key 不对，或者已经过期、停用")
        return actor
    wait = request.app[OPEN311_LIMIT].wait(source(request))
    if wait > 0:
        raise Fault(429, "太快了，请慢一点", {"Retry-After": str(math.ceil(wait))})
    return None


async def holder(request: web.Request, key: str) -> Actor | None:
    """Who holds a key: `api_key`, or the token of the Authorization header."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    text = key.strip() or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not text:
        return None
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        row = await find_token(session, text, context.clock())
    return Actor("token", str(row.id), row.name, Role(row.role), row.org) if row else None


def wanted(request: web.Request) -> Wanted:
    """The parameters of a list; Fault 400 names what is wrong."""
    query = request.query
    statuses = frozenset(as_list(query.get("status", "")))
    if not statuses <= {"open", "closed"}:
        raise Fault(400, "status 是 open 或 closed")
    start, end = _moment(request, "start_date"), _moment(request, "end_date")
    if start and end and not start <= end <= start + SPAN:
        raise Fault(400, "start_date 到 end_date 最多 90 天")
    return Wanted(
        codes=tuple(as_list(query.get("service_code", ""))),
        start=start,
        end=end,
        statuses=statuses,
        page=_number(request, "page", 1, 100_000),
        page_size=_number(request, "page_size", MOST, MOST),
    )


def _moment(request: web.Request, name: str) -> datetime | None:
    text = request.query.get(name)
    read = moment(text)
    if text and not isinstance(read, datetime):
        raise Fault(400, f"{name} 写成 2026-11-25T08:00:00+08:00")
    return read or None


def _number(request: web.Request, name: str, default: int, most: int) -> int:
    text = request.query.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise Fault(400, f"{name} 是 1 到 {most}")
    return int(text)


def as_list(text: str) -> list[str]:
    """The parts of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def filing_key(request: web.Request, actor: Actor) -> str:
    """The same Idempotency-Key is the same request; without one each POST is a new one."""
    given = request.headers.get(KEY_HEADER, "").strip()
    if len(given) > LONGEST_KEY:
        raise Fault(400, f"{KEY_HEADER} 最长 {LONGEST_KEY} 字")
    mark = hashlib.sha256(given.encode()).hexdigest() if given else secrets.token_hex(32)
    return f"{actor.key}:{mark}"


async def read_form(request: web.Request) -> MultiDict[str]:
    """The posted parameters; those of the address count where the form has none of that name."""
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Fault(415, "请用 application/x-www-form-urlencoded")
    if (request.content_length or 0) > LARGEST:
        raise Fault(413, "请求太大")
    try:
        posted = await request.post()
    except (ValueError, AssertionError, LookupError) as error:
        raise Fault(400, "请求读不懂") from error
    form = MultiDict((name, value) for name, value in posted.items() if isinstance(value, str))
    form.extend((name, value) for name, value in request.query.items() if name not in form)
    if not all(clean(text) for pair in form.items() for text in pair):
        raise Fault(400, "文字里有不能用的字符")
    return form
