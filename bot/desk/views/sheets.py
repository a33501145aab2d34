"""Confirmation sheets: a handler fills in his own, the maintainer sees what is missing from whom."""

from datetime import date
from typing import Any

from aiohttp import web

from bot.clock import local
from bot.desk.guard import CONTEXT, NotAllowed, me_of
from bot.desk.layout import REPLAYS, page
from bot.desk.publishing import readiness
from bot.desk.sheets import sheets
from bot.desk.views.faq import editor_of
from bot.directory.roles import Role
from bot.knowledge import entries, review
from bot.knowledge.confirm import confirm
from bot.knowledge.entries import KnowledgeError
from bot.knowledge.models import FaqEntry
from bot.knowledge.publish import refresh_index

DONE = {
    "online": "已确认，居民现在看到的就是这一版",
    "draft": "已填进草稿，等维护员发布",
}


async def index(request: web.Request) -> web.Response:
    """The sheets that a person may see."""
    return await _page(request)


async def _page(request: web.Request, error: KnowledgeError | None = None) -> web.Response:
    context, staff = request.app[CONTEXT], me_of(request).staff
    own = Role(staff.role) == Role.ORGANISATION
    wanted = staff.org if own else request.query.get("org", "")
    county = await context.directory.county()
    async with context.db.read() as session:
        found = await sheets(session, local(context.clock()).date(), staff.org if own else "")
    chosen = next((sheet for sheet in found if sheet.org == wanted), None)
    values: dict[str, Any] = {
        "sheets": found,
        "chosen": chosen if own or chosen else (found[0] if found else None),
        "own": own,
        "names": {code: org.name for code, org in county.orgs.items()},
        "done": DONE.get(request.query.get("done", "")),
        "done_entry": request.query.get("entry", ""),
        "error": error,
    }
    return await page(request, "sheets.html", values, here="sheets", status=422 if error else 200)


async def fill(request: web.Request) -> web.Response:
    """The handler's word on one entry.

    It goes online when nobody else's draft is open and the replay finds nothing worse.
    """
    data, context, staff = await request.post(), request.app[CONTEXT], me_of(request).staff
    entry_id, replays = request.match_info["entry"], request.app[REPLAYS]
    until = str(data.get("valid_until", ""))
    figures = {
        key.removeprefix("figure:"): str(value)[:200]
        for key, value in data.items()
        if key.startswith("figure:")
    }
    try:
        async with context.db.write() as session:
            entry = await session.get(FaqEntry, entry_id)
            if entry is None or entry.org != staff.org:
                raise NotAllowed("这一条归别的单位，您只能看。")
            fresh = (await entries.newest(session, entry_id)).state == "published"
            await confirm(
                session,
                entry_id,
                figures,
                editor_of(request),
                context.clock(),
                confirmed="confirmed" in data,
                valid_until=date.fromisoformat(until) if until else None,
            )
    except KnowledgeError as error:
        return await _page(request, error)
    done = "draft"
    if fresh:
        replays.start(entry_id)
        await replays.wait(entry_id)
        async with context.db.write() as session:
            version = await entries.newest(session, entry_id, lock=True)
            if (await readiness(session, version, replays, second_reader=False)).ready:
                await review.approve(session, entry_id, editor_of(request), context.clock())
                done = "online"
    if done == "online":
        await refresh_index(context)
    raise web.HTTPSeeOther(f"/desk/sheets?done={done}&entry={entry_id}")
