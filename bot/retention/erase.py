"""Removing a conversation whole, and making a ticket anonymous while its figures stay."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.conversations.models import ActionRun, Button, Conversation, Draft, Message, Turn
from bot.conversations.trackers import TRACKERS, keys_of, trackers
from bot.knowledge.models import Gap
from bot.tickets import events, words
from bot.tickets.actors import Actor
from bot.tickets.models import Attachment, Outbox, OutsideCase, Ticket, TicketEvent
from bot.tickets.work import fields_context, title_context

TITLE = "（个人内容已依法删除）"
FIGURES = frozenset(
    {"channel", "reasons", "rating", "outcome", "until", "helpers", "into", "attachments", "numbers"}
)
"""What an event's data may hold without telling of a person: the figures and lists are made of it."""


async def erase_conversation(session: AsyncSession, conversation: Conversation) -> list[str]:
    """Delete a conversation with all that hangs on it; returns the digests of its loose pictures.

    Its tickets stay; they only forget the conversation. Trackers are apart: `forget_trackers`.
    """
    own = conversation.id
    loose = (Attachment.conversation == own) & Attachment.ticket.is_(None)
    digests = list(await session.scalars(select(Attachment.digest).where(loose)))
    await session.execute(delete(Attachment).where(loose))
    await session.execute(update(Attachment).where(Attachment.conversation == own).values(conversation=None))
    for model in (Message, Button, Draft):
        await session.execute(delete(model).where(model.conversation == own))
    await session.execute(delete(Turn).where(Turn.id.startswith(f"{own}:", autoescape=True)))
    await session.execute(delete(ActionRun).where(ActionRun.turn.startswith(f"{own}:", autoescape=True)))
    await session.execute(update(Gap).where(Gap.conversation == own).values(conversation=None))
    await session.execute(update(Ticket).where(Ticket.conversation == own).values(conversation=None))
    await session.execute(delete(Outbox).where(Outbox.kind == "resident", Outbox.target == own))
    await session.delete(conversation)
    await session.flush()
    return digests


async def forget_trackers(context: Context, conversations: list[tuple[str, int]]) -> int:
    """Delete what the Rasa server remembers of conversations, given with their number of sessions."""
    keys = [key for name, sessions in conversations for key in keys_of(context.vault, name, sessions)]
    removed = 0
    async with trackers(context) as db:
        for start in range(0, len(keys), 500):
            async with db.write() as session:
                batch = keys[start : start + 500]
                done: Any = await session.execute(TRACKERS.delete().where(TRACKERS.c.key.in_(batch)))
                removed += done.rowcount
    return removed


async def anonymise_ticket(
    session: AsyncSession, context: Context, ticket: Ticket, *, at: datetime, actor: Actor, reason: str
) -> list[str]:
    """Take everything personal from a locked ticket; returns the digests of its attachments.

    State, service, grid, dates and rating stay. Events keep their heads; what was said in them goes, and an
    event says so: the chain still verifies.
    """
    vault = context.vault
    rows = await session.scalars(
        select(TicketEvent).where(TicketEvent.ticket == ticket.id, TicketEvent.type != events.ERASED)
    )
    personal = [
        row.number
        for row in rows
        if row.note is not None or not events.data_of(vault, ticket, row).keys() <= FIGURES
    ]
    ticket.fields = vault.seal_json({}, fields_context(ticket))
    ticket.title = vault.seal(TITLE, title_context(ticket))
    ticket.result = ticket.person_hash = ticket.phone_hash = ticket.conversation = None
    ticket.erased_at = at
    await words.forget(session, ticket.id)
    await session.execute(delete(OutsideCase).where(OutsideCase.ticket == ticket.id))
    digests = list(await session.scalars(select(Attachment.digest).where(Attachment.ticket == ticket.id)))
    await session.execute(delete(Attachment).where(Attachment.ticket == ticket.id))
    await session.execute(delete(Message).where(Message.ticket == ticket.id))
    await session.execute(delete(Outbox).where(Outbox.ticket == ticket.id))
    await events.erase(session, vault, ticket, personal, at=at, actor=actor, reason=reason)
    return digests
