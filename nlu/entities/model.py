"""What recognisers return and what they work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlu.entities.places import Gazetteer


@dataclass(frozen=True)
class Entity:
    """A fact found in a message; `start` and `end` (exclusive) count in the original text."""

    type: str
    value: str | int | float
    text: str
    start: int
    end: int
    data: Mapping = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """A recogniser's finding; `start` and `end` (exclusive) count in the normalised text."""

    type: str
    value: str | int | float
    start: int
    end: int
    data: Mapping = field(default_factory=dict)

    def overlaps(self, other: Span) -> bool:
        """Whether both claim a character."""
        return self.start < other.end and other.start < self.end


@dataclass
class Message:
    """A normalised message with what recognisers may know about it."""

    text: str
    gazetteer: Gazetteer
    now: datetime
    expected: str | None = None
    found: list[Span] = field(default_factory=list)

    def is_free(self, start: int, end: int) -> bool:
        """Whether no earlier recogniser has claimed a part of the stretch."""
        return not any(start < span.end and span.start < end for span in self.found)
