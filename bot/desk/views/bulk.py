"""Many tickets at once: every deed is previewed, done one by one, and said what came of each."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.desk import bulk
from bot.desk.bulk import COLUMNS, Outcome, chosen, line_of, numbers_of, preview, workbook
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, source_of
from bot.desk.layout import page
from bot.tickets import access
from bot.tickets.views import TicketView

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _numbers(request: web.Request) -> list[str]:
    numbers = numbers_of(request.query.get("numbers", ""))
    if not numbers:
        raise NotAllowed("一件也没有选。")
    return numbers


async def _picked(request: web.Request) -> list[tuple[str, int]]:
    """(number, version seen in the preview) of what was left ticked."""
    data = await request.post()
    found = []
    for value in data.getall("ticket", []):
        number, _, version = str(value).partition(":")
        if numbers_of(number) and version.isdigit():
            found.append((number, int(version)))
    if not found:
        raise NotAllowed("一件也没有选。")
    return found


async def show(request: web.Request) -> web.Response:
    """What would go to whom."""
    batches, rest = await preview(request.app[CONTEXT], _numbers(request), actor_of(request))
    values = {"batches": batches, "rest": rest, "total": sum(len(batch.tickets) for batch in batches)}
    return await page(request, "dispatch.html", values, here="inbox")


async def do(request: web.Request) -> web.Response:
    """Dispatch what was left ticked."""
    picked = await _picked(request)
    outcomes = await bulk.dispatch(request.app[CONTEXT], picked, actor_of(request))
    return await _done(request, "派出", "没派成", "已派给{lead}，签收到 {due}", outcomes)


async def show_lead(request: web.Request) -> web.Response:
    """What another lead would get."""
    context, org = request.app[CONTEXT], request.query.get("org", "")
    county, numbers = await context.directory.county(), _numbers(request)
    views = await chosen(context, numbers, actor_of(request))
    known = org if org in county.orgs else ""
    values = {
        "numbers": " ".join(numbers),
        "org": known,
        "org_name": county.orgs[known].name if known else "",
        "orgs": list(county.orgs.values()),
        "ready": [view for view in views if bulk.may_change_lead(view, known)],
        "rest": [view for view in views if not bulk.may_change_lead(view, known)],
    }
    return await page(request, "bulk_lead.html", values, here="inbox")


async def do_lead(request: web.Request) -> web.Response:
    """Give what was left ticked to the named lead."""
    context, data, picked = request.app[CONTEXT], await request.post(), await _picked(request)
    org = str(data.get("org", ""))
    if org not in (await context.directory.county()).orgs:
        raise NotAllowed("先选主办单位。")
    note = str(data.get("note", "")).strip()[:500]
    outcomes = await bulk.change_lead(context, picked, org, note, actor_of(request))
    return await _done(request, "改派", "没改成", "已派给{lead}，签收到 {due}", outcomes)


async def show_merge(request: web.Request) -> web.Response:
    """Which would go into which; what differs is said."""
    views = await chosen(request.app[CONTEXT], _numbers(request), actor_of(request))
    if len(views) < 2:
        raise NotAllowed("合并要选两件以上。")
    views.sort(key=lambda view: view.created_at)
    wanted = request.query.get("into", "")
    into = next((view for view in views if view.number == wanted), views[0])
    values = {
        "views": views,
        "into": into,
        "numbers": " ".join(view.number for view in views),
        "reasons": {view.number: bulk.may_merge(view, into) for view in views},
        "differences": {view.number: _differences(view, into) for view in views},
    }
    return await page(request, "bulk_merge.html", values, here="inbox")


def _differences(view: TicketView, into: TicketView) -> list[str]:
    """What speaks against the same matter."""
    found = []
    if view.service != into.service:
        found.append("事项不同")
    if view.grid != into.grid:
        found.append("地方不同")
    phones = [
        {str(one.fields[n]) for n in ("phone", "contact_phone") if one.fields.get(n)} for one in (view, into)
    ]
    if all(phones) and not phones[0] & phones[1]:
        found.append("电话不同")
    return found


async def do_merge(request: web.Request) -> web.Response:
    """Merge what was left ticked; it can be taken back from the page that says so."""
    picked, data = await _picked(request), await request.post()
    into = next(iter(numbers_of(str(data.get("into", "")))), None)
    if into is None:
        raise NotAllowed("先选留下哪一张。")
    outcomes = await bulk.merge(request.app[CONTEXT], picked, into, actor_of(request))
    return await _done(request, f"并入 {into}：", "没并成", "居民跟着留下的那张看进展", outcomes, undo=True)


async def undo_merge(request: web.Request) -> web.Response:
    """Take mergers back."""
    data = await request.post()
    numbers = numbers_of(str(data.get("numbers", "")))
    if not numbers:
        raise NotAllowed("一件也没有选。")
    outcomes = await bulk.unmerge(request.app[CONTEXT], numbers, actor_of(request))
    return await _done(request, "撤销合并", "没撤成", "回到{state}", outcomes)


async def _done(
    request: web.Request,
    done: str,
    failed: str,
    said: str,
    outcomes: Sequence[Outcome],
    *,
    undo: bool = False,
) -> web.Response:
    sent = [one for one in outcomes if one.refusal is None]
    values = {
        "done": done,
        "failed": failed,
        "said": said,
        "sent": sent,
        "refused": [one for one in outcomes if one.refusal is not None],
        "undo": " ".join(one.ticket.number for one in sent) if undo else "",
    }
    return await page(request, "dispatched.html", values, here="inbox")


async def show_export(request: web.Request) -> web.Response:
    """The list as it would be exported."""
    views = await chosen(request.app[CONTEXT], _numbers(request), actor_of(request))
    values = {
        "columns": COLUMNS,
        "lines": [line_of(view) for view in views],
        "numbers": " ".join(view.number for view in views),
    }
    return await page(request, "bulk_export.html", values, here="inbox")


async def do_export(request: web.Request) -> web.Response:
    """The list as a workbook, masked; each ticket in it goes to the access log."""
    context, actor, data = request.app[CONTEXT], actor_of(request), await request.post()
    views = await chosen(context, numbers_of(str(data.get("numbers", ""))), actor)
    if not views:
        raise NotAllowed("一件也没有选。")
    content = await asyncio.to_thread(workbook, views)
    async with context.db.write() as session:
        for view in views:
            await access.append(session, context, actor, view.id, "list xlsx, masked", source_of(request))
    name = f"tickets-{context.clock():%Y%m%d}.xlsx"
    return web.Response(
        body=content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
