"""The staff's desk as a part of the application: `add_desk(app, context)`."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.context import Context
from bot.conversations.preview import Preview
from bot.desk.guard import CONTEXT, ME, Handler, NotAllowed, guarded
from bot.desk.layout import FILTERS, GLOBALS, PREVIEW, REPLAYS, STATIC, TRIALS, WATCH, page
from bot.desk.live import Watch
from bot.desk.replays import Replays
from bot.desk.routes import ROUTES
from bot.desk.takeover import sweep
from bot.desk.trial import Trials
from bot.knowledge.entries import KnowledgeError
from bot.settings import ROOT
from bot.tickets.errors import Forbidden, NotFound, TicketError

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SORRY = {
    404: ("没有这一页", "可能是地址不全，也可能是这张工单不归您看。"),
    405: ("这一页不能这样打开", "请从左边的栏目进去。"),
}


def add_desk(app: web.Application, context: Context, preview: Preview | None = None) -> None:
    """Put the desk under `/desk` and its files under `/static`; `preview` plays intakes of drafts."""
    desk = web.Application(middlewares=[_headers, _errors])
    desk[CONTEXT] = context
    desk[WATCH] = Watch(context)
    desk[PREVIEW] = preview
    desk.cleanup_ctx.append(_background)
    desk[REPLAYS] = Replays(context)
    desk[TRIALS] = Trials(context.settings.state_dir / "index")
    aiohttp_jinja2.setup(
        desk,
        loader=jinja2.FileSystemLoader(ROOT / "bot" / "desk" / "templates"),
        filters=FILTERS,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    aiohttp_jinja2.get_env(desk).globals.update(GLOBALS)
    for route in ROUTES:
        desk.router.add_route(route.method, route.path, guarded(route))
    app.add_subapp("/desk", desk)
    if not any(resource.canonical == "/static" for resource in app.router.resources()):
        app.router.add_static("/static", STATIC, follow_symlinks=True)


async def _background(desk: web.Application) -> AsyncIterator[None]:
    """Conversations go back to the assistant in time, as long as the desk runs."""
    task = asyncio.create_task(sweep(desk[CONTEXT]))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await desk[REPLAYS].close()
    await desk[WATCH].close()


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a browser may do with these pages; nothing of them stays in its cache."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals and faults into pages; nobody reads a traceback."""
    try:
        return await handler(request)
    except NotAllowed as error:
        return await _sorry(request, 403, "不能这样做", error.message)
    except (NotFound, Forbidden) as error:
        return await _sorry(request, 404 if isinstance(error, NotFound) else 403, "看不了", error.message)
    except KnowledgeError as error:
        return await _sorry(request, 404, "没有这一条", str(error))
    except TicketError as error:
        return await _sorry(request, 409, "没做成", error.message)
    except web.HTTPException as error:
        if error.status not in SORRY:
            raise
        return await _sorry(request, error.status, *SORRY[error.status])
    except UnicodeDecodeError:
        log.warning("a form that is no text: %s", request.match_info.handler)
        return await _sorry(request, 400, "没做成", "表单读不懂，请返回再填一次。")
    except Exception:
        log.exception("a page of the desk failed: %s %s", request.method, request.match_info.handler)
        return await _sorry(request, 500, "没做成", "服务器出了错，内容没有存上。请返回再试一次。")


async def _sorry(request: web.Request, status: int, title: str, text: str) -> web.StreamResponse:
    if request.headers.get("HX-Request"):
        return web.Response(status=status, text=text)
    values = {"title": title, "text": text, "signed_in": ME in request}
    return await page(request, "error.html", values, status=status)
