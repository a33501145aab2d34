"""What must hold of the ledger at any time, whoever did what; read from the database, not from the views."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.context import Context
from bot.tickets import audit, engine
from bot.tickets import states as s
from bot.tickets.models import Assignment, Outbox, Ticket, TicketEvent
from bot.tickets.transitions import TABLE

ROWS = {name: [row for row in TABLE if row.name == name] for name in {row.name for row in TABLE}}
TICKET_ROWS = {row.name for row in TABLE if row.scope == "ticket"} | {"filed"}
WITH_LEAD = (s.IN_PROGRESS, s.AWAITING_SIGN, s.EXTENSION_REVIEW, s.AWAITING_CLOSE)


@dataclass
class Seen:
    """What was seen before: events and deliveries only ever come on top."""

    events: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    deliveries: set[str] = field(default_factory=set)
    edges: set[tuple[str, str | None, str | None]] = field(default_factory=set)
    states: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many events there were."""
        return sum(map(len, self.events.values()))


async def check(context: Context, seen: Seen) -> None:
    """Compare the ledger with the table, with itself, and with what was seen before."""
    async with context.db.read() as session:
        tickets = (await session.scalars(select(Ticket).order_by(Ticket.id))).all()
        parts = (await session.scalars(select(Assignment))).all()
        events = (await session.scalars(select(TicketEvent).order_by(TicketEvent.number))).all()
        keys = set(await session.scalars(select(Outbox.key)))
    by_ticket = defaultdict(list)
    for event in events:
        by_ticket[event.ticket].append(event)
    for ticket in tickets:
        mine = [part for part in parts if part.ticket == ticket.id and part.state != s.CANCELLED]
        _events(ticket, by_ticket[ticket.id], seen)
        _parts(ticket, mine)
        seen.states.add(ticket.state)
    assert set(seen.events) <= {ticket.number for ticket in tickets}, "a ticket is lost"
    assert seen.deliveries <= keys, "a delivery is lost"
    seen.deliveries = keys


def _events(ticket: Ticket, rows: list[TicketEvent], seen: Seen) -> None:
    known = [(row.type, row.chain) for row in rows]
    before = seen.events.get(ticket.number, [])
    assert known[: len(before)] == before, f"{ticket.number}: an event is lost or changed"
    assert [row.number for row in rows] == list(range(1, ticket.version + 1)), ticket.number
    for row in rows[len(before) :]:
        if row.type in ROWS and row.to_state is not None:
            assert _in_table(row), f"{row.type}: {row.from_state} -> {row.to_state} is not in the table"
            seen.edges.add((row.type, row.from_state, row.to_state))
    seen.events[ticket.number] = known
    last = [row.to_state for row in rows if row.type in TICKET_ROWS and row.to_state is not None][-1]
    assert ticket.state == last, f"{ticket.number} is {ticket.state}, its events say {last}"


def _in_table(event: TicketEvent) -> bool:
    return any(
        event.from_state in row.source
        and (
            row.to in (event.to_state, engine.BEFORE)
            or (row.to == engine.HERE and event.from_state == event.to_state)
        )
        for row in ROWS[event.type]
    )


def _parts(ticket: Ticket, mine: list[Assignment]) -> None:
    where = f"{ticket.number} {ticket.state} {ticket.clock}"
    assert ticket.state in s.STATE_NAMES, where
    assert ticket.lead, f"no owner: {where}"
    lead = [part for part in mine if part.role == s.LEAD]
    assert len(lead) <= 1 and len({part.org for part in mine}) == len(mine), f"one part for each: {where}"
    if ticket.state in s.OPEN:
        assert ticket.wake_at is not None, f"no clock: {where}"
    if ticket.state in WITH_LEAD:
        assert lead and lead[0].org == ticket.lead and lead[0].due is not None, f"no owner: {where}"
    if ticket.state == s.IN_PROGRESS:
        assert lead[0].state == s.IN_PROGRESS and ticket.due == lead[0].due, where
    if ticket.state == s.AWAITING_CLOSE:
        assert all(part.state in (s.DONE, s.WAIVED) for part in mine), where
    if ticket.state in s.FINAL:
        assert not [part for part in mine if part.state in s.ASSIGNMENT_OPEN], f"work left over: {where}"


async def verified(context: Context) -> int:
    """Nothing in the chains was changed; returns the number of events."""
    report = await audit.verify(context)
    assert report.findings == ()
    return report.events
