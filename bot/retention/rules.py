"""What each term removes: one function a kind of data, one small batch a call.

A rule gets the moment up to which its kind has outlived its term and how much it may remove, works in
transactions of its own, and returns how much it removed: less than it was allowed means that it is done.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.context import Context
from bot.conversations.models import ActionRun, Button, Conversation, Draft, Message, Turn
from bot.conversations.trackers import TRACKERS, trackers
from bot.desk.models import SignInFailures, StaffSession
from bot.knowledge.models import Gap
from bot.retention.erase import anonymise_ticket, erase_conversation, forget_trackers
from bot.retention.files import remove_files
from bot.storage.base import Base
from bot.tickets.access_cut import cut_access_log
from bot.tickets.actors import SYSTEM
from bot.tickets.models import Outbox, Ticket
from bot.tickets.states import FINAL

Rule = Callable[[Context, datetime, int], Awaitable[int]]
TERM_OVER = "保管期满，按规定删除个人内容"


def older(model: type[Base], moment: InstrumentedAttribute[Any], *more: Any) -> Rule:
    """A rule that deletes rows whose moment has passed the cutoff."""
    keys = list(model.__table__.primary_key)

    async def rule(context: Context, cutoff: datetime, limit: int) -> int:
        async with context.db.write() as session:
            rows = (
                await session.execute(
                    select(*keys).where(moment < cutoff, *more).order_by(moment).limit(limit)
                )
            ).all()
            for row in rows:
                same = [key == value for key, value in zip(keys, row, strict=True)]
                await session.execute(delete(model).where(*same))
        return len(rows)

    return rule


async def conversations(context: Context, cutoff: datetime, limit: int) -> int:
    """Conversations that nobody used since; not while one of their tickets is open."""
    open_ticket = exists(
        select(Ticket.id).where(Ticket.conversation == Conversation.id, Ticket.state.not_in(FINAL))
    )
    digests: list[str] = []
    async with context.db.write() as session:
        rows = list(
            await session.scalars(
                select(Conversation)
                .where(Conversation.last_at < cutoff, ~open_ticket)
                .order_by(Conversation.last_at)
                .limit(limit)
                .with_for_update()
            )
        )
        gone = [(row.id, row.session) for row in rows]
        for row in rows:
            digests += await erase_conversation(session, row)
    await forget_trackers(context, gone)
    await remove_files(context, digests)
    return len(gone)


async def old_trackers(context: Context, cutoff: datetime, limit: int) -> int:
    """Trackers that were not used since."""
    async with trackers(context) as db, db.write() as session:
        keys = list(
            await session.scalars(
                select(TRACKERS.c.key).where(TRACKERS.c.last_used < cutoff.timestamp()).limit(limit)
            )
        )
        await session.execute(TRACKERS.delete().where(TRACKERS.c.key.in_(keys)))
    return len(keys)


async def tickets(context: Context, cutoff: datetime, limit: int) -> int:
    """Tickets that ended so long ago become anonymous."""
    ended = func.coalesce(Ticket.closed_at, Ticket.updated_at)
    digests: list[str] = []
    async with context.db.write() as session:
        rows = list(
            await session.scalars(
                select(Ticket)
                .where(Ticket.state.in_(FINAL), Ticket.erased_at.is_(None), ended < cutoff)
                .order_by(Ticket.id)
                .limit(limit)
                .with_for_update()
            )
        )
        for row in rows:
            digests += await anonymise_ticket(
                session, context, row, at=context.clock(), actor=SYSTEM, reason=TERM_OVER
            )
    await remove_files(context, digests)
    return len(rows)


RULES: dict[str, tuple[Rule, int]] = {
    "staff_sessions": (older(StaffSession, StaffSession.expires_at), 500),
    "sign_in_failures": (older(SignInFailures, SignInFailures.last_at), 500),
    "turns": (older(Turn, Turn.at), 500),
    "action_runs": (older(ActionRun, ActionRun.at), 500),
    "buttons": (older(Button, Button.at), 500),
    "drafts": (older(Draft, Draft.updated_at), 500),
    "gaps": (older(Gap, Gap.at), 500),
    "deliveries": (older(Outbox, Outbox.delivered_at, Outbox.state == "delivered"), 500),
    "conversations": (conversations, 20),
    "trackers": (old_trackers, 500),
    "tickets": (tickets, 20),
    "messages": (older(Message, Message.at), 500),
    "access_log": (cut_access_log, 500),
}
"""Kind -> its rule and the size of a batch: small, so that nobody waits for the writer's lock."""
