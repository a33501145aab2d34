"""Errors of the API as problem documents (RFC 9457)."""

import json
import math
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.tickets import errors

STATUS: tuple[tuple[type[errors.TicketError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.NoSuchStep, 409),
    (errors.Stale, 412),
    (errors.Missing, 422),
    (errors.Locked, 429),
)
"""What the errors of the tickets are in HTTP; the first that fits."""


def problem(
    status: int, detail: str, *, headers: dict[str, str] | None = None, **members: Any
) -> web.Response:
    """A problem document; `members` are extension members such as the field that is missing."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **{key: value for key, value in members.items() if value is not None},
    }
    return web.Response(
        status=status,
        text=json.dumps(body, ensure_ascii=False),
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


class Refused(Exception):
    """An answer that ends a request early."""

    def __init__(
        self, status: int, detail: str, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.response = problem(status, detail, headers=headers, **members)


def of_ticket_error(error: errors.TicketError) -> web.Response:
    """The problem document of a refusal by the tickets."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    headers = {}
    if isinstance(error, errors.Locked):
        headers["Retry-After"] = str(math.ceil(error.minutes * 60))
    return problem(
        status, error.message, headers=headers, code=error.code, field=getattr(error, "field", None)
    )


def of_http_error(error: web.HTTPException) -> web.Response:
    """aiohttp's own refusals (404, 405 with Allow, 413 …) as problem documents."""
    details = {
        404: "没有这个地址。",
        405: "这个地址不能这样用。",
        413: "请求太大。",
    }
    headers = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
    return problem(error.status, details.get(error.status, error.reason), headers=headers)
