"""The JSON API put into an application."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.api.auth import actor_of
from bot.api.events import add_streams
from bot.api.keys import ACTOR, CONTEXT, FAQ_REPLAYS, TICKETS
from bot.api.open311.app import add_open311
from bot.api.openapi import document
from bot.api.problems import Refused, of_http_error, of_ticket_error, problem
from bot.api.routes import PREFIX, ROUTES, Route
from bot.context import Context
from bot.desk.replays import Replays
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger(__name__)


def add_api(app: web.Application, context: Context) -> None:
    """Mount `/api/v1` and Open311; call it before the application starts."""
    app[CONTEXT] = context
    app[TICKETS] = Tickets(context)
    app.middlewares.append(errors_as_problems)
    for route in ROUTES:
        app.router.add_route(route.method, PREFIX + route.path, _guarded(route))
    app.router.add_get(PREFIX + "/openapi.json", openapi)
    add_streams(app)
    app[FAQ_REPLAYS] = Replays(context)
    app.on_cleanup.append(_end_replays)
    add_open311(app)


async def _end_replays(app: web.Application) -> None:
    await app[FAQ_REPLAYS].close()


def _guarded(route: Route) -> Handler:
    """The handler behind its token."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if route.token:
            request[ACTOR] = await actor_of(request)
        return await route.handler(request)

    return handle


async def openapi(_request: web.Request) -> web.Response:
    """GET /openapi.json."""
    return web.json_response(document(ROUTES))


@web.middleware
async def errors_as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error below /api into a problem document; leave the rest of the application alone."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    try:
        return await handler(request)
    except Refused as refused:
        return refused.response
    except TicketError as error:
        return of_ticket_error(error)
    except web.HTTPException as error:
        return of_http_error(error)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return problem(500, "服务出了错，请稍后再试。")
