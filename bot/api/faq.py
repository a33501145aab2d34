"""Questions and answers over the API, under the desk's own rules: draft, replay, second reader, publish."""

from datetime import date, datetime
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.bodies import Body, moment, read_body
from bot.api.keys import ACTOR, CONTEXT, FAQ_REPLAYS
from bot.api.problems import Refused
from bot.api.tickets import dumps
from bot.desk.faq import fingerprint, newest_versions, next_id
from bot.desk.publishing import EDITORS, readiness
from bot.desk.replays import accept as accept_worse
from bot.directory.catalogue import CENTRE
from bot.directory.roles import Role
from bot.knowledge import entries, phrasings, review
from bot.knowledge.entries import CONTENT, Editor, KnowledgeError
from bot.knowledge.models import FaqEntry, FaqVersion
from bot.knowledge.publish import refresh_index
from bot.tickets.errors import Missing, NoSuchStep, NotFound, Stale

READERS = EDITORS | {Role.REVIEWER, Role.ORGANISATION, Role.AUDITOR}
STEPS = (
    "submit", "publish", "approve", "send_back", "take_back", "discard", "withdraw", "roll_back", "replay",
    "accept",
)  # fmt: skip
MOST = 200
LONGEST = 8000


class DraftBody(Body):
    """What an entry says; what is left out stays as it was."""

    group: str | None = Field(None, max_length=80, description="人群")
    question: str | None = Field(None, max_length=200, description="标准问法")
    short: str | None = Field(None, max_length=24, description="按钮短名")
    answer: str | None = Field(None, max_length=LONGEST, description="回答；【…】是本县标准")
    source: str | None = Field(None, max_length=500, description="依据")
    handler: str | None = Field(None, max_length=200, description="谁来办")
    scope: str | None = Field(None, max_length=32, description="适用范围")
    confirmed: bool | None = Field(None, description="已核对")
    service: str | None = Field(None, max_length=8, description="答完可办的事项；空字符串是没有")
    figures: dict[str, str | None] | None = Field(None, max_length=50, description="本县标准：名称 -> 值")
    valid_until: date | None = Field(None, description="有效到")


class EntryBody(DraftBody):
    """A new entry; with an id of one's own a repeated request makes no second one (409)."""

    org: str = Field(max_length=16, description="归口单位")
    question: str = Field(min_length=1, max_length=200, description="标准问法")
    id: str | None = Field(None, pattern=r"^[A-Z]{1,8}-[0-9]{1,4}$", description="编号，不写就顺着编")


class FaqStepBody(Body):
    """A step of an entry."""

    do: str = Field(max_length=16, description="、".join(STEPS))
    reason: str | None = Field(None, max_length=500, description="为什么退回")
    publish_at: datetime | None = Field(None, description="定时发布")
    version: int | None = Field(None, ge=1, le=10**6, description="退回到哪一版")
    text: str | None = Field(None, max_length=500, description="接受回放里变差的哪一问")


class PhrasingBody(Body):
    """A way of asking, or taking one away."""

    text: str = Field(min_length=1, max_length=200)
    remove: bool = False


async def index(request: web.Request) -> web.Response:
    """GET /faq: all entries as their newest version says, by id."""
    demand_role(request, READERS)
    query, limit = request.query, page_limit(request)
    async with request.app[CONTEXT].db.read() as session:
        pairs = await newest_versions(session, query.get("org", ""))
    words, state, after = query.get("q", "").lower(), query.get("state", ""), query.get("cursor", "")
    fit = sorted(
        (
            (entry, version)
            for entry, version in pairs
            if entry.id > after
            and (not state or version.state == state)
            and words in f"{entry.id} {version.question} {version.answer}".lower()
        ),
        key=lambda pair: pair[0].id,
    )
    shown = fit[:limit]
    items = [
        {
            "id": entry.id,
            "org": entry.org,
            "question": version.question,
            "state": version.state,
            "published": entry.published,
            "version": version.number,
        }
        for entry, version in shown
    ]
    return answer_json({"items": items, "next_cursor": shown[-1][0].id if len(fit) > limit else None})


async def create(request: web.Request) -> web.Response:
    """POST /faq: a new entry with its first draft."""
    demand_role(request, EDITORS)
    body, context = await read_body(request, EntryBody), request.app[CONTEXT]
    county = await context.directory.county()
    if body.org not in county.orgs:
        raise Missing("org", f"没有代码为 {body.org} 的单位")
    blank = {"answer": "", "source": "", "handler": county.orgs[body.org].name}
    content = {**blank, **await _content(request, body)}
    async with context.db.write() as session:
        if body.id is not None and await session.get(FaqEntry, body.id) is not None:
            raise NoSuchStep(f"编号 {body.id} 已经有了")
        made = body.id or await next_id(session, body.org)
        await entries.create_entry(session, made, body.org, content, editor_of(request), context.clock())
    response = await _entry(request, made, 201)
    response.headers["Location"] = f"/api/v1/faq/{made}"
    return response


