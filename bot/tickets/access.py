"""The access log: who read full personal data, in a chain of its own."""

import json
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.tickets.actors import Actor
from bot.tickets.models import Access
from nlu.vault import Vault

_LOCK = 0x71666C6F67


async def log(
    context: Context, actor: Actor, ticket: int | None, what: str, source: str | None = None
) -> None:
    """Write one read."""
    async with context.db.write() as session:
        await append(session, context, actor, ticket, what, source)


async def append(
    session: AsyncSession,
    context: Context,
    actor: Actor,
    ticket: int | None,
    what: str,
    source: str | None = None,
) -> None:
    """Write one read within a transaction; writers of the log queue."""
    if not context.db.sqlite:
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    before = await session.scalar(select(Access.chain).order_by(Access.id.desc()).limit(1)) or ""
    row = Access(
        at=context.clock(),
        actor=actor.key,
        actor_name=actor.name,
        ticket=ticket,
        what=what[:80],
        source=source[:64] if source else None,
    )
    row.chain = link(context.vault, before, row)
    session.add(row)
    await session.flush()


def link(vault: Vault, before: str, row: Access) -> str:
    """The chain value of a read after the one before it."""
    at: datetime = row.at
    fields = [at.astimezone(UTC).isoformat(), row.actor, row.actor_name, row.ticket, row.what, row.source]
    return vault.chain(json.dumps(["access", before, fields], ensure_ascii=False).encode())
