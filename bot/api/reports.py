"""Figures over HTTP: the scorecard, and the inspector's lists."""

from datetime import date

from aiohttp import web

from bot.api.keys import ACTOR, CONTEXT
from bot.api.problems import Refused
from bot.api.schemas import XLSX
from bot.clock import local
from bot.reports.access import may_inspect, own_of
from bot.reports.as_json import as_json
from bot.reports.facts import Period
from bot.reports.inspection import inspect
from bot.reports.scorecard import BY_NAMES, BadPeriod, period_of, scorecard
from bot.reports.sheet import workbook
from bot.tickets.errors import Forbidden

FORMATS = ("json", "xlsx")


async def read_scorecard(request: web.Request) -> web.Response:
    """GET /reports/scorecard?from=&to=&by=&format=; the present month when no days are given."""
    actor = request[ACTOR]
    own = own_of(actor)
    by, kind = request.query.get("by", "organisation"), request.query.get("format", "json")
    if by not in BY_NAMES:
        raise Refused(422, f"by 是 {'、'.join(BY_NAMES)} 之一。", field="by")
    if kind not in FORMATS:
        raise Refused(422, f"format 是 {'、'.join(FORMATS)} 之一。", field="format")
    period = asked_period(request)
    card = await scorecard(request.app[CONTEXT], period, by, own)
    if kind == "json":
        return web.json_response(as_json(card), headers={"Cache-Control": "no-store"})
    name = f"scorecard-{by}-{local(period.start):%Y%m%d}-{period.last_day:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=workbook(card), content_type=XLSX, headers=headers)


async def read_inspection(request: web.Request) -> web.Response:
    """GET /reports/inspection?from=&to=: for auditors alone."""
    if not may_inspect(request[ACTOR]):
        raise Forbidden("只有审计员能看。")
    found = await inspect(request.app[CONTEXT], asked_period(request))
    lists = [
        {
            "list": one.code,
            "name": one.name,
            "rule": one.rule,
            "findings": [
                {"tickets": list(f.numbers), "at": f.at.isoformat(), "who": f.who, "what": f.what}
                for f in findings
            ],
        }
        for one, findings in found
    ]
    return web.json_response({"items": lists}, headers={"Cache-Control": "no-store"})


def asked_period(request: web.Request) -> Period:
    """The days of the query; the present month when they are left out. Refused 422 when they are no days."""
    now = request.app[CONTEXT].clock()
    today = local(now).date()
    start, end = (_day(request, name) for name in ("from", "to"))
    end = end or today
    try:
        return period_of(start or end.replace(day=1), end, now)
    except (BadPeriod, OverflowError) as error:
        raise Refused(422, f"{error}。", field="from") from error


def _day(request: web.Request, name: str) -> date | None:
    text = request.query.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(422, f"{name} 写成 2026-11-24 这样的日期。", field=name) from error
