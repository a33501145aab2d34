"""Trying an intake before its service is published: the contract between desk and actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.directory.catalogue import County, Service


@dataclass(frozen=True)
class Line:
    """A line of the talk: `who` is resident or assistant."""

    who: str
    text: str
    buttons: tuple[str, ...] = ()


class Preview(Protocol):
    """Plays an intake without writing anything."""

    def can_ask(self, slot: str) -> bool:
        """Whether the chat knows how to ask for a slot."""

    async def play(self, county: County, service: Service, said: Sequence[str]) -> list[Line]:
        """The talk that follows from what a resident says; titles of buttons press them."""
