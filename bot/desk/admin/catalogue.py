"""The catalogue as it is written: drafts of services, what one still lacks, publishing, withdrawing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.conversations.preview import Preview
from bot.desk.admin.common import AdminError, text
from bot.directory.catalogue import FALLBACK_SERVICE, County, Service
from bot.directory.changes import Author, record
from bot.directory.load import service_of, touch_directory
from bot.directory.models import Change, ServiceDraft, ServiceRow
from bot.directory.seed import ServiceSpec
from bot.knowledge.publish import refresh_index
from bot.tickets.routing import standing_in

COLUMNS = ("name", "category", "lead", "privacy")
FEWEST_PHRASINGS = 3
SAFE, HIGH = "safe", "高敏"
EMPTY: dict[str, Any] = {
    "name": "",
    "category": "个人帮扶",
    "lead": "",
    "privacy": "普通",
    "helpers": [],
    "local": [],
    "contacts": [],
    "group": "",
    "contact": "personal",
    "required": [],
    "asked": ["photos"],
    "later": [],
    "days": 5,
    "days_are": "建议承诺",
    "waits_outside": False,
    "materials": "",
    "closing": "",
    "decider": None,
    "window": None,
    "note": None,
    "proposed_to": None,
    "days_run": "working",
    "legal_days": None,
    "starts": "dispatch",
    "phrasings": [],
}
"""A service before anything is written, in the order of the record."""


@dataclass(frozen=True)
class Listed:
    """A line of the catalogue: published, withdrawn, or only a draft."""

    code: str
    name: str
    category: str
    lead: str
    fields: int
    phrasings: int
    published: bool
    active: bool
    draft: ServiceDraft | None


@dataclass(frozen=True)
class Opened:
    """A service as the editor shows it: the draft's content, or the published one's."""

    code: str
    content: dict[str, Any]
    published: dict[str, Any] | None
    active: bool
    draft: ServiceDraft | None

    @property
    def version(self) -> int:
        """The draft's version; 0 while there is none."""
        return self.draft.version if self.draft else 0

    @property
    def changed(self) -> bool:
        """Whether publishing would change anything."""
        return self.content != self.published


def content_of(row: ServiceRow) -> dict[str, Any]:
    """A published row as the editor's content."""
    whole = {**row.spec, **{name: getattr(row, name) for name in COLUMNS}, "phrasings": row.phrasings}
    return {name: whole.get(name, default) for name, default in EMPTY.items()}


async def listed(context: Context) -> list[Listed]:
    """The whole catalogue in its order, drafts of new services last."""
    async with context.db.read() as session:
        rows = list(await session.scalars(select(ServiceRow).order_by(ServiceRow.position, ServiceRow.code)))
        drafts = {row.code: row for row in await session.scalars(select(ServiceDraft))}
    known = {row.code for row in rows}
    found = [_listed(row.code, content_of(row), drafts.get(row.code), True, row.active) for row in rows]
    new = [_listed(code, one.content, one, False, False) for code, one in drafts.items() if code not in known]
    return found + sorted(new, key=lambda one: one.code)


def _listed(
    code: str, content: Mapping[str, Any], draft: ServiceDraft | None, published: bool, active: bool
) -> Listed:
    fields = len(content["required"]) + len(content["asked"])
    return Listed(
        code,
        content["name"] or "（还没有名称）",
        content["category"],
        content["lead"],
        fields,
        len(content["phrasings"]),
        published,
        active,
        draft,
    )


async def begin(context: Context, author: Author, form: Mapping[str, Any]) -> str:
    """Start the draft of a new service under the next free code of its category; returns the code."""
    name = text(form, "name", 60, "要写名称。")
    category = text(form, "category", 40)
    county = await context.directory.county()
    every = [*county.services.values(), *county.withdrawn.values()]
    letters = {service.category: service.code[0] for service in every}
    if category not in letters:
        raise AdminError("要选类别。", "category")
    async with context.db.write() as session:
        taken = {
            *await session.scalars(select(ServiceRow.code)),
            *await session.scalars(select(ServiceDraft.code)),
        }
        code = _next_code(letters[category], taken)
        session.add(
            ServiceDraft(
                code=code,
                content={**EMPTY, "name": name, "category": category},
                author=author.name,
                updated_at=context.clock(),
            )
        )
    return code


def _next_code(letter: str, taken: set[str]) -> str:
    numbers = [int(code[1:]) for code in taken if code[:1] == letter and code[1:].isdigit()]
    return f"{letter}{max(numbers, default=0) + 1:02d}"


async def opened(session: AsyncSession, code: str) -> Opened:
    """A service for the editor; AdminError when there is none."""
    row, draft = await session.get(ServiceRow, code), await session.get(ServiceDraft, code)
    if row is None and draft is None:
        raise AdminError("没有这项服务。")
    published = content_of(row) if row else None
    content = {**EMPTY, **(draft.content if draft else published or {})}
    return Opened(code, content, published, bool(row and row.active), draft)


async def save(
    context: Context, author: Author, code: str, content: dict[str, Any], version: int
) -> ServiceDraft:
    """Keep a draft; AdminError when another person saved meanwhile."""
    async with context.db.write() as session:
        held = await opened(session, code)
        if held.version != version:
            who = held.draft.author if held.draft else "别人"
            raise AdminError(f"{who}刚刚也存过这份草稿，您写的还在这一页上。复制出来，刷新后再改。")
        row = held.draft or ServiceDraft(code=code, version=0)
        row.content, row.version = content, version + 1
        row.author, row.updated_at = author.name, context.clock()
        session.add(row)
    return row


