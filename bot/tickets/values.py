"""What goes into the facade and comes out of it, beside the views."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.tickets.actors import Actor
from bot.tickets.views import TicketView


@dataclass(frozen=True)
class Filing:
    """What a filing says. The same `key` is the same ticket, however often it is filed.

    `linked` is the number of another ticket of the same story, or a mark that its tickets share.
    """

    key: str
    service: str
    fields: dict[str, Any]
    channel: str
    actor: Actor
    conversation: str | None = None
    urgent: bool = False
    linked: str | None = None
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True)
class Filed:
    """The ticket of a filing; `created` is False when the key had been filed before."""

    ticket: TicketView
    retrieval_code: str
    created: bool


@dataclass(frozen=True)
class TicketQuery:
    """A search: every given part must hold. `text` is a number, a full phone number or words."""

    states: tuple[str, ...] = ()
    service: str | None = None
    org: str | None = None
    grid: str | None = None
    text: str | None = None
    urgent: bool | None = None
    overdue: bool | None = None
    channel: str | None = None
    filed_from: datetime | None = None
    filed_to: datetime | None = None
    order: str = "due"
    """`due` (late first), `newest` or `oldest`."""
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class Page:
    """A page of masked tickets without their events; `next_cursor` is None on the last one."""

    items: tuple[TicketView, ...]
    next_cursor: str | None
    total: int
