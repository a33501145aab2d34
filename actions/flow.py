"""What comes before an intent's own handler: danger, an emergency under way, a question left open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import emergency, openings
from actions.turn import Turn


def in_order(handler: Callable[[Turn], Awaitable[None]]) -> Callable[[Turn], Awaitable[None]]:
    """The handler behind the common order of things."""

    async def handle(turn: Turn) -> None:
        if turn.said.urgent and not emergency.under_way(turn):
            await emergency.open_for(turn)
        elif emergency.under_way(turn) and await emergency.follow(turn):
            return
        elif turn.command is None and await openings.take(turn):
            return
        else:
            await handler(turn)

    return handle
