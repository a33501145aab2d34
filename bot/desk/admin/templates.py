"""Response templates: adding, changing, switching off."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from bot.context import Context
from bot.desk.admin.common import AdminError, text
from bot.directory.changes import Author, columns, record
from bot.directory.models import Change, ResponseTemplate
from bot.tickets.states import OPEN

KEPT = ("name", "body", "org", "service", "state", "active")
LONGEST = 500


async def listed(context: Context) -> list[ResponseTemplate]:
    """All templates, those in use first."""
    row = ResponseTemplate
    async with context.db.read() as session:
        return list(await session.scalars(select(row).order_by(row.active.desc(), row.position, row.id)))


async def save(
    context: Context, author: Author, identity: int | None, form: Mapping[str, Any]
) -> Change | None:
    """Add a template, or change one."""
    county = await context.directory.county()
    values: dict[str, Any] = {
        "name": text(form, "name", 40, "要写名称。"),
        "body": text(form, "body", LONGEST, "要写内容。").replace("\r\n", "\n"),
    }
    if values["body"].count("【") != values["body"].count("】"):
        raise AdminError("【 和 】要成对。", "body")
    for name, known in (("org", county.orgs), ("service", county.services), ("state", OPEN)):
        value = text(form, name, 24) or None
        if value is not None and value not in known:
            raise AdminError("这一项要从名单里选。", name)
        values[name] = value
    async with context.db.write() as session:
        same = await session.scalar(
            select(ResponseTemplate.id).where(ResponseTemplate.name == values["name"])
        )
        if same is not None and same != identity:
            raise AdminError(f"已经有一条叫“{values['name']}”了，换个名称。", "name")
        row = await session.get(ResponseTemplate, identity) if identity is not None else None
        if identity is not None and row is None:
            raise AdminError("没有这一条。")
        before = columns(row, *KEPT) if row else None
        if row is None:
            last = await session.scalar(select(func.max(ResponseTemplate.position)))
            row = ResponseTemplate(position=(last or 0) + 1, active=True)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        title = f"{'改了' if before else '加了'}答复模板“{row.name}”"
        return record(
            session, author, context.clock(), "template", row.name, title, before, columns(row, *KEPT)
        )


async def set_active(context: Context, author: Author, identity: int, *, active: bool) -> Change | None:
    """Offer a template again, or no longer."""
    async with context.db.write() as session:
        row = await session.get(ResponseTemplate, identity)
        if row is None:
            raise AdminError("没有这一条。")
        before = {"active": row.active}
        row.active = active
        title = f"{'启用' if active else '停用'}答复模板“{row.name}”"
        return record(
            session, author, context.clock(), "template", row.name, title, before, {"active": active}
        )
