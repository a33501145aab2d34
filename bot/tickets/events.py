"""The append-only events of a ticket and their chain.

An event's digest is `HMAC(salt, payload)`, payload = note and data. The chain is
`HMAC(chain key, chain before + head + digest)`, head = ticket, number, moment, actor, type and states.
So erasing payload and salt, which the law may ask for, leaves a chain that verifies, while a changed,
missing or inserted event does not. The ticket's `head` binds the count to the last link.
"""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.tickets.actors import Actor
from bot.tickets.models import Ticket, TicketEvent
from nlu.vault import Vault

ERASED = "erased"


def context_of(ticket: Ticket, number: int) -> str:
    """What an event's sealed data is bound to."""
    return f"event:{ticket.number}:{number}"


def payload(note: str | None, data: Any) -> bytes:
    """The canonical bytes of what may be erased."""
    return json.dumps([note, data], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(salt: bytes, note: str | None, data: Any) -> str:
    """HMAC(salt, payload)."""
    return hmac.new(salt, payload(note, data), hashlib.sha256).hexdigest()


def link(vault: Vault, before: str, ticket: Ticket, event: TicketEvent) -> str:
    """The chain value of an event after the one before it (empty for the first)."""
    head = [
        ticket.number,
        event.number,
        event.at.astimezone(UTC).isoformat(),
        event.actor,
        event.actor_name,
        event.org,
        event.type,
        event.from_state,
        event.to_state,
    ]
    line = json.dumps([before, head, event.digest], ensure_ascii=False, separators=(",", ":"))
    return vault.chain(line.encode())


def head_of(vault: Vault, ticket: Ticket, count: int, chain: str) -> str:
    """What binds a ticket to the number of its events and to the last one."""
    return vault.chain(f"head|{ticket.number}|{count}|{chain}".encode())


async def append(
    session: AsyncSession,
    vault: Vault,
    ticket: Ticket,
    *,
    at: datetime,
    actor: Actor,
    type: str,
    from_state: str | None = None,
    to_state: str | None = None,
    org: str | None = None,
    note: str | None = None,
    data: dict[str, Any] | None = None,
) -> TicketEvent:
    """Write the next event; the caller holds the ticket's lock. The ticket's version becomes its number."""
    before = (
        await session.scalar(
            select(TicketEvent.chain)
            .where(TicketEvent.ticket == ticket.id)
            .order_by(TicketEvent.number.desc())
            .limit(1)
        )
        or ""
    )
    number = ticket.version + 1
    salt = secrets.token_bytes(16)
    event = TicketEvent(
        ticket=ticket.id,
        number=number,
        at=at,
        actor=actor.key,
        actor_name=actor.name,
        org=org or actor.org,
        type=type,
        from_state=from_state,
        to_state=to_state,
        note=note,
        data=vault.seal_json(data, context_of(ticket, number)) if data else None,
        salt=salt,
        digest=digest_of(salt, note, data or None),
    )
    event.chain = link(vault, before, ticket, event)
    session.add(event)
    ticket.version = number
    ticket.updated_at = at
    ticket.head = head_of(vault, ticket, number, event.chain)
    await session.flush()
    return event


def data_of(vault: Vault, ticket: Ticket, event: TicketEvent) -> dict[str, Any]:
    """An event's sealed data; empty when there is none, or it was erased."""
    return vault.open_json(event.data, context_of(ticket, event.number)) if event.data else {}


async def erase(
    session: AsyncSession,
    vault: Vault,
    ticket: Ticket,
    numbers: list[int],
    *,
    at: datetime,
    actor: Actor,
    reason: str,
) -> TicketEvent:
    """Delete payload and salt of events, and say so in an event that names them."""
    rows = await session.scalars(
        select(TicketEvent).where(TicketEvent.ticket == ticket.id, TicketEvent.number.in_(numbers))
    )
    for row in rows:
        row.note = row.data = row.salt = None
    await session.flush()
    return await append(
        session,
        vault,
        ticket,
        at=at,
        actor=actor,
        type=ERASED,
        note=reason,
        data={"numbers": sorted(numbers)},
    )
