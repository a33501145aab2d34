"""A person takes the conversation over from the assistant, and hands it back."""

from bot.context import Context
from bot.conversations.models import Conversation
from bot.live import STAFF


async def want_person(context: Context, conversation_id: str, reason: str) -> None:
    """The resident waits for a person; the assistant goes on answering meanwhile."""
    async with context.db.note() as session:
        conversation = await session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None or conversation.takeover is not None:
            return
        conversation.takeover, conversation.takeover_reason = "waiting", reason[:24]
        conversation.takeover_at = context.clock()
    context.hub.tell(STAFF, {"type": "waiting", "conversation": conversation_id})


async def take_over(context: Context, conversation_id: str, staff: int) -> bool:
    """The assistant is silent from now on; False when another person was quicker."""
    async with context.db.note() as session:
        conversation = await session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None:
            return False
        if conversation.takeover == "taken" and conversation.takeover_staff != staff:
            return False
        conversation.takeover, conversation.takeover_staff = "taken", staff
        conversation.takeover_at = context.clock()
    context.hub.tell(conversation_id, {"type": "taken"})
    context.hub.tell(STAFF, {"type": "taken", "conversation": conversation_id})
    return True


async def hand_back(context: Context, conversation_id: str) -> None:
    """The assistant answers again, in a session of its own: what was said meanwhile it has not heard."""
    async with context.db.note() as session:
        conversation = await session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None or conversation.takeover is None:
            return
        if conversation.takeover == "taken":
            conversation.session += 1
        conversation.takeover = conversation.takeover_reason = None
        conversation.takeover_at = conversation.takeover_staff = None
    context.hub.tell(conversation_id, {"type": "handed_back"})
    context.hub.tell(STAFF, {"type": "handed_back", "conversation": conversation_id})