async def read(request: web.Request) -> web.Response:
    """GET /faq/{id}: what is online, what is drafted, how it is asked for; with its ETag."""
    demand_role(request, READERS)
    return await _entry(request, request.match_info["id"])


async def draft(request: web.Request) -> web.Response:
    """PUT /faq/{id}/draft: change the draft, starting one where there is none."""
    demand_role(request, EDITORS)
    tag = _tag(request)
    content = await _content(request, await read_body(request, DraftBody))
    context, entry = request.app[CONTEXT], request.match_info["id"]
    async with context.db.write() as session:
        demand_same(await newest_of(session, entry, lock=True), tag)
        try:
            await entries.save_draft(session, entry, content, editor_of(request), context.clock())
        except KnowledgeError as error:
            raise NoSuchStep(str(error)) from error
    return await _entry(request, entry)


async def add_phrasing(request: web.Request) -> web.Response:
    """POST /faq/{id}/phrasings: add a way of asking to the draft, or take one out of it."""
    demand_role(request, EDITORS)
    body = await read_body(request, PhrasingBody)
    context, entry, editor = request.app[CONTEXT], request.match_info["id"], editor_of(request)
    async with context.db.write() as session:
        await newest_of(session, entry, lock=True)
        try:
            if body.remove:
                said = {row.text: row.id for row in await phrasings.of_entry(session, entry)}
                if body.text not in said:
                    raise NotFound("没有这个问法")
                await entries.remove_phrasing(session, entry, said[body.text], editor, context.clock())
            else:
                await entries.add_phrasing(session, entry, body.text, "written", editor, context.clock())
        except KnowledgeError as error:
            raise NoSuchStep(str(error)) from error
    return await _entry(request, entry)


async def versions(request: web.Request) -> web.Response:
    """GET /faq/{id}/versions: newest first."""
    demand_role(request, READERS)
    entry = request.match_info["id"]
    async with request.app[CONTEXT].db.read() as session:
        await newest_of(session, entry)
        found = await entries.history(session, entry)
    return answer_json({"items": [_version(version) for version in found]})


async def step(request: web.Request) -> web.Response:
    """POST /faq/{id}/steps: what the desk's buttons do."""
    demand_role(request, EDITORS)
    tag, body = _tag(request), await read_body(request, FaqStepBody)
    if body.do not in STEPS:
        raise Missing("do", f"do 是 {'、'.join(STEPS)} 之一")
    context, entry = request.app[CONTEXT], request.match_info["id"]
    if body.do == "replay":
        async with context.db.read() as session:
            demand_same(await newest_of(session, entry), tag)
        request.app[FAQ_REPLAYS].start(entry)
        await request.app[FAQ_REPLAYS].wait(entry)
        return await _entry(request, entry)
    try:
        async with context.db.write() as session:
            demand_same(await newest_of(session, entry, lock=True), tag)
            await _take(request, session, entry, body)
    except KnowledgeError as error:
        if error.field in DraftBody.model_fields or error.field in ("reason", "publish_at"):
            raise Missing(str(error.field), str(error)) from error
        raise NoSuchStep(str(error)) from error
    if body.do in ("publish", "approve", "withdraw", "roll_back"):
        await refresh_index(context)
    return await _entry(request, entry)


async def _take(request: web.Request, session: AsyncSession, entry: str, body: FaqStepBody) -> None:
    editor, at = editor_of(request), request.app[CONTEXT].clock()
    when = moment(body.publish_at.isoformat()) if body.publish_at else None
    if body.do == "publish":
        if (await _ready(request, session, entry)).second:
            raise KnowledgeError("要另一个人复核后才能发布，先送复核")
        if when is not None:
            await review.plan(session, entry, editor, at, when)
        else:
            await entries.publish(session, entry, editor, at)
    elif body.do == "submit":
        await _ready(request, session, entry)
        await review.submit(session, entry, at, when)
    elif body.do == "approve":
        await _ready(request, session, entry)
        await review.approve(session, entry, editor, at)
    elif body.do == "send_back":
        await review.send_back(session, entry, editor, body.reason or "")
    elif body.do == "take_back":
        await review.take_back(session, entry)
    elif body.do == "discard":
        await entries.discard(session, entry)
    elif body.do == "withdraw":
        await entries.withdraw(session, entry, at)
    elif body.do == "accept":
        await accept_worse(session, entry, body.text or "", editor.name)
    else:
        await entries.roll_back(session, entry, body.version or 0, editor, at)


