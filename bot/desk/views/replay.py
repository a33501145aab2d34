"""The replay before publishing: start it, watch it, accept what got worse."""

from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.desk.guard import CONTEXT, NotAllowed, me_of
from bot.desk.layout import REPLAYS, is_htmx, partial
from bot.desk.publishing import EDITORS, may_read, readiness, who_may_read
from bot.desk.replays import accept as accept_one
from bot.directory.roles import Role
from bot.knowledge.entries import newest
from bot.knowledge.models import FaqEntry, FaqVersion


async def show(request: web.Request) -> web.Response:
    """The replay's state, asked again and again while it runs."""
    return partial(request, "_faq_replay.html", await values(request, request.match_info["entry"]) | OOB)


async def start(request: web.Request) -> web.Response:
    """Replay the draft; who came without scripts waits for the end."""
    entry, replays = request.match_info["entry"], request.app[REPLAYS]
    async with request.app[CONTEXT].db.read() as session:
        version = await newest(session, entry)
    if version.state == "published":
        raise NotAllowed("没有草稿，不用回放。")
    replays.start(entry)
    if is_htmx(request):
        return await show(request)
    await replays.wait(entry)
    raise web.HTTPSeeOther(f"/desk/faq/{entry}#replay")


async def accept(request: web.Request) -> web.Response:
    """A deliberate yes to one question that got worse."""
    data, entry = await request.post(), request.match_info["entry"]
    async with request.app[CONTEXT].db.write() as session:
        await accept_one(session, entry, str(data.get("text", "")), me_of(request).staff.name)
    if is_htmx(request):
        return await show(request)
    raise web.HTTPSeeOther(f"/desk/faq/{entry}#replay")


OOB = {"oob": True}


async def values(request: web.Request, entry_id: str) -> dict[str, Any]:
    """What the replay and the steps before publishing show."""
    context, replays = request.app[CONTEXT], request.app[REPLAYS]
    county = await context.directory.county()
    async with context.db.read() as session:
        entry = await session.get(FaqEntry, entry_id)
        version = await newest(session, entry_id)
        assert entry is not None
        found = await readiness(session, version, replays, second_reader=context.settings.faq_second_reader)
        ids = set() if found.replay is None else _ids(found.replay.row.worse + found.replay.row.better)
        named = await session.execute(
            select(FaqVersion.entry, FaqVersion.short, FaqVersion.question)
            .join(FaqEntry, (FaqEntry.id == FaqVersion.entry) & (FaqEntry.published == FaqVersion.number))
            .where(FaqEntry.id.in_(ids))
        )
        titles = {key: short or question for key, short, question in named}
        readers = await who_may_read(session, entry, version)
    titles.setdefault(entry_id, version.short or version.question)
    return {
        "entry": entry,
        "version": version,
        "running": replays.running(entry_id),
        "readiness": found,
        "titles": titles,
        "may_edit": Role(me_of(request).staff.role) in EDITORS,
        "may_read": may_read(me_of(request).staff, entry, version),
        "readers": readers,
        "org_names": {code: org.name for code, org in county.orgs.items()},
    }


def _ids(rows: list[dict[str, Any]]) -> set[str]:
    return {key for row in rows for done in (row["before"], row["after"]) for key in done["entries"]}
