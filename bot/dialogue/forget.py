"""After an answer that asks for it: keep nothing of a message, or nothing of a person."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.conversations.models import Conversation, Message
from bot.retention.erase import forget_trackers
from bot.retention.rights import Refused, erase_person
from bot.tickets.actors import resident

MESSAGE, PERSON = "message", "person"
"""Values of an answer's `custom.forget`."""


def wish(answers: list[dict[str, Any]]) -> str | None:
    """What the answers ask to be forgotten."""
    return next((str(a["custom"]["forget"]) for a in answers if a["custom"].get("forget")), None)


async def forget_message(session: AsyncSession, conversation: Conversation, turn: str) -> int:
    """Delete what the resident said in a turn and leave the tracker that heard it; returns its session."""
    heard = (
        (Message.conversation == conversation.id) & (Message.turn == turn) & (Message.author == "resident")
    )
    await session.execute(delete(Message).where(heard))
    conversation.session += 1
    return conversation.session - 1


async def forget_session(context: Context, conversation: str, session: int) -> None:
    """Delete what Rasa remembers of a conversation up to a session."""
    await forget_trackers(context, [(conversation, session)])


async def forget_person(context: Context, conversation: str) -> list[str]:
    """Remove everything of a person; the reasons where something became a hindrance meanwhile."""
    try:
        await erase_person(context, conversation, resident(conversation))
    except Refused as refused:
        return refused.reasons
    return []