async def _ready(request: web.Request, session: AsyncSession, entry: str) -> Any:
    """The draft's readiness; KnowledgeError that says what is missing, as at the desk."""
    version, settings = await entries.newest(session, entry), request.app[CONTEXT].settings
    if version.state == "published":
        raise KnowledgeError("没有改动，不用发布")
    entries.require_whole(version)
    second = settings.faq_second_reader
    found = await readiness(session, version, request.app[FAQ_REPLAYS], second_reader=second)
    if not found.ready:
        raise KnowledgeError(found.why_not, "replay")
    return found


async def _entry(request: web.Request, identity: str, status: int = 200) -> web.Response:
    async with request.app[CONTEXT].db.read() as session:
        entry = await session.get(FaqEntry, identity)
        if entry is None:
            raise NotFound("没有这个条目")
        newest = await entries.newest(session, identity)
        online = await session.scalar(
            select(FaqVersion).where(FaqVersion.entry == identity, FaqVersion.number == entry.published)
        )
        said = await phrasings.of_entry(session, identity)
        replay = await request.app[FAQ_REPLAYS].result(session, newest)
    body = {
        "id": entry.id,
        "org": entry.org,
        "published": _version(online) if online else None,
        "draft": _version(newest) if newest.state != "published" else None,
        "phrasings": [{"text": row.text, "state": row.state} for row in reversed(said)],
        "replay": None
        if replay is None
        else {"fresh": replay.fresh and replay.same_index, "worse": [row["text"] for row in replay.open]},
    }
    headers = {"ETag": f'"{fingerprint(newest)}"', "Cache-Control": "no-store"}
    return web.json_response(body, status=status, headers=headers, dumps=dumps)


def _version(version: FaqVersion) -> dict[str, Any]:
    content = {name: getattr(version, name) for name in CONTENT}
    until = version.valid_until
    return {
        **content,
        "valid_until": until.isoformat() if until else None,
        "number": version.number,
        "state": version.state,
        "author": version.author,
        "created_at": version.created_at.isoformat(),
        "published_at": version.published_at.isoformat() if version.published_at else None,
        "published_by": version.published_by,
    }


async def _content(request: web.Request, body: DraftBody) -> dict[str, Any]:
    """The fields that the body names, checked against the directory."""
    given = body.model_dump(include=body.model_fields_set & set(CONTENT))
    nullable = ("short", "service", "valid_until")
    content = {name: value for name, value in given.items() if value is not None or name in nullable}
    if content.get("service") == "":
        content["service"] = None
    service = content.get("service")
    if service is not None and service not in (await request.app[CONTEXT].directory.county()).services:
        raise Missing("service", f"没有事项 {service}")
    return content


async def newest_of(session: AsyncSession, entry: str, *, lock: bool = False) -> FaqVersion:
    """The newest version; NotFound without such an entry."""
    if await session.get(FaqEntry, entry) is None:
        raise NotFound("没有这个条目")
    return await entries.newest(session, entry, lock=lock)


def editor_of(request: web.Request) -> Editor:
    """A token is one hand: whoever wrote with it does not read as the second with it."""
    actor = request[ACTOR]
    return Editor(actor.name, actor.org or CENTRE, -int(actor.id))


def _tag(request: web.Request) -> str:
    header = request.headers.get("If-Match")
    if header is None:
        raise Refused(428, "需要请求头 If-Match，值是条目的 ETag。")
    return header.strip().removeprefix("W/").strip('"')


def demand_same(version: FaqVersion, tag: str) -> None:
    """Refuse what was decided on an older draft."""
    if tag not in ("*", fingerprint(version)):
        raise Stale("条目刚被别人改过，请先看新的内容")


def demand_role(request: web.Request, roles: frozenset[Role]) -> None:
    """Refuse other roles."""
    if request[ACTOR].role not in roles:
        raise Refused(403, "这个令牌不能看、不能改问答。")


def page_limit(request: web.Request) -> int:
    """How many a page holds."""
    text = request.query.get("limit", "50")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST):
        raise Missing("limit", f"limit 是 1 到 {MOST}")
    return int(text)


def answer_json(body: dict[str, Any]) -> web.Response:
    """JSON that nobody keeps."""
    return web.json_response(body, headers={"Cache-Control": "no-store"}, dumps=dumps)
