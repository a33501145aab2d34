"""Errors of the machine interfaces as problem documents (RFC 9457)."""

import json
import math

from aiohttp import web

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


def problem(status: int, detail: str, **headers: str) -> web.Response:
    """A problem document; header names are written with underscores."""
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    return web.Response(
        status=status,
        text=json.dumps(body, ensure_ascii=False),
        content_type="application/problem+json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def too_fast(seconds: float) -> web.Response:
    """429 with the whole seconds to wait."""
    wait = str(max(1, math.ceil(seconds)))
    return problem(429, f"太快了，请 {wait} 秒后再发。", Retry_After=wait)
