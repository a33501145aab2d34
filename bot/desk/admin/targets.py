"""Delivery targets: where an organisation's tickets go beside the desk; failures and trying them again."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.desk.admin.common import AdminError, text
from bot.directory.changes import Author, columns, record
from bot.directory.models import Change, DeliveryTarget
from bot.tickets.delivery.circuit import CircuitView, circuits
from bot.tickets.delivery.targets import CALLED, KINDS, address_fits, secret_context
from bot.tickets.delivery.trial import in_words
from bot.tickets.delivery.worker import retry
from bot.tickets.models import Outbox, Ticket

WRONG = {
    "email": "不是邮箱，要写成 canlian@example.cn 这样。",
    "webhook": "不对：要以 https:// 或 http:// 开头，里面不能带用户名和密码。",
    "open311": "不对：要写成 https://…/open311/v2 这样，里面不能带用户名和密码。",
    "telegram": "不是群号：一般是 -100 开头的一串数字，或 @ 开头的群名。",
}
KEPT = ("kind", "address", "allow_private", "active")
FAILURES = 50


@dataclass(frozen=True)
class Failure:
    """A delivery that did not arrive; `final` when it is not tried any more by itself."""

    id: int
    number: str
    target: DeliveryTarget | None
    kind: str
    since: datetime
    attempts: int
    next_at: datetime
    why: str
    final: bool


@dataclass(frozen=True)
class Shown:
    """A target with what became of its deliveries."""

    row: DeliveryTarget
    delivered: datetime | None
    failed: int
    circuit: CircuitView | None = None
    """How the receiver does, where it failed lately."""


async def overview(context: Context) -> list[Shown]:
    """All targets, by organisation."""
    async with context.db.read() as session:
        rows = list(
            await session.scalars(select(DeliveryTarget).order_by(DeliveryTarget.org, DeliveryTarget.id))
        )
        last = {
            target: at
            for target, at in await session.execute(
                select(Outbox.target, func.max(Outbox.delivered_at))
                .where(Outbox.kind.in_(KINDS), Outbox.state == "delivered")
                .group_by(Outbox.target)
            )
        }
        broken = {
            target: count
            for target, count in await session.execute(
                select(Outbox.target, func.count())
                .where(Outbox.kind.in_(KINDS), Outbox.state == "failed")
                .group_by(Outbox.target)
            )
        }
    found = await circuits(context, KINDS)
    return [
        Shown(row, last.get(str(row.id)), broken.get(str(row.id), 0), found.get((row.kind, str(row.id))))
        for row in rows
    ]


async def failures(context: Context) -> list[Failure]:
    """What did not arrive, newest first: given up, or still being tried after a failure."""
    async with context.db.read() as session:
        found = await session.execute(
            select(Outbox, Ticket.number)
            .join(Ticket, Ticket.id == Outbox.ticket)
            .where(
                Outbox.kind.in_(KINDS),
                or_(Outbox.state == "failed", (Outbox.state == "waiting") & Outbox.error.is_not(None)),
            )
            .order_by(Outbox.id.desc())
            .limit(FAILURES)
        )
        targets = {str(row.id): row for row in await session.scalars(select(DeliveryTarget))}
    return [
        Failure(
            row.id,
            number,
            targets.get(row.target),
            row.kind,
            row.created_at,
            row.attempts,
            row.next_at,
            in_words(row.error or ""),
            row.state == "failed",
        )
        for row, number in found
    ]


def checked(form: Mapping[str, Any]) -> dict[str, Any]:
    """Kind and address of a form; AdminError for what cannot be sent to."""
    kind, address = text(form, "kind", 16), text(form, "address", 300, "要写地址。")
    if kind not in KINDS:
        raise AdminError("要选怎么送。", "kind")
    if not address_fits(kind, address):
        raise AdminError(f"{address} {WRONG[kind]}", "address")
    return {"kind": kind, "address": address, "allow_private": kind in CALLED and "allow_private" in form}


async def add(context: Context, author: Author, form: Mapping[str, Any]) -> tuple[Change | None, str | None]:
    """Add a target; a webhook's secret is returned to be shown once."""
    values = checked(form)
    county = await context.directory.county()
    org = text(form, "org", 16)
    if org not in county.orgs:
        raise AdminError("要选单位。", "org")
    async with context.db.write() as session:
        row = DeliveryTarget(org=org, active=True, **values)
        same = select(DeliveryTarget.id).where(
            DeliveryTarget.org == org, DeliveryTarget.kind == row.kind, DeliveryTarget.address == row.address
        )
        if await session.scalar(same) is not None:
            raise AdminError("这个单位已经有这个地址了。", "address")
        secret = _give_secret(context, row) if row.kind == "webhook" else None
        if row.kind == "open311" and (key := text(form, "api_key", 200)):
            row.secret = context.vault.seal(key, secret_context(row))
        session.add(row)
        title = f"{county.orgs[org].name}加了{KINDS[row.kind]}地址 {row.address}"
        done = record(session, author, context.clock(), "target", org, title, None, columns(row, *KEPT))
    return done, secret


def _give_secret(context: Context, row: DeliveryTarget) -> str:
    secret = secrets.token_urlsafe(32)
    row.secret = context.vault.seal(secret, secret_context(row))
    return secret


async def change(context: Context, author: Author, identity: int, form: Mapping[str, Any]) -> Change | None:
    """Change a target's address."""
    async with context.db.write() as session:
        row = await _row(session, identity)
        values = checked({**form, "kind": row.kind})
        before = columns(row, *KEPT)
        row.address, row.allow_private = values["address"], values["allow_private"]
        title = f"{KINDS[row.kind]}地址改为 {row.address}"
        return record(session, author, context.clock(), "target", row.org, title, before, columns(row, *KEPT))


async def new_secret(context: Context, author: Author, identity: int) -> tuple[Change | None, str]:
    """Give a webhook another secret, returned to be shown once; the old one stops signing at once."""
    async with context.db.write() as session:
        row = await _row(session, identity)
        if row.kind != "webhook":
            raise AdminError("只有系统对接有密钥。")
        secret = _give_secret(context, row)
        title = f"换了 {row.address} 的密钥"
        return record(session, author, context.clock(), "target", row.org, title), secret


async def set_active(context: Context, author: Author, identity: int, *, active: bool) -> Change | None:
    """Switch a target on or off; the desk gets the tickets in any case."""
    async with context.db.write() as session:
        row = await _row(session, identity)
        before = columns(row, *KEPT)
        row.active = active
        title = f"{'启用' if active else '停用'}{KINDS[row.kind]}地址 {row.address}"
        return record(session, author, context.clock(), "target", row.org, title, before, columns(row, *KEPT))


async def one(context: Context, identity: int) -> DeliveryTarget:
    """A target; AdminError when there is none."""
    async with context.db.read() as session:
        return await _row(session, identity, lock=False)


async def again(context: Context, form: Mapping[str, Any]) -> int:
    """Put failed deliveries back into the queue: one, or all of them; returns how many."""
    wanted = text(form, "delivery", 12)
    async with context.db.read() as session:
        query = select(Outbox.id).where(Outbox.kind.in_(KINDS), Outbox.state == "failed")
        if wanted:
            query = query.where(Outbox.id == (int(wanted) if wanted.isdigit() else -1))
        found = list(await session.scalars(query))
    return sum([await retry(context, identity) for identity in found])


async def _row(session: AsyncSession, identity: int, *, lock: bool = True) -> DeliveryTarget:
    row = await session.get(DeliveryTarget, identity, with_for_update=lock or None)
    if row is None:
        raise AdminError("没有这个地址。")
    return row
