"""Today's calls: who has to be reached, who to ask after a referral, whose rating is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from bot.context import Context
from bot.desk.formats import Deadline, deadline
from bot.directory.roles import Role
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.models import Ticket
from bot.tickets.reading import parts_of, view_of
from bot.tickets.views import TicketView
from bot.tickets.visibility import visible

MOST = 60
KINDS = {
    "callback": ("约了再打的", "上次说好再打；联系上了才算响应"),
    "contact": ("要联系的", "还没联系上的居民；联系上，或两天里三次没接，才算按时响应"),
    "check": ("转介回访", "转给别的单位满 5 天，问问有没有人管"),
    "rating": ("评价回访", "没在网上评价的，打电话问一句；记的是居民的话"),
}
PHONES = ("phone", "contact_phone")


@dataclass(frozen=True)
class Call:
    """A call to make. `tries` counts what was logged so far."""

    kind: str
    ticket: TicketView
    due: Deadline
    tries: int


def _conditions(actor: Actor) -> dict[str, ColumnElement[bool]]:
    """Which tickets are whose calls: the lead reaches its residents, the centre asks afterwards."""
    reached = and_(
        Ticket.contacted_at.is_(None),
        Ticket.contact_due.is_not(None),
        Ticket.state.in_((s.AWAITING_SIGN, s.IN_PROGRESS, s.AWAITING_INFO, s.AWAITING_EXTERNAL)),
    )
    if actor.role is Role.ORGANISATION:
        return {"contact": and_(reached, Ticket.lead == actor.org)}
    return {
        "contact": and_(reached, Ticket.lead == actor.org),
        "check": and_(Ticket.state == s.REFERRED, Ticket.due.is_not(None)),
        "rating": and_(Ticket.state == s.AWAITING_RATING, Ticket.privacy != "高敏"),
    }


async def calls(context: Context, actor: Actor) -> list[Call]:
    """The calls of a person, kind by kind, the earliest due first."""
    county, now = await context.directory.county(), context.clock()
    conditions = _conditions(actor)
    async with context.db.read() as session:
        rows = list(
            await session.scalars(
                select(Ticket)
                .where(visible(county, actor), or_(*conditions.values()))
                .order_by(Ticket.due)
                .limit(MOST)
            )
        )
        parts = await parts_of(session, rows)
    found = []
    for row in rows:
        kind = (
            "check" if row.state == s.REFERRED else "rating" if row.state == s.AWAITING_RATING else "contact"
        )
        tries = row.clock.get("tries", ())
        if kind == "contact" and tries and tries[-1]["outcome"] == "call_back":
            kind = "callback"
        due = row.contact_due if kind in ("contact", "callback") else row.due
        view = view_of(context, county, row, parts[row.id], masked=True)
        found.append(Call(kind, view, deadline(due, now), len(tries)))
    return sorted(found, key=lambda call: (list(KINDS).index(call.kind), _moment(call, rows)))


def _moment(call: Call, rows: Sequence[Ticket]) -> datetime:
    row = next(row for row in rows if row.number == call.ticket.number)
    return (
        row.contact_due
        if call.kind in ("contact", "callback") and row.contact_due
        else row.due or row.created_at
    )
