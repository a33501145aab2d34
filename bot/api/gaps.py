"""Questions that were not answered, over the API: listed, and settled as at the desk."""

from aiohttp import web
from pydantic import Field
from sqlalchemy import select

from bot.api.bodies import Body, read_body
from bot.api.faq import EDITORS, answer_json, demand_role, editor_of, newest_of, page_limit
from bot.api.keys import CONTEXT
from bot.directory.roles import Role
from bot.knowledge import entries
from bot.knowledge.entries import KnowledgeError
from bot.knowledge.gaps import is_open
from bot.knowledge.models import Gap
from bot.tickets.errors import Missing, NoSuchStep, NotFound

READERS = EDITORS | {Role.REVIEWER}
LARGEST = 2**31


class GapBody(Body):
    """What becomes of a question."""

    do: str = Field(max_length=16, description="attach：并入一条问答的草稿；not_ours：不归我们答")
    entry: str | None = Field(None, max_length=16, description="并入哪一条")


async def index(request: web.Request) -> web.Response:
    """GET /gaps: open questions, oldest first; what tells of people was masked before they were stored."""
    demand_role(request, READERS)
    context, after, limit = (
        request.app[CONTEXT],
        _number(request.query.get("cursor", "0")),
        page_limit(request),
    )
    if after is None:
        raise Missing("cursor", "翻页的标记不对，请从第一页看起")
    query = select(Gap).where(is_open(context.clock()), Gap.id > after).order_by(Gap.id).limit(limit + 1)
    async with context.db.read() as session:
        rows = list(await session.scalars(query))
    items = [
        {
            "id": row.id,
            "at": row.at.isoformat(),
            "text": row.text,
            "kind": row.kind,
            "nearest": [{"id": str(key).removeprefix("faq/"), "score": score} for key, score in row.nearest],
        }
        for row in rows[:limit]
    ]
    return answer_json(
        {"items": items, "next_cursor": str(rows[limit - 1].id) if len(rows) > limit else None}
    )


async def settle(request: web.Request) -> web.Response:
    """POST /gaps/{id}: make it a way of asking for an entry, or say that it is not ours."""
    demand_role(request, EDITORS)
    body, context = await read_body(request, GapBody), request.app[CONTEXT]
    if body.do not in ("attach", "not_ours"):
        raise Missing("do", "do 是 attach 或 not_ours")
    if body.do == "attach" and not body.entry:
        raise Missing("entry", "要写并入哪一条")
    number = _number(request.match_info["id"])
    async with context.db.write() as session:
        gap = await session.get(Gap, number, with_for_update=True) if number else None
        if gap is None:
            raise NotFound("没有这个问题")
        if gap.state not in ("open", "waiting"):
            raise NoSuchStep("这个问题已经处理过了")
        if body.do == "not_ours":
            gap.state = "not_ours"
        else:
            await newest_of(session, str(body.entry), lock=True)
            try:
                if "〔" not in gap.text:
                    at = context.clock()
                    await entries.add_phrasing(session, body.entry, gap.text, "gap", editor_of(request), at)
            except KnowledgeError as error:
                raise NoSuchStep(str(error)) from error
            gap.state, gap.entry = "attached", body.entry
    return answer_json({"id": number, "state": gap.state, "entry": gap.entry})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text[:12]) < LARGEST else None
