"""Conversations that want a person: the queue, what is being talked, handing back in time."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.conversations import store
from bot.conversations.handover import hand_back
from bot.conversations.models import Conversation, Message
from bot.directory.roles import Role
from bot.tickets.actors import Actor
from bot.tickets.masking import mask_text

ROLES = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
"""Who takes conversations over: the centre's duty; what residents say there is for no other organisation."""
MOST = 3
SILENCE = timedelta(minutes=15)
"""So long nobody speaks, and the assistant answers again."""
SWEEP_SECONDS = 20
REASONS = {
    "danger": "说到有危险，助手已给出急救电话",
    "asked": "主动要人工",
    "not_understood": "连着两次没听懂，已自动请人",
    "callback": "约了回电",
    "withdraw": "高敏事项要求撤回，先核实是不是本人意愿",
    "assistant_down": "助手正在恢复，先由人接",
}
SHOWN = 60


@dataclass(frozen=True)
class Talk:
    """A conversation in the queue or in hand."""

    id: str
    channel: str
    reason: str
    reason_text: str
    since: datetime
    last_words: str
    staff: int | None
    last_at: datetime

    @property
    def danger(self) -> bool:
        """Whether it goes first."""
        return self.reason == "danger"


@dataclass(frozen=True)
class Queue:
    """What waits, what a person has in hand, who wants to be called back."""

    waiting: tuple[Talk, ...]
    mine: tuple[Talk, ...]
    callbacks: tuple[Talk, ...]


async def waiting_count(session: AsyncSession, actor: Actor) -> int:
    """How many conversations wait for a person, for who takes them."""
    if actor.role not in ROLES:
        return 0
    query = select(func.count()).select_from(Conversation).where(Conversation.takeover == "waiting")
    return await session.scalar(query) or 0


async def queue(context: Context, staff: int) -> Queue:
    """Danger first, then who waits longest."""
    async with context.db.read() as session:
        rows = list(
            await session.scalars(
                select(Conversation)
                .where(
                    (Conversation.takeover == "waiting")
                    | ((Conversation.takeover == "taken") & (Conversation.takeover_staff == staff))
                )
                .order_by(Conversation.takeover_at)
            )
        )
        talks = [await _talk(context, session, row) for row in rows]
    waits = [talk for talk in talks if talk.staff is None]
    waits.sort(key=lambda talk: (not talk.danger, talk.since))
    return Queue(
        waiting=tuple(talk for talk in waits if talk.reason != "callback"),
        mine=tuple(talk for talk in talks if talk.staff == staff),
        callbacks=tuple(talk for talk in waits if talk.reason == "callback"),
    )


async def _talk(context: Context, session: AsyncSession, row: Conversation) -> Talk:
    newest = await session.scalar(
        select(Message)
        .where(Message.conversation == row.id, Message.author == "resident")
        .order_by(Message.number.desc())
        .limit(1)
    )
    words = mask_text(store.read_line(context.vault, newest).text) if newest else ""
    reason = row.takeover_reason or "asked"
    return Talk(
        id=row.id,
        channel=row.channel,
        reason=reason,
        reason_text=REASONS.get(reason, reason),
        since=row.takeover_at or row.last_at,
        last_words=words if len(words) <= SHOWN else words[: SHOWN - 1] + "…",
        staff=row.takeover_staff if row.takeover == "taken" else None,
        last_at=row.last_at,
    )


async def in_hand(session: AsyncSession, conversation: str, staff: int) -> Conversation | None:
    """The conversation, if this person has taken it over."""
    row = await session.get(Conversation, conversation)
    if row is None or row.takeover != "taken" or row.takeover_staff != staff:
        return None
    return row


async def silent_since(session: AsyncSession, conversation: Conversation) -> datetime:
    """When somebody spoke last, or when it was taken over."""
    last = await session.scalar(select(func.max(Message.at)).where(Message.conversation == conversation.id))
    return max(filter(None, (last, conversation.takeover_at)))


async def hand_back_silent(context: Context) -> Sequence[str]:
    """Hand back what nobody speaks in any more; returns the conversations."""
    now = context.clock()
    async with context.db.read() as session:
        rows = list(await session.scalars(select(Conversation).where(Conversation.takeover == "taken")))
        over = [row.id for row in rows if now - await silent_since(session, row) >= SILENCE]
    for conversation in over:
        await hand_back(context, conversation)
    return over


async def sweep(context: Context) -> None:
    """Hand back in time, for as long as the desk runs."""
    while True:
        try:
            await hand_back_silent(context)
        except Exception:
            logging.getLogger(__name__).exception("handing conversations back failed; tried again later")
        await asyncio.sleep(SWEEP_SECONDS)
