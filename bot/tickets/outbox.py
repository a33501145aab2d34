"""Writing deliveries into the transaction of the step that causes them."""

import secrets
from typing import Any

from sqlalchemy import select

from bot.directory.models import DeliveryTarget
from bot.tickets.masking import mask_text
from bot.tickets.models import Outbox, Ticket, TicketEvent
from bot.tickets.work import Work

GRID = "grid:"
"""Prefix of a desk target that is a point of the grid instead of an organisation."""


def payload_context(key: str) -> str:
    """What a delivery's sealed payload is bound to."""
    return f"outbox:{key}"


def add(
    work: Work,
    event: TicketEvent | None,
    kind: str,
    target: str,
    payload: dict[str, Any],
    *,
    done: bool = False,
) -> Outbox:
    """One delivery. The desk's inbox lies in this database: what is for it has arrived with the commit."""
    key = secrets.token_hex(16)
    row = Outbox(
        key=key,
        ticket=work.ticket.id,
        event=event.id if event else None,
        kind=kind,
        target=target,
        payload=work.context.vault.seal_json(payload, payload_context(key)),
        state="delivered" if done else "waiting",
        attempts=0,
        created_at=work.at,
        next_at=work.at,
        delivered_at=work.at if done else None,
    )
    work.session.add(row)
    return row


async def tell_resident(
    work: Work,
    event: TicketEvent | None,
    text: str,
    buttons: list[dict[str, str]] | None = None,
    custom: dict[str, Any] | None = None,
) -> None:
    """A message into the conversations that follow the ticket; nothing for a matter of high privacy."""
    if work.high_privacy:
        return
    followers = [work.ticket.conversation, *await _merged_conversations(work)]
    for conversation in dict.fromkeys(filter(None, followers)):
        add(
            work,
            event,
            "resident",
            conversation,
            {"text": text, "buttons": buttons or [], "custom": custom or {}},
        )


async def _merged_conversations(work: Work) -> list[str | None]:
    """The conversations of what was merged into the ticket, also by way of another ticket."""
    found: list[str | None] = []
    survivors, known = [work.ticket.id], {work.ticket.id}
    while survivors:
        rows = await work.session.execute(
            select(Ticket.id, Ticket.conversation)
            .where(Ticket.survivor.in_(survivors), Ticket.id.not_in(known))
            .order_by(Ticket.id)
        )
        merged = rows.all()
        survivors = [row.id for row in merged]
        known.update(survivors)
        found += [row.conversation for row in merged]
    return found


async def tell_org(work: Work, event: TicketEvent | None, org: str, text: str, full: dict[str, Any]) -> None:
    """The organisation's desk inbox, and every address that it has given.

    `full` is what a receiving program gets; at high privacy it gets the number alone, and the text says
    nothing of the matter.
    """
    number = work.ticket.number
    private = work.high_privacy
    quiet = f"{number} 有新的进展，请到服务台查看"
    add(work, event, "desk", org, {"number": number, "text": quiet if private else text}, done=True)
    targets = await work.session.scalars(
        select(DeliveryTarget)
        .where(DeliveryTarget.org == org, DeliveryTarget.active)
        .order_by(DeliveryTarget.id)
    )
    for target in targets:
        body = {
            "number": number,
            "event": event.type if event else None,
            "at": work.at.isoformat(),
            "org": org,
            "text": quiet if private else mask_text(text),
        }
        add(work, event, target.kind, str(target.id), body if private else {**body, **full})


def tell_point(work: Work, event: TicketEvent | None, text: str) -> None:
    """The grid point's desk; it learns only of matters of ordinary privacy."""
    if work.ticket.grid is not None and work.ticket.privacy == "普通":
        add(
            work,
            event,
            "desk",
            GRID + work.ticket.grid,
            {"number": work.ticket.number, "text": text},
            done=True,
        )
