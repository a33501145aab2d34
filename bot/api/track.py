"""For residents, without a token: progress and rating by number and retrieval code."""

from aiohttp import web

from bot.api.auth import source
from bot.api.bodies import RatingBody, ReasonBody, clean, read_body
from bot.api.keys import TICKETS
from bot.api.problems import Refused
from bot.api.tickets import dumps
from bot.tickets.progress import Progress


def _answer(progress: Progress) -> web.Response:
    return web.json_response(progress.as_json(), headers={"Cache-Control": "no-store"}, dumps=dumps)


async def read_progress(request: web.Request) -> web.Response:
    """GET /track/{number}?code=…"""
    number, code = request.match_info["number"], request.query.get("code", "")
    if not (clean(number) and clean(code)):
        raise Refused(422, "地址里有不能用的字符。")
    if not code:
        raise Refused(422, "缺少 code，登记时给您的 6 位取回码。", field="code")
    return _answer(await request.app[TICKETS].track(number, code, source(request)))


async def rate(request: web.Request) -> web.Response:
    """POST /track/{number}/rating; unsatisfied with a reason asks for the matter to be redone."""
    body = await read_body(request, RatingBody)
    number, tickets = request.match_info["number"], request.app[TICKETS]
    actor = await tickets.identify(number, body.code, source(request))
    await tickets.rate(number, body.rating, body.reason, actor, solved=body.solved, source=source(request))
    return _answer(await tickets.progress(number, actor))


async def appeal(request: web.Request) -> web.Response:
    """POST /track/{number}/appeal: once, against an answer, a refusal or a referral."""
    body = await read_body(request, ReasonBody)
    number, tickets = request.match_info["number"], request.app[TICKETS]
    actor = await tickets.identify(number, body.code, source(request))
    await tickets.step(number, "in_review", actor, note=body.reason)
    return _answer(await tickets.progress(number, actor))


async def supplement(request: web.Request) -> web.Response:
    """POST /track/{number}/supplements: what the resident adds."""
    body = await read_body(request, ReasonBody)
    number, tickets = request.match_info["number"], request.app[TICKETS]
    actor = await tickets.identify(number, body.code, source(request))
    await tickets.supplement(number, body.reason, actor)
    return _answer(await tickets.progress(number, actor))
