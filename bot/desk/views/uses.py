"""How often each entry is used, how often it helped, and what stands out about it."""

from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from bot.clock import local
from bot.desk.faq import marks_of, newest_versions
from bot.desk.guard import CONTEXT
from bot.desk.layout import page
from bot.knowledge.models import Gap
from bot.knowledge.uses import Uses, by_entry

SPANS = {"7": "近 7 天", "30": "近 30 天", "90": "近 90 天"}
SORTS = {
    "hit": ("命中", lambda use: -use.hit),
    "at_once": ("直接答到少的在前", lambda use: (2 if use.at_once is None else use.at_once, -use.hit)),
    "unhelpful": ("没用多的在前", lambda use: (-use.unhelpful, -use.hit)),
}


async def index(request: web.Request) -> web.Response:
    """The table, with the county's sums above it."""
    context = request.app[CONTEXT]
    days = request.query.get("days", "30")
    days = days if days in SPANS else "30"
    sort = request.query.get("sort", "hit")
    sort = sort if sort in SORTS else "hit"
    org, today = request.query.get("org", ""), local(context.clock()).date()
    county = await context.directory.county()
    since = context.clock() - timedelta(days=int(days))
    async with context.db.read() as session:
        uses = await by_entry(session, today, int(days))
        pairs = await newest_versions(session, org)
        unknown = await session.scalar(
            select(func.count()).select_from(Gap).where(Gap.kind == "unknown", Gap.at >= since)
        )
    rows = [
        (entry, version, marks_of(entry, version, today), uses.get(entry.id, Uses()))
        for entry, version in pairs
    ]
    rows.sort(key=lambda row: (SORTS[sort][1](row[3]), row[0].id))
    total = Uses(*(sum(getattr(use, name) for use in uses.values()) for name in Uses.__dataclass_fields__))
    asked = total.hit + (unknown or 0)
    values: dict[str, Any] = {
        "rows": rows,
        "total": total,
        "covered": total.hit / asked if asked else None,
        "unknown": unknown or 0,
        "unused": sum(not row[3].hit for row in rows),
        "orgs": list(county.orgs.values()),
        "names": {code: one.name for code, one in county.orgs.items()},
        "filter": {"days": days, "sort": sort, "org": org},
        "spans": SPANS,
        "sorts": {key: name for key, (name, _) in SORTS.items()},
    }
    return await page(request, "uses.html", values, here="uses")
