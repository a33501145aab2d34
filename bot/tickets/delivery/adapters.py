"""What an adapter is: takes one delivery to its receiver, or raises."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class DeliveryItem:
    """A delivery as adapters see it. `key` is stable over repeats: receivers drop what they had."""

    id: int
    key: str
    kind: str
    target: str
    payload: dict[str, Any]
    ticket: int
    attempt: int
    created_at: datetime


class Adapter(Protocol):
    """Carries deliveries of one kind. Raising means: try again later; Undeliverable: never."""

    async def deliver(self, item: DeliveryItem) -> None:
        """Deliver one item."""


class Undeliverable(Exception):
    """This delivery can never succeed as it is; it fails at once and stands in the dead-letter list."""


class Later(Exception):
    """The receiver says when to come again, in seconds from now."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class FunctionAdapter:
    """An adapter made of a coroutine function, such as the push into a conversation."""

    function: Callable[[DeliveryItem], Awaitable[None]]

    async def deliver(self, item: DeliveryItem) -> None:
        """Call the function."""
        await self.function(item)
