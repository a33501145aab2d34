"""The workbench: list, editor with its draft, phrasings, versions, publishing, try-out."""

from datetime import date
from typing import Any

from aiohttp import web

from bot.clock import local
from bot.desk.differences import marked
from bot.desk.faq import changes, figure_names, fingerprint, listed, marks_of, next_id
from bot.desk.guard import CONTEXT, NotAllowed, me_of
from bot.desk.layout import TRIALS, page, partial
from bot.desk.publishing import EDITORS
from bot.desk.replays import item_of
from bot.desk.views import replay
from bot.directory.roles import Role
from bot.knowledge import entries, phrasings
from bot.knowledge.answers import Answer, render
from bot.knowledge.entries import Editor, KnowledgeError
from bot.knowledge.models import FaqEntry, FaqVersion
from bot.knowledge.publish import refresh_index
from bot.knowledge.review import WAITING

ORIGINS = {"seed": "初始内容", "written": "自写", "gap": "未答问题并入"}

LONGEST, MOST_LINES = 200, 50
SAID = {"added": "加的问法", "removed": "去掉的问法"}


class Changed(Exception):
    """Somebody else changed the draft since this form was opened."""


async def index(request: web.Request) -> web.Response:
    """The list, without an entry."""
    return await page(request, "faq.html", {"entry": None, **await _list(request)}, here="faq")


async def rows(request: web.Request) -> web.Response:
    """The list alone, while one types."""
    return partial(request, "_faq_rows.html", {"entry": None, **await _list(request)})


async def _list(request: web.Request) -> dict[str, Any]:
    context, me = request.app[CONTEXT], me_of(request).staff
    county = await context.directory.county()
    text, org, only = (request.query.get(name, "") for name in ("q", "org", "only"))
    async with context.db.read() as session:
        found = await listed(session, _today(request), text=text, org=org, only=only)
    return {
        "rows": found,
        "open_count": sum(row.open for row in found),
        "orgs": list(county.orgs.values()),
        "services": list(county.services.values()),
        "filter": {"q": text, "org": org, "only": only},
        "may_edit": Role(me.role) in EDITORS,
    }


async def show(request: web.Request) -> web.Response:
    """An entry in the editor."""
    return await _show(request, request.match_info["entry"])


async def show_with(request: web.Request, entry_id: str, error: KnowledgeError) -> web.Response:
    """The entry with what has to be mended."""
    return await _show(request, entry_id, error=error, status=422)


async def _show(
    request: web.Request, entry_id: str, *, error: KnowledgeError | None = None, status: int = 200
) -> web.Response:
    values = await _entry(request, entry_id) | await _list(request)
    return await page(request, "faq.html", values | {"error": error}, here="faq", status=status)


async def _entry(request: web.Request, entry_id: str) -> dict[str, Any]:
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        entry = await session.get(FaqEntry, entry_id)
        if entry is None:
            raise web.HTTPNotFound()
        version = await entries.newest(session, entry_id)
        said = await phrasings.of_entry(session, entry_id)
        doubles = await phrasings.doubles(session, entry_id)
    return {
        **await replay.values(request, entry_id),
        "marks": marks_of(entry, version, _today(request)),
        "base": fingerprint(version),
        "figures": [(name, version.figures.get(name)) for name in figure_names(version.answer)],
        "phrasings": said,
        "doubles": doubles,
        "origins": ORIGINS,
        "answer": await _as_resident(request, entry, version),
        "locked": version.state in WAITING,
        "may_fill": _may_fill(request, entry) and version.state not in WAITING,
        "error": None,
        "oob": False,
        "auto": request.query.get("replay") == "1" and version.state == "draft",
    }


async def _as_resident(request: web.Request, entry: FaqEntry, version: FaqVersion) -> Answer:
    county = await request.app[CONTEXT].directory.county()
    return render(entry, version, county.orgs[entry.org].name, _today(request))


def _may_fill(request: web.Request, entry: FaqEntry) -> bool:
    """A handler fills and confirms the local figures of his own organisation."""
    staff = me_of(request).staff
    return Role(staff.role) in EDITORS or (staff.role == Role.ORGANISATION and staff.org == entry.org)


async def save(request: web.Request) -> web.Response:
    """Keep the draft while it is typed; answers with the preview and the state of the draft."""
    data, context = await request.post(), request.app[CONTEXT]
    entry_id = request.match_info["entry"]
    try:
        async with context.db.write() as session:
            entry = await session.get(FaqEntry, entry_id)
            if entry is None:
                raise web.HTTPNotFound()
            if not _may_fill(request, entry):
                raise NotAllowed("这一条归别的单位，您只能看。")
            before = await entries.newest(session, entry_id, lock=True)
            if data.get("base") != fingerprint(before):
                raise Changed(before.author)
            content = _content(request, data, before)
            if any(getattr(before, name) != value for name, value in content.items()):
                await entries.save_draft(session, entry_id, content, editor_of(request), context.clock())
    except KnowledgeError as error:
        return partial(request, "_faq_conflict.html", {"who": None, "why": str(error), "entry_id": entry_id})
    except Changed as changed:
        return partial(request, "_faq_conflict.html", {"who": str(changed), "why": "", "entry_id": entry_id})
    values = await _entry(request, entry_id)
    return partial(request, "_faq_saved.html", values | {"oob": True, "replay_oob": True})


