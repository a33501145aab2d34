"""From draft to residents: hand on for the second reader, approve or send back, now or at a time."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import COUNTY_ZONE
from bot.desk.guard import CONTEXT, NotAllowed, me_of
from bot.desk.layout import REPLAYS
from bot.desk.publishing import may_read, readiness
from bot.desk.views.faq import editor_of, show_with
from bot.knowledge import entries, review
from bot.knowledge.entries import Editor, KnowledgeError
from bot.knowledge.models import FaqEntry, FaqVersion
from bot.knowledge.publish import refresh_index

Work = Callable[[AsyncSession, str, Editor, datetime, Any], Awaitable[FaqVersion | None]]


async def publish(request: web.Request) -> web.Response:
    """Publish the draft where no second reader is needed; residents get it within two seconds."""

    async def work(
        session: AsyncSession, entry: str, editor: Editor, at: datetime, data: Any
    ) -> FaqVersion | None:
        version = await entries.newest(session, entry)
        if version.state == "published":
            raise KnowledgeError("没有改动，不用发布")
        if (await _ready(request, session, version)).second:
            raise KnowledgeError("要另一个人复核后才能发布，先送复核")
        when = _moment(data)
        if when is not None:
            return await review.plan(session, entry, editor, at, when)
        return await entries.publish(session, entry, editor, at)

    return await _do(request, work)


async def submit(request: web.Request) -> web.Response:
    """Hand the draft to the second reader."""

    async def work(
        session: AsyncSession, entry: str, editor: Editor, at: datetime, data: Any
    ) -> FaqVersion | None:
        await _ready(request, session, await entries.newest(session, entry))
        return await review.submit(session, entry, at, _moment(data))

    return await _do(request, work)


async def approve(request: web.Request) -> web.Response:
    """The second reader agrees."""

    async def work(
        session: AsyncSession, entry: str, editor: Editor, at: datetime, _data: Any
    ) -> FaqVersion | None:
        version = await _as_reader(request, session, entry)
        await _ready(request, session, version)
        return await review.approve(session, entry, editor, at)

    return await _do(request, work)


async def send_back(request: web.Request) -> web.Response:
    """The second reader does not agree, and says why."""

    async def work(
        session: AsyncSession, entry: str, editor: Editor, _at: datetime, data: Any
    ) -> FaqVersion | None:
        await _as_reader(request, session, entry)
        return await review.send_back(session, entry, editor, str(data.get("reason", ""))[:500])

    return await _do(request, work)


async def take_back(request: web.Request) -> web.Response:
    """Make it a draft again."""

    async def work(
        session: AsyncSession, entry: str, _editor: Editor, _at: datetime, _data: Any
    ) -> FaqVersion | None:
        return await review.take_back(session, entry)

    return await _do(request, work)


async def discard(request: web.Request) -> web.Response:
    """Throw the draft away."""

    async def work(session: AsyncSession, entry: str, _editor: Editor, _at: datetime, _data: Any) -> None:
        await entries.discard(session, entry)

    return await _do(request, work)


async def _do(request: web.Request, work: Work) -> web.Response:
    data, context, entry = await request.post(), request.app[CONTEXT], request.match_info["entry"]
    try:
        async with context.db.write() as session:
            if await session.get(FaqEntry, entry) is None:
                raise web.HTTPNotFound()
            version = await work(session, entry, editor_of(request), context.clock(), data)
    except KnowledgeError as error:
        return await show_with(request, entry, error)
    if version is not None and version.state == "published":
        await refresh_index(context)
    raise web.HTTPSeeOther(f"/desk/faq/{entry}")


async def _ready(request: web.Request, session: AsyncSession, version: FaqVersion) -> Any:
    """The draft's readiness; KnowledgeError that says what is missing."""
    settings = request.app[CONTEXT].settings
    entries.require_whole(version)
    found = await readiness(session, version, request.app[REPLAYS], second_reader=settings.faq_second_reader)
    if not found.ready:
        raise KnowledgeError(found.why_not, "replay")
    return found


async def _as_reader(request: web.Request, session: AsyncSession, entry_id: str) -> FaqVersion:
    entry, version = await session.get(FaqEntry, entry_id), await entries.newest(session, entry_id)
    if entry is None or not may_read(me_of(request).staff, entry, version):
        raise NotAllowed("这一稿您写过，或者不归您看，要另一个人复核。")
    return version


def _moment(data: Any) -> datetime | None:
    """The planned time from the form, on the county's clock."""
    text = str(data.get("publish_at", "")).strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)
    except ValueError:
        raise KnowledgeError("看不懂这个时间", "publish_at") from None
