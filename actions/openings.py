"""Questions that the assistant left open outside of the form, and who takes the answer.

`memory["pending"]` holds {"kind", …} without personal data. A taker returns False for a message that is no
answer; then the question is dropped and the message goes its usual way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from actions.turn import Turn

Taker = Callable[[Turn, dict[str, Any]], Awaitable[bool]]
_takers: dict[str, Taker] = {}


def taker(kind: str) -> Callable[[Taker], Taker]:
    """Register who takes the answers to a kind of open question."""

    def register(function: Taker) -> Taker:
        _takers[kind] = function
        return function

    return register


def leave_open(turn: Turn, kind: str, **data: Any) -> None:
    """Remember that the next message may answer this."""
    turn.memory["pending"] = {"kind": kind, **data}


async def take(turn: Turn) -> bool:
    """Give the message to who waits for it; whether it was taken."""
    pending = turn.memory.pop("pending", None)
    if not pending or pending.get("kind") not in _takers:
        return False
    return await _takers[pending["kind"]](turn, pending)