def _content(request: web.Request, data: Any, before: FaqVersion) -> dict[str, Any]:
    """What the form says, limited to what this person may change."""
    texts: dict[str, Any] = {
        name: str(data[name]).replace("\r\n", "\n").strip() for name in entries.REQUIRED if name in data
    }
    answer = texts.get("answer", before.answer) if _is_editor(request) else before.answer
    figures = {
        name: str(data.get(f"figure:{name}", before.figures.get(name) or "")).strip() or None
        for name in figure_names(answer)
    }
    content: dict[str, Any] = {"figures": figures, "confirmed": "confirmed" in data}
    if not _is_editor(request):
        return content
    if "short" in data:
        texts["short"] = str(data["short"]).strip()[:24] or None
    until = str(data.get("valid_until", ""))
    return {
        **content,
        **texts,
        "service": str(data.get("service", "")) or None,
        "valid_until": date.fromisoformat(until) if until else None,
    }


async def create(request: web.Request) -> web.Response:
    """Start a new entry from its question."""
    data, context = await request.post(), request.app[CONTEXT]
    county = await context.directory.county()
    org, question = str(data.get("org", "")), str(data.get("question", "")).strip()
    if org not in county.orgs or not question:
        raise NotAllowed("要选归口单位，也要写下问题。")
    async with context.db.write() as session:
        entry_id = await next_id(session, org)
        content = {"question": question, "answer": "", "source": "", "handler": county.orgs[org].name}
        await entries.create_entry(session, entry_id, org, content, editor_of(request), context.clock())
    raise web.HTTPSeeOther(f"/desk/faq/{entry_id}")


async def withdraw(request: web.Request) -> web.Response:
    """Take the entry offline."""

    async def work(session: Any, entry: str, _editor: Editor, at: Any) -> None:
        await entries.withdraw(session, entry, at)

    return await _change(request, work, "已下线")


async def roll_back(request: web.Request) -> web.Response:
    """Publish an earlier version's content anew."""
    number = int(request.match_info["version"])

    async def work(session: Any, entry: str, editor: Editor, at: Any) -> None:
        await entries.roll_back(session, entry, number, editor, at)

    return await _change(request, work, f"已退回 v{number}")


async def _change(request: web.Request, work: Any, _done: str) -> web.Response:
    context, entry_id = request.app[CONTEXT], request.match_info["entry"]
    try:
        async with context.db.write() as session:
            await work(session, entry_id, editor_of(request), context.clock())
    except KnowledgeError as error:
        return await _show(request, entry_id, error=error, status=422)
    await refresh_index(context)
    raise web.HTTPSeeOther(f"/desk/faq/{entry_id}")


async def add_phrasing(request: web.Request) -> web.Response:
    """Add ways of asking to the draft, one a line."""
    data, context = await request.post(), request.app[CONTEXT]
    entry_id = request.match_info["entry"]
    lines = [line.strip()[:LONGEST] for line in str(data.get("text", "")).splitlines()][:MOST_LINES]
    try:
        async with context.db.write() as session:
            await entries.newest(session, entry_id, lock=True)
            for line in list(filter(None, lines)) or [""]:
                await entries.add_phrasing(
                    session, entry_id, line, "written", editor_of(request), context.clock()
                )
    except KnowledgeError as error:
        return await show_with(request, entry_id, error)
    raise web.HTTPSeeOther(f"/desk/faq/{entry_id}#phrasings")


async def remove_phrasing(request: web.Request) -> web.Response:
    """Take a way of asking out of the draft, or put it back."""
    context, entry_id = request.app[CONTEXT], request.match_info["entry"]
    try:
        async with context.db.write() as session:
            await entries.remove_phrasing(
                session, entry_id, int(request.match_info["id"]), editor_of(request), context.clock()
            )
    except KnowledgeError as error:
        return await show_with(request, entry_id, error)
    raise web.HTTPSeeOther(f"/desk/faq/{entry_id}#phrasings")


async def versions(request: web.Request) -> web.Response:
    """What each version changed."""
    entry_id = request.match_info["entry"]
    async with request.app[CONTEXT].db.read() as session:
        entry = await session.get(FaqEntry, entry_id)
        if entry is None:
            raise web.HTTPNotFound()
        found = await entries.history(session, entry_id)
    steps = [
        (
            version,
            [(name, marked(before, after)) for name, before, after in changes(older, version)]
            + [(SAID[kind], ("；".join(texts))) for kind, texts in sorted(version.said.items())],
        )
        for version, older in zip(found, [*found[1:], None], strict=True)
    ]
    values = {"entry": entry, "steps": steps, "may_edit": _is_editor(request)}
    return await page(request, "faq_versions.html", values, here="faq")


async def attempt(request: web.Request) -> web.Response:
    """Ask a question of the published version and of the draft."""
    data, entry_id = await request.post(), request.match_info["entry"]
    text = str(data.get("text", "")).strip()[:200]
    if not text:
        return partial(request, "_faq_trial.html", {"text": "", "online": None, "draft": None})
    values = await _entry(request, entry_id)
    trials, version = request.app[TRIALS], values["version"]
    async with request.app[CONTEXT].db.read() as session:
        item = await item_of(session, version)
    online = await trials.ask(text, entry_id)
    draft = await trials.ask_with(text, item) if version.state != "published" else None
    values |= {"text": text, "online": online, "draft": draft}
    return partial(request, "_faq_trial.html", values)


def _is_editor(request: web.Request) -> bool:
    return Role(me_of(request).staff.role) in EDITORS


def editor_of(request: web.Request) -> Editor:
    """The person as an author of entries."""
    staff = me_of(request).staff
    return Editor(staff.name, staff.org, staff.id)


def _today(request: web.Request) -> date:
    return local(request.app[CONTEXT].clock()).date()
