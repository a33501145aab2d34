"""What comes before an intent's own handler: danger, an emergency under way, a question left open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import complaints, emergency, followups, matters, mydata, offers, openings, services, smalltalk
from actions.intake import start
from actions.turn import Turn
from bot.dialogue.texts import PICTURES_ONLY

FOLLOWED_UP = frozenset({"ask_faq", "out_of_scope", "inform", "request_service", "chitchat", "nlu_fallback"})
"""Intents under which a short follow-up question, or a bare ticket number, may come."""
_ANSWERS = frozenset({"affirm", "deny", "inform", "press", "request_service"})
"""Intents that may answer what was offered last."""


async def _before_intent(turn: Turn) -> bool:
    """What is known by its words better than by its intent; whether the message was answered."""
    if await openings.take(turn):
        return True
    if await offers.picked(turn):
        return True
    if turn.said.intent not in _ANSWERS:
        turn.memory.pop("sibling", None)
        turn.memory.pop("offered", None)
    if start.GO_ON.match(turn.text.strip()) and await start.go_on(turn):
        return True
    if turn.attachments and turn.text.strip() in ("", PICTURES_ONLY) and not await matters.mine(turn):
        start.keep_pictures(turn)
        return True
    if turn.said.intent in FOLLOWED_UP and matters.names_ticket(turn):
        await matters.check(turn)
        return True
    if await mydata.asked(turn):
        return True
    if complaints.is_corruption(turn.text):
        complaints.point_to_inspection(turn)
        return True
    if smalltalk.is_abuse(turn):
        await smalltalk.chitchat(turn)
        return True
    if services.is_bare(turn.text):
        services.what(turn)
        return True
    if complaints.is_urging(turn):
        return await complaints.urge_last(turn)
    return turn.said.intent in FOLLOWED_UP and await followups.answer(turn)


def in_order(handler: Callable[[Turn], Awaitable[None]]) -> Callable[[Turn], Awaitable[None]]:
    """The handler behind the common order of things."""

    async def handle(turn: Turn) -> None:
        if emergency.comes_first(turn) and not emergency.under_way(turn):
            await emergency.open_for(turn)
        elif emergency.under_way(turn) and await emergency.follow(turn):
            return
        elif turn.command is None and await _before_intent(turn):
            return
        else:
            if turn.command is not None:
                turn.memory.pop("pending", None)
            await handler(turn)

    return handle
