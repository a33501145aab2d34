"""Ticket look-up for residents: number and retrieval code, or the conversation that filed it."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.channels.guard import is_https, own_origin, see_other, source
from bot.channels.keys import CONTEXT, SOURCE_LIMIT, TICKETS
from bot.channels.pages import page
from bot.channels.session import session_of
from bot.conversations import store
from bot.tickets.actors import Actor, bearer_of_code, resident
from bot.tickets.errors import Missing, NotFound, TicketError
from bot.tickets.numbers import normalise_number
from nlu.vault import VaultError

COOKIE = "qf_track"
SECONDS = 1800
RATINGS = ("满意", "基本满意", "不满意")
LONGEST = 500
NOT_FITTING = "号码和取回码对不上。"
WITHDRAWN = "居民在查询页撤回"


def add_routes(app: web.Application) -> None:
    """The look-up pages."""
    app.router.add_get("/track", form)
    app.router.add_post("/track", look_up)
    app.router.add_get("/track/{number}", progress)
    app.router.add_post("/track/{number}", act)


async def form(request: web.Request) -> web.Response:
    """GET /track: asks for number and code; the conversation's own tickets need none."""
    return await _form(request, number=request.query.get("number", "")[:20])


async def look_up(request: web.Request) -> web.Response:
    """POST /track: a right pair opens the ticket for half an hour in this browser."""
    form = await request.post()
    typed, code = str(form.get("number", ""))[:40], str(form.get("code", ""))[:20]
    if not own_origin(request, demanded=False):
        return await _form(request, number=typed, error="请从本页查询。", status=403)
    if request.app[SOURCE_LIMIT].wait(f"track:{source(request)}"):
        return await _form(request, number=typed, error="查得太快了，请过一分钟再试。", status=429)
    number = normalise_number(typed) or typed.strip().upper()
    digits = "".join(filter(str.isdigit, code))
    try:
        found = await request.app[TICKETS].track(number, digits, source(request))
    except NotFound as error:
        text = NOT_FITTING if error.code == "not_found" else error.message
        return await _form(request, number=typed, error=text, status=404)
    except TicketError as error:
        return await _form(request, number=typed, error=error.message, status=429)
    response = see_other(f"/track/{quote(found.number)}")
    until = int(request.app[CONTEXT].clock().timestamp()) + SECONDS
    sealed = request.app[CONTEXT].vault.seal_json({"number": found.number, "until": until}, COOKIE)
    response.set_cookie(
        COOKIE,
        sealed.hex(),
        max_age=SECONDS,
        httponly=True,
        secure=is_https(request),
        samesite="Strict",
        path="/track",
    )
    return response


async def _form(request: web.Request, *, number: str, error: str = "", status: int = 200) -> web.Response:
    own: list[Any] = []
    conversation = await _conversation(request)
    if conversation is not None:
        own = [t for t in await request.app[TICKETS].of_conversation(conversation)][:5]
    return await page(request, "track.html", status, number=number, error=error, own=own)


async def _conversation(request: web.Request) -> str | None:
    """The session's conversation; a private one is opened by its code alone."""
    name = session_of(request)
    if name is None:
        return None
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        found = await store.find(session, context.vault, "web", name)
    return found.id if found is not None and not found.private else None


async def _actors(request: web.Request, number: str) -> list[Actor]:
    """As whom this browser may see the ticket."""
    context, actors = request.app[CONTEXT], []
    conversation = await _conversation(request)
    if conversation is not None:
        actors.append(resident(conversation))
    with suppress(VaultError, ValueError, KeyError, json.JSONDecodeError):
        held = context.vault.open_json(bytes.fromhex(request.cookies.get(COOKIE, "")), COOKIE)
        if held["number"] == number and held["until"] > context.clock().timestamp():
            actors.append(bearer_of_code(number))
    return actors


async def progress(request: web.Request) -> web.Response:
    """GET /track/{number}."""
    return await _show(request, done=request.query.get("done", ""))


async def _show(
    request: web.Request,
    *,
    error: str = "",
    status: int = 200,
    kept: dict[str, str] | None = None,
    done: str = "",
) -> web.Response:
    number = normalise_number(request.match_info["number"]) or ""
    for actor in await _actors(request, number):
        with suppress(NotFound):
            found = await request.app[TICKETS].progress(number, actor)
            return await page(
                request,
                "progress.html",
                status,
                progress=found,
                own=not actor.id.startswith("code:"),
                ratings=RATINGS,
                error=error,
                kept=kept or {},
                done=DONE.get(done, ""),
            )
    return await _form(request, number=number, status=404 if number else 200)


DONE = {
    "rate": "谢谢，评价已经记下。",
    "redo": "已转回重办，有人会联系您。",
    "supplement": "已经补上，办理的人看得到。",
    "urge": "已经催办，有了消息告诉您。",
    "withdraw": "已经撤回，不再办理。",
}
"""What was done, by the name of the form's button."""


async def act(request: web.Request) -> web.Response:
    """POST /track/{number}: rate, ask to redo, supplement, urge, withdraw."""
    form = await request.post()
    what, text = str(form.get("what", "")), str(form.get("text", "")).strip()
    number = normalise_number(request.match_info["number"]) or ""
    if not own_origin(request, demanded=False):
        return await _show(request, error="请从本页提交。", status=403)
    kept = {"what": what, "text": text, "rating": str(form.get("rating", ""))}
    if len(text) > LONGEST:
        return await _show(request, error=f"最多 {LONGEST} 字，请写短一点。", status=422, kept=kept)
    for actor in await _actors(request, number):
        try:
            await _do(request, what, number, actor, text, kept["rating"])
        except NotFound:
            continue
        except Missing as error:
            return await _show(request, error=error.message, status=422, kept=kept)
        except TicketError as error:
            return await _show(request, error=error.message, status=409, kept=kept)
        return see_other(f"/track/{quote(number)}?done={what}")
    return await _form(request, number=number, status=404)


async def _do(request: web.Request, what: str, number: str, actor: Actor, text: str, rating: str) -> None:
    tickets = request.app[TICKETS]
    match what:
        case "rate":
            if rating not in RATINGS:
                raise Missing("rating", "请先选一个：满意、基本满意，还是不满意。")
            if rating == RATINGS[-1] and not text:
                raise Missing("text", "请写一句哪里不满意，好让人改。")
            await tickets.rate(number, rating, text or None, actor, source=source(request))
        case "redo":
            if not text:
                raise Missing("text", "请写一句哪里没解决，再点“要求重办”。")
            await tickets.rate(number, RATINGS[-1], text, actor, source=source(request))
        case "supplement":
            if not text:
                raise Missing("text", "请写下要补充的话。")
            await tickets.supplement(number, text, actor)
        case "urge":
            await tickets.act(number, "urged", actor)
        case "withdraw":
            await tickets.step(number, "withdrawn", actor, note=text or WITHDRAWN)
        case _:
            raise Missing("what", "没看懂要做什么，请再点一次。")
