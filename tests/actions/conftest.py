"""Turns and trackers for the tests of the actions."""

from typing import Any

import pytest

from bot.context import Context
from bot.conversations.models import Conversation


@pytest.fixture
async def conversation(county: Context) -> str:
    """A resident's conversation."""
    async with county.db.write() as session:
        session.add(
            Conversation(
                id="c1",
                channel="rest",
                sender_hash="h",
                sender=county.vault.seal("me", "sender"),
                created_at=county.clock(),
                last_at=county.clock(),
                memory={},
            )
        )
    return "c1"


def call(action: str, text: str, intent: str, turn: str, **more: Any) -> dict[str, Any]:
    """A call as Rasa makes it."""
    metadata = {"turn": turn, "conversation": "c1", "channel": "rest", **more.pop("metadata", {})}
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [],
        "metadata": metadata,
        **more,
    }
    return {
        "next_action": action,
        "sender_id": "c1:1",
        "tracker": {
            "sender_id": "c1:1",
            "slots": {},
            "latest_message": message,
            "events": [{"event": "user", "text": text}],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
        "domain": {},
    }
