"""What else bears on a ticket: the person's others, solved ones like it, its place in the grid."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.directory.catalogue import County
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.models import Ticket, TicketWord
from bot.tickets.reading import parts_of, view_of
from bot.tickets.views import TicketView
from bot.tickets.visibility import visible

LOOKED_AT = 200
"""So many of the newest solved tickets of the service are compared."""


@dataclass(frozen=True)
class Place:
    """A point of the grid around the ticket's own: `depth` counts from the centre."""

    code: str
    name: str
    kind: str
    depth: int
    here: bool
    count: int
    """Open tickets there that the reader may see."""


async def others(
    context: Context, session: AsyncSession, county: County, row: Ticket, actor: Actor
) -> tuple[TicketView, ...]:
    """Other tickets of the same person that the reader may see."""
    ways = []
    if row.person_hash:
        ways.append(Ticket.person_hash == row.person_hash)
    if row.phone_hash:
        ways.append(Ticket.phone_hash == row.phone_hash)
    if not ways or row.privacy == "高敏":
        return ()
    rows = await session.scalars(
        select(Ticket)
        .where(or_(*ways), Ticket.id != row.id, visible(county, actor), Ticket.privacy != "高敏")
        .order_by(Ticket.id.desc())
        .limit(5)
    )
    return await _views(context, session, county, rows)


async def alike(
    context: Context, session: AsyncSession, county: County, row: Ticket, actor: Actor
) -> tuple[tuple[TicketView, int], ...]:
    """Solved tickets of the same service, those that share most words first: (ticket, days that it took).

    Words are compared by their hashes; where they say nothing, those of the same town go first.
    """
    if row.privacy == "高敏":
        return ()
    rows = list(
        await session.scalars(
            select(Ticket)
            .where(
                Ticket.service == row.service,
                Ticket.id != row.id,
                Ticket.closed_at.is_not(None),
                Ticket.state.in_((s.CLOSED, s.AWAITING_RATING, s.ANSWERED)),
                visible(county, actor),
            )
            .order_by(Ticket.closed_at.desc())
            .limit(LOOKED_AT)
        )
    )
    own = select(TicketWord.word).where(TicketWord.ticket == row.id)
    shared = dict(
        (
            await session.execute(
                select(TicketWord.ticket, func.count())
                .where(TicketWord.ticket.in_([one.id for one in rows]), TicketWord.word.in_(own))
                .group_by(TicketWord.ticket)
            )
        ).all()
    )
    town = (row.grid or "")[:3]
    rows.sort(key=lambda one: (-shared.get(one.id, 0), (one.grid or "")[:3] != town))
    views = await _views(context, session, county, rows[:3])
    days = {one.number: max(1, (one.closed_at - one.created_at).days) for one in rows if one.closed_at}
    return tuple((view, days[view.number]) for view in views)


async def around(session: AsyncSession, county: County, row: Ticket, actor: Actor) -> tuple[Place, ...]:
    """The ticket's point in the tree: the way down to it, and its neighbours, with their open tickets."""
    if row.grid not in county.points:
        return ()
    path = county.path(row.grid)
    here = county.points[row.grid]
    beside = [one for one in county.points.values() if one.parent == here.parent and here.parent is not None]
    below = [one for one in county.points.values() if one.parent == here.code]
    codes = {one.code for one in (*path, *beside, *below)}
    counts = dict(
        (
            await session.execute(
                select(Ticket.grid, func.count())
                .where(Ticket.grid.in_(codes), Ticket.state.in_(s.OPEN), visible(county, actor))
                .group_by(Ticket.grid)
            )
        ).all()
    )
    found = [(one, depth) for depth, one in enumerate(path[:-1])]
    found += [(one, len(path) - 1) for one in sorted(beside or [here], key=lambda one: one.code)]
    if below:
        at = next(index for index, (one, _) in enumerate(found) if one.code == here.code) + 1
        found[at:at] = [(one, len(path)) for one in sorted(below, key=lambda one: one.code)]
    return tuple(
        Place(one.code, one.name, one.kind, depth, one.code == here.code, int(counts.get(one.code, 0)))
        for one, depth in found
    )


async def _views(
    context: Context, session: AsyncSession, county: County, rows: Iterable[Ticket]
) -> tuple[TicketView, ...]:
    found = list(rows)
    parts = await parts_of(session, found)
    return tuple(view_of(context, county, one, parts[one.id], masked=True) for one in found)