async def discard(context: Context, code: str) -> bool:
    """Throw a draft away; True when nothing of the service is left."""
    async with context.db.write() as session:
        held = await opened(session, code)
        if held.draft is not None:
            await session.delete(held.draft)
        return held.published is None


def service_from(code: str, content: Mapping[str, Any]) -> Service:
    """The content as the catalogue's value; AdminError where it does not fit together."""
    values = {name: value for name, value in content.items() if name != "phrasings"}
    try:
        spec = ServiceSpec.model_validate({"code": code, **values})
    except ValidationError as error:
        first = error.errors()[0]
        raise AdminError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return service_of(_row_of(spec, list(content["phrasings"]), 0))


def _row_of(spec: ServiceSpec, phrasings: list[str], position: int) -> ServiceRow:
    columns = {"code", *COLUMNS}
    return ServiceRow(
        **spec.model_dump(include=columns),
        spec=spec.model_dump(exclude=columns),
        phrasings=phrasings,
        position=position,
        active=True,
    )


def problems(
    context: Context, county: County, preview: Preview | None, code: str, content: dict[str, Any]
) -> list[str]:
    """What must be mended before publishing, in words; empty when it may be published."""
    today = local(context.clock()).date()
    found = []
    others = [one for one in county.services.values() if one.code != code]
    if not content["name"]:
        found.append("写名称")
    elif any(one.name == content["name"] for one in others):
        found.append(f"换个名称，已经有一项服务叫“{content['name']}”")
    if content["lead"] not in county.orgs:
        found.append("选主办单位")
    elif standing_in(county, content["lead"], today) is None:
        found.append(f"{county.orgs[content['lead']].name}停用了，换一个主办单位")
    for org in content["helpers"]:
        if org == content["lead"]:
            found.append("主办单位不用再选成协办")
        elif org not in county.orgs or standing_in(county, org, today) is None:
            found.append("协办里有停用的单位，去掉它")
    if not content["group"]:
        found.append("写服务给谁")
    if (content["contact"] == SAFE) != (content["privacy"] == HIGH):
        found.append("只留安全联系方式的要选高敏，高敏的只留安全联系方式")
    if content["legal_days"] is not None and content["legal_days"] < content["days"]:
        found.append("承诺的天数不能比法定最长还长")
    found += _wrong_fields(county, preview, content)
    return found + _wrong_phrasings(others, content["phrasings"])


def _wrong_fields(county: County, preview: Preview | None, content: Mapping[str, Any]) -> list[str]:
    found = []
    first = set(county.contact_kinds.get(content["contact"], ()))
    by_people = set(county.contact_kinds.get("later", ()))
    for name in (*content["required"], *content["asked"]):
        slot = county.slots.get(name)
        if slot is None:
            found.append(f"去掉不认识的字段 {name}")
        elif slot.type == "identity_number":
            found.append("身份证号不在对话里问，改成“以后由人问”")
        elif name in by_people:
            found.append(f"“{slot.label}”一向由工作人员问，不在对话里问，去掉它")
        elif name in first:
            found.append(f"“{slot.label}”开头就问了，不用再加")
        elif preview is not None and not preview.can_ask(name):
            found.append(f"助手还不会问“{slot.label}”，改成“以后由人问”")
    return found


def _wrong_phrasings(others: list[Service], phrasings: list[str]) -> list[str]:
    found = []
    if len(phrasings) < FEWEST_PHRASINGS:
        found.append(f"至少写 {FEWEST_PHRASINGS} 句居民会怎么说，助手靠这些话认出这项服务")
    theirs = {said: one.name for one in others for said in one.phrasings}
    for said in phrasings:
        if said in theirs:
            found.append(f"“{said}”已经是“{theirs[said]}”的说法，换一句")
    return found


async def publish(
    context: Context, author: Author, preview: Preview | None, code: str
) -> tuple[Change | None, str]:
    """Put the draft into the catalogue and write the index anew; returns change and index version."""
    county = await context.directory.county()
    async with context.db.write() as session:
        held = await opened(session, code)
        wrong = problems(context, county, preview, code, held.content)
        if wrong:
            raise AdminError("还不能发布：" + "；".join(wrong) + "。")
        values = {name: value for name, value in held.content.items() if name != "phrasings"}
        spec = ServiceSpec.model_validate({"code": code, **values})
        row = await session.get(ServiceRow, code)
        last = await session.scalar(select(func.max(ServiceRow.position))) or 0
        await session.merge(_row_of(spec, list(held.content["phrasings"]), row.position if row else last + 1))
        if held.draft is not None:
            await session.delete(held.draft)
        await touch_directory(session)
        title = f"{'发布' if row is None else '改了'}服务“{spec.name}”（{code}）"
        before = held.published if row and row.active else None
        done = record(session, author, context.clock(), "service", code, title, before, held.content)
    return done, await refresh_index(context)


async def set_active(context: Context, author: Author, code: str, *, active: bool) -> Change | None:
    """Offer a service again, or no longer; its tickets are worked on to their end."""
    async with context.db.write() as session:
        row = await session.get(ServiceRow, code, with_for_update=True)
        if row is None:
            raise AdminError("还没有发布，不用停。")
        if not active and code == FALLBACK_SERVICE:
            raise AdminError(f"“{row.name}”兜底，认不出是什么事的都登记到它，不能停。")
        if not active and row.spec.get("contact") == SAFE:
            raise AdminError(f"“{row.name}”是人在危险里时用的，不能停。")
        before = {"active": row.active}
        row.active = active
        await touch_directory(session)
        title = f"{'恢复' if active else '停办'}服务“{row.name}”（{code}）"
        done = record(session, author, context.clock(), "service", code, title, before, {"active": active})
    await refresh_index(context)
    return done
