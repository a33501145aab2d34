"""Telling a resident something later, on the channel that he used."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.conversations import store
from bot.conversations.answers import read_button
from bot.conversations.models import Conversation, Message
from bot.conversations.store import Line
from bot.directory.catalogue import HIGH_PRIVACY
from bot.live import STAFF
from bot.tickets.models import Ticket

REPLY_WINDOW = timedelta(minutes=30)
"""While a resident in a private matter wrote so lately, a person's reply still goes to his phone."""


async def tell(
    context: Context,
    conversation_id: str,
    text: str,
    buttons: tuple[dict[str, Any], ...] = (),
    custom: dict[str, Any] | None = None,
    ticket: int | None = None,
    key: str | None = None,
) -> None:
    """Tell of a step. With a `key` a repeated call stores the message once.

    Of a delicate matter it is stored and goes nowhere: the resident asks, or a person calls. An ordinary
    ticket's steps are told in the same conversation all the same.
    """
    await _bring(context, conversation_id, text, buttons, custom, ticket, key)


async def reply(context: Context, conversation_id: str, name: str, text: str, org: str | None = None) -> Line:
    """What a member of staff writes in the chat that he has taken over."""
    custom = {"author": "staff", "name": name, **({"org": org} if org else {})}
    line = await _bring(context, conversation_id, text, (), custom, None, None, staff=name)
    context.hub.tell(STAFF, {"type": "message", "conversation": conversation_id})
    return line


async def _bring(
    context: Context,
    conversation_id: str,
    text: str,
    buttons: tuple[dict[str, Any], ...],
    custom: dict[str, Any] | None,
    ticket: int | None,
    key: str | None,
    staff: str | None = None,
) -> Line:
    at = context.clock()
    read = [ready for raw in buttons if (ready := read_button(raw)) is not None]
    async with context.db.write() as session:
        conversation = await session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None:
            raise LookupError(f"there is no conversation {conversation_id}")
        known = key and await session.scalar(
            select(Message).where(Message.conversation == conversation_id, Message.turn == key)
        )
        private = conversation.private if ticket is None else await _delicate(session, ticket)
        pushed = not private or (staff is not None and at - conversation.last_at < REPLY_WINDOW)
        line = (
            store.read_line(context.vault, known)
            if known
            else await store.append(
                session,
                context.vault,
                conversation,
                at,
                author="staff" if staff else "assistant",
                name=staff,
                text=text,
                buttons=read,
                custom=custom,
                ticket=ticket,
                turn=key,
                private=private,
                held=not pushed,
            )
        )
        channel, sender = conversation.channel, store.sender_of(context.vault, conversation)
    if pushed and not known:
        context.hub.tell(conversation_id, {"type": "message", "message": line.shown()})
    carrier = context.hub.carriers.get(channel)
    if pushed and carrier is not None:
        await asyncio.wait_for(carrier(sender, line), timeout=60)
    return line


async def _delicate(session: AsyncSession, ticket: int) -> bool:
    """Whether nothing of a ticket may be pushed."""
    row = (await session.execute(select(Ticket.privacy, Ticket.urgent).where(Ticket.id == ticket))).first()
    return row is None or row.urgent or row.privacy == HIGH_PRIVACY


class ResidentAdapter:
    """Delivers outbox rows of kind `resident`: the target is the conversation."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def deliver(self, row: Any) -> None:
        """Bring one row; an error means that the outbox tries again, and nothing is stored twice."""
        payload = row.payload
        await tell(
            self._context,
            row.target,
            payload["text"],
            tuple(payload.get("buttons") or ()),
            payload.get("custom"),
            ticket=row.ticket,
            key=row.key,
        )
