"""Deadlines that were provisional are computed anew once the calendar of their year is known."""

from sqlalchemy import select

from bot.context import Context
from bot.tickets import engine, timers
from bot.tickets import states as s
from bot.tickets.actors import SYSTEM
from bot.tickets.deadlines import Due
from bot.tickets.effects.parts import set_due, term
from bot.tickets.models import Assignment, Ticket
from bot.tickets.work import Work, moment


async def recompute(context: Context) -> int:
    """Go over the open parts with a provisional deadline; return how many got another one."""
    async with context.db.read() as session:
        rows = await session.execute(
            select(Ticket.number, Assignment.clock)
            .join(Assignment, Assignment.ticket == Ticket.id)
            .where(Assignment.state.in_(s.ASSIGNMENT_OPEN), Ticket.state.not_in(s.FINAL))
        )
        numbers = {number for number, clock in rows if clock.get("provisional")}
    changed = 0
    for number in sorted(numbers):
        async with engine.locked(context, number, SYSTEM) as work:
            changed += await _parts(work)
    return changed


async def _parts(work: Work) -> int:
    changed = 0
    for part in work.assignments:
        due = _anew(work, part) if part.clock.get("provisional") else None
        if due is None or due.provisional:
            continue
        before = part.due
        stood = part.clock.get("stood", 0)
        set_due(work, part, due, moment(part.clock["from"]) or part.dispatched_at)
        part.clock = {**part.clock, "stood": stood}
        if before != due.at:
            changed += 1
            await work.write_event("due_recomputed", org=part.org, note="日历公布，期限重算")
    lead = work.lead
    if lead is not None and work.ticket.state == s.IN_PROGRESS:
        work.ticket.due = lead.due
        work.ticket.due_provisional = bool(lead.clock.get("provisional"))
    timers.set_wake(work)
    return changed


def _anew(work: Work, part: Assignment) -> Due | None:
    """The deadline from its beginning, with the working days for which the clock stood."""
    start = moment(part.clock.get("from"))
    if start is None:
        return None
    due = term(work, part.org, part.role, start)
    stood = part.clock.get("stood", 0)
    if not stood or due.provisional:
        return due
    return work.timing.clock(part.org).shift_days(due.at, stood)
