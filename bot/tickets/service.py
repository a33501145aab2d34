"""Tickets: the one way in for chat, desk, API and workers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.tickets.actors import Actor
from bot.tickets.progress import Progress
from bot.tickets.views import AllowedStep, TicketView


@dataclass(frozen=True)
class Filing:
    """What a filing says. The same `key` is the same ticket, however often it is filed."""

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
    """A search: every given part must hold. `text` is a number, a full phone number or a name."""

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
    """A page of masked tickets; `next_cursor` is None on the last one."""

    items: tuple[TicketView, ...]
    next_cursor: str | None
    total: int


class Tickets:
    """The facade over the lifecycle. Every method raises the errors of `bot.tickets.errors`."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def file(self, filing: Filing) -> Filed:
        """File a request once."""
        raise NotImplementedError

    async def step(
        self,
        number: str,
        to: str,
        actor: Actor,
        *,
        note: str | None = None,
        org: str | None = None,
        until: datetime | None = None,
        version: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> TicketView:
        """Take a step of the state table; with `org`, of that organisation's assignment."""
        raise NotImplementedError

    async def act(
        self,
        number: str,
        name: str,
        actor: Actor,
        *,
        note: str | None = None,
        org: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> TicketView:
        """Do what leaves the state as it is: contacted, urged, more_orgs_asked, check_called …"""
        raise NotImplementedError

    async def view(
        self, number: str, actor: Actor, *, masked: bool = False, source: str | None = None
    ) -> TicketView:
        """Read a ticket, full, masked or refused by role; `masked=True` asks for the masked one.

        A full read goes to the access log.
        """
        raise NotImplementedError

    async def track(self, number: str, code: str, source: str) -> Progress:
        """Progress by number and retrieval code; WrongCode for a wrong code and an unknown number alike."""
        raise NotImplementedError

    async def progress(self, number: str, actor: Actor) -> Progress:
        """Progress for the resident's own conversation."""
        raise NotImplementedError

    async def of_conversation(self, conversation: str) -> list[TicketView]:
        """A conversation's tickets, newest first."""
        raise NotImplementedError

    async def open_like(self, filing: Filing) -> TicketView | None:
        """An open ticket of the same resident, place and matter within 30 days; never of high privacy."""
        raise NotImplementedError

    async def supplement(
        self, number: str, text: str, actor: Actor, attachments: tuple[int, ...] = ()
    ) -> TicketView:
        """Add what the resident says; it returns a ticket that waited for it."""
        raise NotImplementedError

    async def rate(self, number: str, rating: str, reason: str | None, actor: Actor) -> TicketView:
        """Rate: 满意, 基本满意 or 不满意; unsatisfied with a reason asks for the matter to be redone."""
        raise NotImplementedError

    async def note(self, number: str, text: str, actor: Actor, internal: bool) -> TicketView:
        """Leave an internal remark, or a message to the resident."""
        raise NotImplementedError

    async def allowed(self, ticket: TicketView, actor: Actor) -> list[AllowedStep]:
        """The buttons that this person may press now, the likeliest first."""
        raise NotImplementedError

    async def search(self, query: TicketQuery, actor: Actor) -> Page:
        """Find tickets among those that the actor may see."""
        raise NotImplementedError
