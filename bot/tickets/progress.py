"""A ticket's progress in plain words for the resident (board 04)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Step:
    """A line of the progress: 已登记, 县残联已签收 …"""

    title: str
    at: datetime | None
    status: Literal["done", "now", "todo"]
    detail: str | None = None


@dataclass(frozen=True)
class Said:
    """A message of the organisation or the resident on the ticket."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True)
class Progress:
    """What the resident sees: the headline answers when, the explanation why."""

    number: str
    service: str
    state: str
    state_name: str
    headline: str
    explanation: str
    steps: tuple[Step, ...]
    messages: tuple[Said, ...]
    result: str | None
    can_rate: bool
    can_withdraw: bool
    can_supplement: bool
    rate_until: datetime | None

    def as_json(self) -> dict[str, Any]:
        """JSON with ISO 8601 moments."""
        return _plain(asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
