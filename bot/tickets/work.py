"""One ticket under one lock: what guards, effects and notices of a step work on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.directory.catalogue import CENTRE, HIGH_PRIVACY, County, Service
from bot.tickets import events
from bot.tickets.actors import Actor
from bot.tickets.errors import NotFound
from bot.tickets.models import Assignment, Ticket, TicketEvent
from bot.tickets.states import CANCELLED, HELPER, LEAD, WAIVED
from bot.tickets.terms import Timing


@dataclass
class Ask:
    """What comes with a step."""

    note: str | None = None
    org: str | None = None
    until: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Work:
    """A locked ticket with its assignments, and who asks for what."""

    context: Context
    session: AsyncSession
    timing: Timing
    at: datetime
    actor: Actor
    ticket: Ticket
    assignments: list[Assignment]
    ask: Ask = field(default_factory=Ask)

    @property
    def county(self) -> County:
        """The county's directory."""
        return self.timing.county

    @property
    def service(self) -> Service:
        """The ticket's service."""
        service = self.county.any_service(self.ticket.service)
        if service is None:
            raise KeyError(self.ticket.service)
        return service

    @property
    def high_privacy(self) -> bool:
        """Whether nothing may be pushed."""
        return self.ticket.privacy == HIGH_PRIVACY

    @property
    def lead(self) -> Assignment | None:
        """The lead's live assignment."""
        return next((a for a in self.assignments if a.role == LEAD and a.state != CANCELLED), None)

    @property
    def helpers(self) -> list[Assignment]:
        """The helpers' live assignments."""
        return [a for a in self.assignments if a.role == HELPER and a.state != CANCELLED]

    def helper(self, org: str | None) -> Assignment | None:
        """The live assignment of one helper."""
        return next((a for a in self.helpers if a.org == org), None)

    def takes_part(self, org: str | None) -> bool:
        """Whether an organisation has a part in the ticket."""
        return org is not None and any(a.org == org for a in self.assignments if a.state != CANCELLED)

    def org_name(self, code: str | None) -> str:
        """An organisation's name."""
        return self.county.orgs[code].name if code in self.county.orgs else "服务中心"

    @property
    def memory(self) -> dict[str, Any]:
        """What the clocks and guards remember of this ticket; change it with `remember`."""
        return self.ticket.clock

    def remember(self, **values: Any) -> None:
        """Keep values on the ticket; None forgets."""
        merged = {**self.ticket.clock, **values}
        self.ticket.clock = {key: value for key, value in merged.items() if value is not None}

    def moment(self, key: str) -> datetime | None:
        """A remembered moment."""
        return moment(self.ticket.clock.get(key))

    async def write_event(
        self,
        type: str,
        *,
        from_state: str | None = None,
        to_state: str | None = None,
        org: str | None = None,
        note: str | None = None,
        data: dict[str, Any] | None = None,
        actor: Actor | None = None,
    ) -> TicketEvent:
        """Append an event in the name of who acts."""
        return await events.append(
            self.session,
            self.context.vault,
            self.ticket,
            at=self.at,
            actor=actor or self.actor,
            type=type,
            from_state=from_state,
            to_state=to_state,
            org=org,
            note=note,
            data=data,
        )

    def result(self) -> str | None:
        """What was done, as the resident reads it."""
        sealed = self.ticket.result
        return self.context.vault.open(sealed, result_context(self.ticket)) if sealed else None

    def set_result(self, text: str) -> None:
        """Keep what was done."""
        self.ticket.result = self.context.vault.seal(text, result_context(self.ticket))

    def fields(self) -> dict[str, Any]:
        """The opened fields."""
        return dict(self.context.vault.open_json(self.ticket.fields, fields_context(self.ticket)))

    def by_centre(self) -> bool:
        """Whether the centre itself leads."""
        return self.ticket.lead == CENTRE

    def helpers_settled(self) -> bool:
        """Whether every helper is done or waived."""
        return all(a.state in ("done", WAIVED) for a in self.helpers)


def moment(text: str | None) -> datetime | None:
    """A moment from its ISO text."""
    return datetime.fromisoformat(text) if text else None


def fields_context(ticket: Ticket) -> str:
    """What a ticket's sealed fields are bound to."""
    return f"ticket:{ticket.number}:fields"


def title_context(ticket: Ticket) -> str:
    """What a ticket's sealed title is bound to."""
    return f"ticket:{ticket.number}:title"


def result_context(ticket: Ticket) -> str:
    """What a ticket's sealed result is bound to."""
    return f"ticket:{ticket.number}:result"


async def lock_ticket(session: AsyncSession, number: str) -> tuple[Ticket, list[Assignment]]:
    """The ticket with its row locked (on SQLite the transaction itself is the lock)."""
    ticket = await session.scalar(
        select(Ticket)
        .where(Ticket.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if ticket is None:
        raise NotFound
    assignments = (
        await session.scalars(
            select(Assignment).where(Assignment.ticket == ticket.id).order_by(Assignment.id)
        )
    ).all()
    return ticket, list(assignments)
