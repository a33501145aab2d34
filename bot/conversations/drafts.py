"""Requests being filled in: sealed fields, seven days of life, the id as the filing's unique key."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import models
from nlu.vault import Vault

LIFE = timedelta(days=7)
OPEN, FILED, CANCELLED, EXPIRED = "open", "filed", "cancelled", "expired"


@dataclass
class Draft:
    """A request being filled in, open to read; `progress` holds no personal data."""

    id: str
    conversation: str
    service: str
    created_at: datetime
    state: str = OPEN
    urgent: bool = False
    proxy: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def start(cls, conversation: str, service: str, at: datetime) -> "Draft":
        """A new, empty draft."""
        return cls(id=secrets.token_hex(12), conversation=conversation, service=service, created_at=at)


async def load(session: AsyncSession, vault: Vault, draft: str, conversation: str) -> Draft | None:
    """A draft of this conversation, None where there is none such."""
    row = await session.get(models.Draft, draft)
    return _opened(row, vault) if row is not None and row.conversation == conversation else None


async def unfinished(session: AsyncSession, vault: Vault, conversation: str, now: datetime) -> list[Draft]:
    """The conversation's open drafts that have not run out, newest first."""
    rows = await session.scalars(
        select(models.Draft)
        .where(
            models.Draft.conversation == conversation,
            models.Draft.state == OPEN,
            models.Draft.expires_at > now,
        )
        .order_by(models.Draft.updated_at.desc())
    )
    return [_opened(row, vault) for row in rows]


async def store(session: AsyncSession, vault: Vault, draft: Draft, now: datetime) -> None:
    """Write a draft; each change gives it another seven days."""
    values = {
        "service": draft.service,
        "state": draft.state,
        "urgent": draft.urgent,
        "proxy": draft.proxy,
        "fields": vault.seal_json(draft.fields, _place(draft.id)),
        "progress": dict(draft.progress),
        "updated_at": now,
        "expires_at": now + LIFE,
    }
    row = models.Draft.__table__
    known = await session.execute(row.update().where(row.c.id == draft.id).values(values))
    if not known.rowcount:
        made = {"id": draft.id, "conversation": draft.conversation, "created_at": draft.created_at}
        await session.execute(row.insert().values(values | made))


async def expire(session: AsyncSession, vault: Vault, now: datetime) -> int:
    """End the drafts whose week is over and forget what they held; returns how many.

    A filed draft keeps its state: its id is the ticket's key. What it held lives on in the ticket alone.
    """
    rows = (
        await session.scalars(
            select(models.Draft).where(models.Draft.state.in_((OPEN, FILED)), models.Draft.expires_at <= now)
        )
    ).all()
    for row in rows:
        row.state = EXPIRED if row.state == OPEN else row.state
        row.fields = vault.seal_json({}, _place(row.id))
        row.progress = {}
        row.expires_at = datetime.max.replace(tzinfo=UTC)
    return len(rows)


def _opened(row: models.Draft, vault: Vault) -> Draft:
    return Draft(
        id=row.id,
        conversation=row.conversation,
        service=row.service,
        created_at=row.created_at,
        state=row.state,
        urgent=row.urgent,
        proxy=row.proxy,
        fields=vault.open_json(row.fields, _place(row.id)),
        progress=dict(row.progress),
    )


def _place(draft: str) -> str:
    return f"draft:{draft}"
