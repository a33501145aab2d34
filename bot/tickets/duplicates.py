"""Open tickets that may be the same matter as another one, for the reviewer to merge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from bot.context import Context
from bot.directory.catalogue import HIGH_PRIVACY
from bot.directory.roles import Role
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden, NotFound
from bot.tickets.models import Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.timing import timing_of

REVIEWERS = (Role.REVIEWER, Role.ADMINISTRATOR)
MOST = 5


@dataclass(frozen=True)
class Duplicate:
    """Another open ticket; `older` says that it came first, so that this one is merged into it."""

    number: str
    state: str
    created_at: datetime
    older: bool
    reasons: tuple[str, ...]


async def duplicates(context: Context, number: str, actor: Actor) -> list[Duplicate]:
    """Open tickets of the same resident, place and matter within 30 days of a ticket, oldest first.

    The resident is known by keyed hash: of the phone, or of the person. None at high privacy.
    """
    if actor.role not in REVIEWERS:
        raise Forbidden("并单建议只有审核员能看")
    timing = await timing_of(context)
    wanted = normalise_number(number)
    async with context.db.read() as session:
        ticket = await session.scalar(select(Ticket).where(Ticket.number == wanted))
        if ticket is None:
            raise NotFound
        same = []
        if ticket.phone_hash:
            same.append(Ticket.phone_hash == ticket.phone_hash)
        if ticket.person_hash:
            same.append(Ticket.person_hash == ticket.person_hash)
        if not same or ticket.privacy == HIGH_PRIVACY or ticket.state not in s.OPEN:
            return []
        span = timedelta(days=timing.terms.like_natural_days)
        place = Ticket.grid == ticket.grid if ticket.grid else Ticket.grid.is_(None)
        query = (
            select(Ticket)
            .where(
                or_(*same),
                place,
                Ticket.service == ticket.service,
                Ticket.id != ticket.id,
                Ticket.state.in_(s.OPEN),
                Ticket.privacy != HIGH_PRIVACY,
                Ticket.created_at >= ticket.created_at - span,
                Ticket.created_at <= ticket.created_at + span,
            )
            .order_by(Ticket.created_at, Ticket.id)
            .limit(MOST)
        )
        rows = list(await session.scalars(query))
    where = timing.county.place_name(ticket.grid) if ticket.grid else None
    return [_duplicate(ticket, row, where) for row in rows]


def _duplicate(ticket: Ticket, row: Ticket, where: str | None) -> Duplicate:
    person = row.person_hash is not None and row.person_hash == ticket.person_hash
    days = abs((row.created_at - ticket.created_at).days)
    apart = f"相隔 {days} 天" if days else "同一天"
    reasons = (
        "同一个人" if person else "同一个电话",
        f"同一地点：{where}" if where else "都没写地点",
        "同一事项",
        apart,
    )
    older = (row.created_at, row.id) < (ticket.created_at, ticket.id)
    return Duplicate(row.number, row.state, row.created_at, older, reasons)
