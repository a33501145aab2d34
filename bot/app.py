"""The public application: residents' page, channels, desk and APIs on one port."""

import asyncio
import codecs
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.api.app import add_api
from bot.channels.app import add_channels
from bot.context import Context
from bot.conversations.preview import Preview
from bot.desk.app import add_desk
from bot.dialogue import Dialogue
from bot.runtime.metrics import Metrics, add_metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger(__name__)

CONTEXT = web.AppKey("context", Context)
RASA_READY = web.AppKey("rasa_ready", asyncio.Event)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
}


async def add_security_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Headers for every answer; a part that needs others sets its own first."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


@web.middleware
async def refuse_what_is_no_text(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse headers and forms that are no UTF-8: what they say could be neither compared nor stored."""
    if not all(map(_is_text, request.headers.values())) or not _is_charset(request.charset):
        raise web.HTTPBadRequest(text="请求头读不懂。")
    try:
        return await handler(request)
    except UnicodeDecodeError as error:
        log.warning("a form that is no text: %s", request.match_info.handler)
        raise web.HTTPBadRequest(text="表单读不懂。") from error


def _is_charset(name: str | None) -> bool:
    try:
        codecs.lookup(name or "utf-8")
    except (LookupError, ValueError):
        return False
    return True


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


async def healthz(request: web.Request) -> web.Response:
    """Ready when Rasa, database and index are: 200, else 503 with what is missing."""
    context = request.app[CONTEXT]
    checks = {"rasa": request.app[RASA_READY].is_set(), "database": False, "index": False}
    try:
        async with context.db.read() as session:
            await session.execute(text("SELECT 1"))
        checks["database"] = True
    except SQLAlchemyError:
        log.exception("the database does not answer")
    checks["index"] = (context.settings.state_dir / "index" / "current").exists()
    return web.json_response(
        {"ready": all(checks.values()), **checks}, status=200 if all(checks.values()) else 503
    )


def make_app(
    context: Context,
    dialogue: Dialogue,
    rasa_ready: asyncio.Event,
    metrics: Metrics | None = None,
    preview: Preview | None = None,
) -> web.Application:
    """Build the application from its parts."""
    app = web.Application(client_max_size=10 * 2**20, middlewares=[refuse_what_is_no_text])
    app[CONTEXT] = context
    app[RASA_READY] = rasa_ready
    app.on_response_prepare.append(add_security_headers)
    app.router.add_get("/healthz", healthz)
    add_channels(app, context, dialogue)
    add_desk(app, context, preview)
    add_api(app, context)
    metrics = metrics or Metrics()
    metrics.rasa_up.set_function(lambda: float(rasa_ready.is_set()))
    add_metrics(app, context, metrics)
    return app
