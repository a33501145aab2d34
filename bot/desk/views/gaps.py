"""Unanswered questions: attach to an entry, start a new one, or say that they are not ours."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.models import Message
from bot.desk.faq import next_id
from bot.desk.gaps import DAYS, KIND_NAMES, Group, grouped, open_gaps
from bot.desk.guard import CONTEXT, NotAllowed
from bot.desk.layout import TRIALS, page
from bot.desk.views.faq import editor_of
from bot.knowledge import entries
from bot.knowledge.entries import Editor
from bot.knowledge.gaps import is_open
from bot.knowledge.models import FaqEntry, FaqVersion, Gap


async def show(request: web.Request) -> web.Response:
    """The groups, and the chosen one beside them."""
    context = request.app[CONTEXT]
    now, kind = context.clock(), request.query.get("kind", "")
    async with context.db.read() as session:
        gaps = await open_gaps(session, now, kind)
        asked = await session.scalar(
            select(func.count())
            .select_from(Message)
            .where(Message.author == "resident", Message.at >= now - timedelta(days=DAYS))
        )
    groups = await grouped(gaps)
    wanted = request.query.get("group", "")
    chosen = next((one for one in groups if str(one.id) == wanted), groups[0] if groups else None)
    county = await context.directory.county()
    nearest = await _nearest(request, chosen) if chosen else []
    async with context.db.read() as session:
        titles = await _titles(session, [entry for entry, _ in nearest])
    values: dict[str, Any] = {
        "groups": groups,
        "chosen": chosen,
        "nearest": nearest,
        "titles": titles,
        "kinds": KIND_NAMES,
        "kind": kind,
        "gap_count": len(gaps),
        "asked": asked or 0,
        "orgs": list(county.orgs.values()),
    }
    return await page(request, "gaps.html", values, here="gaps")


async def _nearest(request: web.Request, group: Group) -> list[tuple[str, int]]:
    """The entries that came nearest; where nobody matched the questions yet, the published index is asked."""
    if group.nearest:
        return group.nearest
    found = await request.app[TRIALS].ask(group.title)
    return [(ranked.id, ranked.percent) for ranked in found.top] if found else []


async def _titles(session: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    rows = await session.execute(
        select(FaqVersion.entry, FaqVersion.question)
        .join(FaqEntry, (FaqEntry.id == FaqVersion.entry) & (FaqEntry.published == FaqVersion.number))
        .where(FaqVersion.entry.in_(ids))
    )
    return {entry: question for entry, question in rows}


async def settle(request: web.Request) -> web.Response:
    """Do with the chosen questions what the button says."""
    data, context = await request.post(), request.app[CONTEXT]
    ids = [int(str(value)) for value in data.getall("gap", []) if str(value).isdigit()]
    what, editor = str(data.get("do", "")), editor_of(request)
    if not ids:
        raise NotAllowed("一条也没有选。")
    where = "/desk/gaps"
    async with context.db.write() as session:
        gaps = list(await session.scalars(select(Gap).where(Gap.id.in_(ids), is_open(context.clock()))))
        if what.startswith("attach:"):
            entry = what.removeprefix("attach:")
            await _attach(session, gaps, entry, "attached", editor, context.clock())
            where = f"/desk/faq/{entry}?replay=1#replay"
        elif what == "new":
            entry = await _start(session, data, editor, context.clock())
            await _attach(session, gaps, entry, "new_entry", editor, context.clock())
            where = f"/desk/faq/{entry}"
        elif what == "not_ours":
            for gap in gaps:
                gap.state = "not_ours"
        else:
            raise NotAllowed("没有这一步。")
    raise web.HTTPSeeOther(where)


async def _start(session: AsyncSession, data: Any, editor: Editor, at: Any) -> str:
    question, org = str(data.get("question", "")).strip()[:200], str(data.get("org", ""))
    if not question:
        raise NotAllowed("要写下问题。")
    entry = await next_id(session, org)
    content = {"question": question, "answer": "", "source": "", "handler": ""}
    await entries.create_entry(session, entry, org, content, editor, at)
    await session.flush()
    return entry


async def _attach(
    session: AsyncSession, gaps: list[Gap], entry: str, state: str, editor: Editor, at: Any
) -> None:
    """Make the wordings phrasings of an entry's draft; one with a mask in it is only settled."""
    await entries.newest(session, entry, lock=True)
    for gap in gaps:
        if "〔" not in gap.text:
            await entries.add_phrasing(session, entry, gap.text, "gap", editor, at)
        gap.state, gap.entry = state, entry
