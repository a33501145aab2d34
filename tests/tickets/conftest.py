"""A county with a clock of the test's own, and the people who act on its tickets."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.directory.models import Setting
from bot.directory.roles import Role
from bot.tickets import timekeeper
from bot.tickets.actors import Actor, resident
from bot.tickets.models import Outbox, TicketEvent
from bot.tickets.outbox import payload_context
from bot.tickets.service import Filed, Filing, Tickets

WHEELCHAIR = {
    "applicant_name": "周建国",
    "phone": "13907351357",
    "village": "T01-05",
    "demand_desc": "父亲中风后走不了路，申请轮椅。家在半山上。",
    "dis_cert": True,
    "dis_type": "肢体",
    "device_type": "轮椅",
}
ENQUIRY = {
    "applicant_name": "李明",
    "phone": "13800001111",
    "village": "T01-05",
    "demand_desc": "柑橘叶子发黄，问怎么治",
}
SAFE = {"safe_contact": "上午十点打 13700002222，只找本人", "demand_desc": "丈夫打人，想找地方住"}

MINE = resident("c" * 32)
STRANGER = resident("d" * 32)


def staff(role: Role, org: str = "ZX", id: str = "1", grid: str | None = None) -> Actor:
    return Actor("staff", id, f"{role.value} {id}", role, org, grid)


REVIEWER = staff(Role.REVIEWER, id="1")
SECOND = staff(Role.REVIEWER, id="2")
OUTSIDER = staff(Role.REVIEWER, "ZGH", id="3")
ADMIN = staff(Role.ADMINISTRATOR, id="4")
CONVENOR = staff(Role.CONVENOR, id="5")
AUDITOR = staff(Role.AUDITOR, id="6")
MAINTAINER = staff(Role.MAINTAINER, id="7")
LEAD = staff(Role.ORGANISATION, "CL", id="10")
HELPER = staff(Role.ORGANISATION, "HSZ", id="11")
OTHER = staff(Role.ORGANISATION, "WL", id="12")
VILLAGE = staff(Role.STATION, "ZX", id="13", grid="T01-05")
OTHER_VILLAGE = staff(Role.STATION, "ZX", id="14", grid="T02-01")


def at(text: str) -> datetime:
    """A moment of the county's wall clock: `2026-11-24 10:15`."""
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


@dataclass
class Desk:
    """The county's tickets with a clock that the test moves."""

    context: Context
    tickets: Tickets
    moment: datetime
    filings: int = 0

    def now(self) -> datetime:
        return self.moment

    def go(self, **delta: float) -> None:
        """Move the clock on."""
        self.moment += timedelta(**delta)

    def at(self, text: str) -> None:
        """Set the clock."""
        self.moment = at(text)

    async def fire(self) -> None:
        """Let the timekeeper do what is due."""
        await timekeeper.fire_due(self.context)

    async def file(self, service: str = "A07", fields: dict[str, Any] | None = None, **more: Any) -> Filed:
        self.filings += 1
        given = {"key": f"draft-{self.filings}", "channel": "web", "actor": MINE, "conversation": MINE.id}
        return await self.tickets.file(
            Filing(service=service, fields=fields if fields is not None else WHEELCHAIR, **{**given, **more})
        )

    async def number(self, service: str = "A07", fields: dict[str, Any] | None = None, **more: Any) -> str:
        return (await self.file(service, fields, **more)).ticket.number

    async def at_work(self, **more: Any) -> str:
        """A wheelchair request that CL has signed and HSZ helps with."""
        number = await self.number(**more)
        await self.tickets.step(number, "awaiting_sign", REVIEWER)
        await self.tickets.step(number, "in_progress", LEAD)
        return number

    async def done(self, **more: Any) -> str:
        """One whose result waits to be judged."""
        number = await self.at_work(**more)
        await self.tickets.step(number, "done", HELPER, note="轮椅到库")
        await self.tickets.step(number, "awaiting_close", LEAD, note="配发轮椅一台")
        return number

    async def rated(self) -> str:
        """One that waits for its rating."""
        number = await self.done()
        await self.tickets.step(number, "awaiting_rating", SECOND)
        return number

    async def told(self, kind: str = "resident", target: str | None = None) -> list[dict[str, Any]]:
        """The payloads of the outbox, oldest first."""
        query = select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)
        if target is not None:
            query = query.where(Outbox.target == target)
        async with self.context.db.read() as session:
            rows = (await session.scalars(query)).all()
        return [self.context.vault.open_json(row.payload, payload_context(row.key)) for row in rows]

    async def types(self, number: str) -> list[str]:
        """The types of a ticket's events, as they stand in the database."""
        view = await self.tickets.view(number, ADMIN, masked=True)
        async with self.context.db.read() as session:
            rows = await session.scalars(
                select(TicketEvent.type).where(TicketEvent.ticket == view.id).order_by(TicketEvent.number)
            )
            return list(rows)

    async def set_terms(self, **terms: Any) -> None:
        """Change the county's terms."""
        async with self.context.db.write() as session:
            await session.merge(Setting(name="ticket_terms", value=terms))


Step = Callable[..., Awaitable[Any]]


@pytest.fixture
async def desk(county: Context) -> Desk:
    made = Desk(county, Tickets(county), at("2026-11-24 09:42"))
    county.clock = made.now
    return made
