"""Dispatching many tickets at once: a preview by organisation, then one step each, with what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bot.context import Context
from bot.tickets.actors import Actor
from bot.tickets.errors import TicketError
from bot.tickets.models import Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.reading import parts_of, view_of
from bot.tickets.service import Tickets
from bot.tickets.states import IN_REVIEW
from bot.tickets.views import TicketView
from bot.tickets.visibility import visible

MOST = 100


@dataclass(frozen=True)
class Batch:
    """What would go to one lead organisation."""

    org: str
    name: str
    tickets: tuple[TicketView, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one ticket: `refusal` is None when it was dispatched."""

    ticket: TicketView
    refusal: str | None


def numbers_of(text: str) -> list[str]:
    """The ticket numbers in a text, each once, at most a hundred."""
    found = [number for part in text.split() if (number := normalise_number(part))]
    return list(dict.fromkeys(found))[:MOST]


async def preview(
    context: Context, numbers: Sequence[str], actor: Actor
) -> tuple[list[Batch], list[TicketView]]:
    """(what goes to whom, what cannot be dispatched any more)."""
    county = await context.directory.county()
    async with context.db.read() as session:
        rows = list(
            await session.scalars(
                select(Ticket).where(Ticket.number.in_(numbers), visible(county, actor)).order_by(Ticket.due)
            )
        )
        parts = await parts_of(session, rows)
    views = [view_of(context, county, row, parts[row.id], masked=True) for row in rows]
    ready: dict[str, list[TicketView]] = {}
    for view in views:
        if view.state == IN_REVIEW:
            ready.setdefault(view.lead.code, []).append(view)
    batches = [Batch(code, found[0].lead.name, tuple(found)) for code, found in ready.items()]
    batches.sort(key=lambda batch: -len(batch.tickets))
    return batches, [view for view in views if view.state != IN_REVIEW]


async def dispatch(context: Context, chosen: Sequence[tuple[str, int]], actor: Actor) -> list[Outcome]:
    """Dispatch each (number, version seen in the preview) as suggested; one refusal stops no other."""
    tickets = Tickets(context)
    outcomes = []
    for number, version in chosen[:MOST]:
        try:
            view = await tickets.step(number, "awaiting_sign", actor, version=version)
            outcomes.append(Outcome(view, None))
        except TicketError as error:
            seen = await tickets.view(number, actor, masked=True)
            outcomes.append(Outcome(seen, error.message))
    return outcomes
