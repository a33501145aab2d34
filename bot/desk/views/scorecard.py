"""评价看板: figures by organisation or another grouping, with the tickets behind every figure."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.clock import local
from bot.desk import scorecard as shown
from bot.desk.guard import CONTEXT, NotAllowed, actor_of
from bot.desk.layout import page
from bot.reports import overview, words
from bot.reports.access import may_inspect, own_of
from bot.reports.definitions import NOTES
from bot.reports.inspection import inspect
from bot.reports.scorecard import BY_NAMES, BadPeriod, Ledger, build, load, period_of
from bot.reports.sheet import workbook
from bot.tickets.models import Ticket
from bot.tickets.reading import parts_of, view_of
from bot.tickets.visibility import level

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def index(request: web.Request) -> web.Response:
    """The page; with `key` and `measure` the list behind that figure beside it."""
    context, actor = request.app[CONTEXT], actor_of(request)
    own = own_of(actor)
    ask = request.query
    now = context.clock()
    by = ask.get("by", "organisation") if ask.get("by") in BY_NAMES else "organisation"
    period, error = None, None
    try:
        end = date.fromisoformat(ask["to"]) if ask.get("to") else local(now).date()
        start = date.fromisoformat(ask["from"]) if ask.get("from") else end.replace(day=1)
        period = period_of(start, end, now)
    except BadPeriod as wrong:
        error = str(wrong)
    except (ValueError, OverflowError):
        error = "日期写成 2026-11-24 这样"
    if period is None:
        today = local(now).date()
        period = period_of(today.replace(day=1), today, now)
    ledger = await load(context, replace(period, start=overview.before(period).start))
    service = ask.get("service", "") if ask.get("service") in ledger.county.services else ""
    if service:
        chosen = [matter for matter in ledger.matters if matter.service == service]
        ledger = Ledger(ledger.county, ledger.clock, chosen)
    card = await asyncio.to_thread(build, ledger.county, ledger.clock, ledger.matters, period, by, own)
    if ask.get("format") == "xlsx":
        return _download(
            workbook(card), f"scorecard-{by}-{local(period.start):%Y%m%d}-{period.last_day:%Y%m%d}"
        )
    query = {"from": f"{local(period.start):%Y-%m-%d}", "to": f"{period.last_day}", "by": by}
    if service:
        query["service"] = service
    columns = [code for code in shown.ORDER if by != "organisation" or code != "misdispatched"]
    part = ask.get("part", "") if ask.get("part") in shown.PARTS else "miss"
    behind = None
    if ask.get("key") and ask.get("measure"):
        part = part if "part" in ask else _first_part(card, ask["key"], ask["measure"])
        behind = await asyncio.to_thread(
            shown.detail, card, ledger, ask["key"], ask["measure"], part, query, own
        )
    trend = await asyncio.to_thread(shown.trend, card, ledger, ask.get("key"), own)
    values: dict[str, Any] = {
        "card": card, "by": by, "by_names": BY_NAMES, "query": query, "service": service, "error": error,
        "services": ledger.county.services, "short": shown.SHORT, "columns": columns, "own": own,
        "whole": shown.cells(card, card.county, columns, query),
        "lines": [(line, shown.cells(card, line, columns, query)) for line in card.lines],
        "bands": {line.key: line.figures["done_in_time"].band for line in card.lines},
        "key": ask.get("key"), "measure": ask.get("measure"), "detail": behind,
        "titles": await _titles(request, [row.number for row in behind.rows]) if behind else {},
        "trend": trend, "trend_json": json.dumps(trend, ensure_ascii=False), "notes": NOTES,
        "totals": overview.totals(ledger.matters, period, ledger.clock),
        "past": overview.totals(ledger.matters, overview.before(period), ledger.clock),
        "suspended": overview.suspended(ledger.matters),
        "channels": overview.channels(ledger.matters, period), "words": words,
        "wrong": card.county.figures["misdispatched"], "inspector": may_inspect(actor),
    }  # fmt: skip
    return await page(request, "scorecard.html", values, here="scorecard")


async def inspection(request: web.Request) -> web.Response:
    """The inspector's lists; the route lets auditors in alone."""
    context = request.app[CONTEXT]
    if not may_inspect(actor_of(request)):
        raise NotAllowed("只有审计员能看。")
    now = context.clock()
    try:
        end = date.fromisoformat(request.query.get("to") or f"{local(now):%Y-%m-%d}")
        start = date.fromisoformat(request.query.get("from") or f"{end.replace(day=1)}")
        period = period_of(start, end, now)
    except (ValueError, OverflowError) as error:
        raise NotAllowed("日期不对，请从上一页重新选。") from error
    lists = await inspect(context, period)
    values = {"lists": lists, "start": start, "end": end}
    return await page(request, "inspection.html", values, here="inspection")


def _first_part(card: Any, key: str, code: str) -> str:
    """What a figure opens: where less is better what happened, else what was missed, if anything was."""
    line = next((line for line in card.lines if line.key == key), None)
    if line is None or code not in line.figures:
        return "miss"
    figure = line.figures[code]
    better = next(m for m in card.measures if m.code == code).higher_is_better
    first, other = ("miss", "hit") if better else ("hit", "miss")
    counts = {"miss": len(figure.tally.misses), "hit": len(figure.tally.hits) + len(figure.tally.halves)}
    return first if counts[first] else (other if counts[other] else "out")


async def _titles(request: web.Request, numbers: list[str]) -> dict[str, str]:
    """The masked titles of those that this person may open."""
    context, actor = request.app[CONTEXT], actor_of(request)
    county = await context.directory.county()
    async with context.db.read() as session:
        rows = (await session.scalars(select(Ticket).where(Ticket.number.in_(set(numbers))))).all()
        parts = await parts_of(session, rows)
    return {
        row.number: view_of(context, county, row, parts[row.id], masked=True).title
        for row in rows
        if level(county, row, parts[row.id], actor) is not None
    }


def _download(body: bytes, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return web.Response(body=body, content_type=XLSX, headers=headers)
