"""Open311 GeoReport v2 put into an application, under `/open311/v2`."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.api.bodies import clean
from bot.api.keys import CONTEXT, OPEN311_LIMIT, TICKETS
from bot.api.open311 import catalogue, requests
from bot.api.open311.asking import as_list, filing_key, holder, read_form, reader, wanted
from bot.api.open311.form import fields_of
from bot.api.open311.render import (
    DEFINITION,
    DISCOVERY,
    REQUESTS,
    SERVICES,
    Fault,
    answer,
    fault,
)
from bot.api.tickets import FILERS
from bot.limits import RateLimit
from bot.tickets import errors
from bot.tickets.values import Filing

PREFIX = "/open311/v2"
FORM = "{format:json|xml}"
BURST, PER_SECOND = 60, 2.0
"""For those who come without a key, by address."""
FAULTS: tuple[tuple[type[errors.TicketError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.TicketError, 400),
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger(__name__)


def add_open311(app: web.Application) -> None:
    """Mount the interface; `add_api` comes first."""
    app[OPEN311_LIMIT] = RateLimit(BURST, PER_SECOND)
    app.middlewares.append(errors_as_faults)
    add = app.router.add_route
    add("GET", f"/open311/discovery.{FORM}", discovery)
    add("GET", f"{PREFIX}/services.{FORM}", services)
    add("GET", f"{PREFIX}/services/{{code}}.{FORM}", definition)
    add("GET", f"{PREFIX}/requests.{FORM}", many)
    add("POST", f"{PREFIX}/requests.{FORM}", post)
    add("GET", f"{PREFIX}/requests/{{id}}.{FORM}", one)
    add("GET", f"{PREFIX}/tokens/{{id}}.{FORM}", token)


@web.middleware
async def errors_as_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error below /open311 into the specification's own form."""
    if not request.path.startswith("/open311/"):
        return await handler(request)
    form = "json" if request.path.endswith(".json") else "xml"
    try:
        if not all(clean(text) for text in (request.path, *request.query.keys(), *request.query.values())):
            raise Fault(400, "地址里有不能用的字符")
        return await handler(request)
    except Fault as error:
        return fault(error, form)
    except errors.TicketError as error:
        code = next(code for kind, code in FAULTS if isinstance(error, kind))
        return fault(Fault(code, _named(error)), form)
    except web.HTTPException as error:
        headers = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return fault(Fault(error.status, error.reason, headers), form)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return fault(Fault(500, "服务出了错，请稍后再试"), form)


def _named(error: errors.TicketError) -> str:
    """The refusal, with the parameter that it is about."""
    if not isinstance(error, errors.Missing):
        return error.message
    name = catalogue.STANDARD.get(error.field, f"attribute[{error.field}]")
    return f"{name}：{error.message}"


async def discovery(request: web.Request) -> web.Response:
    """GET discovery: where the interface is and what it speaks."""
    context = request.app[CONTEXT]
    base = (context.settings.public_url or f"{request.scheme}://{request.host}").rstrip("/")
    value = {
        "changeset": "2026-11-25T00:00:00+08:00",
        "contact": "县群团综合服务中心",
        "key_service": "api_key 向县里的系统管理员申请",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base + PREFIX,
                "changeset": "2026-11-25T00:00:00+08:00",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answer(value, DISCOVERY, request.match_info["format"])


async def services(request: web.Request) -> web.Response:
    """GET services."""
    county = await request.app[CONTEXT].directory.county()
    value = [catalogue.service(one) for one in county.services.values() if one.proposed_to is None]
    return answer(value, SERVICES, request.match_info["format"])


async def definition(request: web.Request) -> web.Response:
    """GET services/{code}."""
    county = await request.app[CONTEXT].directory.county()
    found = county.services.get(request.match_info["code"])
    if found is None or found.proposed_to is not None:
        raise Fault(404, f"没有 service_code {request.match_info['code'][:24]}")
    return answer(catalogue.definition(county, found), DEFINITION, request.match_info["format"])


async def many(request: web.Request) -> web.Response:
    """GET requests; with service_request_id, those alone."""
    actor = await reader(request)
    query, context = request.query, request.app[CONTEXT]
    if ids := as_list(query.get("service_request_id", "")):
        found = await requests.find(context, ids[: requests.MOST], actor)
    else:
        found = await requests.search(context, wanted(request), actor)
    return answer(found, REQUESTS, request.match_info["format"])


async def one(request: web.Request) -> web.Response:
    """GET requests/{id}: a list of one."""
    return answer([await _found(request)], REQUESTS, request.match_info["format"])


async def token(request: web.Request) -> web.Response:
    """GET tokens/{id}: a request is filed at once, so its id is its token."""
    number = (await _found(request))["service_request_id"]
    value = [{"service_request_id": number, "token": number}]
    return answer(value, REQUESTS, request.match_info["format"])


async def post(request: web.Request) -> web.Response:
    """POST requests: file; the notice holds the retrieval code that the resident needs."""
    form = await read_form(request)
    actor = await holder(request, form.get("api_key", ""))
    if actor is None or actor.role not in FILERS:
        raise Fault(403, "没有 api_key，或 api_key 不对、不能登记")
    context = request.app[CONTEXT]
    county = await context.directory.county()
    code = form.get("service_code", "").strip()
    if not code:
        raise Fault(400, "缺 service_code")
    service = county.services.get(code)
    if service is None or service.proposed_to is not None:
        raise Fault(404, f"没有 service_code {code[:24]}")
    fields = fields_of(county, service, form)
    filed = await request.app[TICKETS].file(
        Filing(key=filing_key(request, actor), service=code, fields=fields, channel="open311", actor=actor)
    )
    notice = f"已登记。查进度用号码 {filed.ticket.number} 和取回码 {filed.retrieval_code}"
    value = [{"service_request_id": filed.ticket.number, "service_notice": notice, "account_id": None}]
    return answer(value, REQUESTS, request.match_info["format"])


async def _found(request: web.Request) -> dict[str, Any]:
    actor = await reader(request)
    found = await requests.find(request.app[CONTEXT], [request.match_info["id"]], actor)
    if not found:
        raise Fault(404, "没有这个 service_request_id")
    return found[0]
