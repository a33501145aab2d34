"""Effects by the names that the state table uses."""

from collections.abc import Awaitable, Callable

from bot.tickets.work import Work

EFFECTS: dict[str, Callable[[Work], Awaitable[None]]] = {}


def effect(function: Callable[[Work], Awaitable[None]]) -> Callable[[Work], Awaitable[None]]:
    """Register an effect under its name."""
    EFFECTS[function.__name__] = function
    return function
