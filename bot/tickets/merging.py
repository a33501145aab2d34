"""What was merged into a ticket, when that ticket's resident withdraws it."""

from sqlalchemy import select

from bot.tickets import engine
from bot.tickets import states as s
from bot.tickets.actors import SYSTEM
from bot.tickets.models import Ticket
from bot.tickets.transitions import TABLE
from bot.tickets.work import Ask, Work

UNMERGED = next(row for row in TABLE if row.name == "unmerged")


async def release_followers(work: Work) -> None:
    """Take up again what followed the ticket: one resident's withdrawal is not the wish of the others."""
    numbers = await work.session.scalars(
        select(Ticket.number)
        .where(Ticket.survivor == work.ticket.id, Ticket.state == s.MERGED)
        .order_by(Ticket.id)
    )
    for number in numbers.all():
        own = await engine.open_work(
            work.context,
            work.session,
            work.timing,
            number,
            SYSTEM,
            Ask(note=f"{work.ticket.number} 由登记人撤回，这件单独办理"),
        )
        await engine.run(own, UNMERGED)
