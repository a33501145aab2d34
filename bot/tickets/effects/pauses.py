"""Clocks that stand and run again."""

from datetime import datetime
from typing import Any

from bot.tickets import states as s
from bot.tickets.deadlines import Due
from bot.tickets.effects.registry import effect
from bot.tickets.models import Assignment
from bot.tickets.work import Work, moment


@effect
async def pause(work: Work) -> None:
    """The organisations' clocks stand from now."""
    ticket = work.ticket
    asking = work.ask.data["_to"] == s.AWAITING_INFO
    values: dict[str, Any] = {
        "paused_at": work.at.isoformat(),
        "paused_in": ticket.state,
        "held_due": ticket.due.isoformat() if ticket.due else None,
    }
    if asking:
        terms = work.timing.terms
        left = terms.info_total_days - work.memory.get("info_days", 0)
        values |= {
            "info_pauses": work.memory.get("info_pauses", 0) + 1,
            "info_until": work.timing.clock().days(work.at, min(terms.info_days, left)).at.isoformat(),
            "calls": None,
        }
    work.remember(**values)


@effect
async def resume(work: Work) -> None:
    """The clocks run again; what stood is added to every open part."""
    start = work.moment("paused_at") or work.at
    days = work.timing.clock().paused_days(start, work.at)
    held = work.moment("held_due")
    urgent = work.ticket.urgent or work.service.urgent
    _shift_parts(work, start, days)
    if held is not None and work.memory.get("paused_in") == s.IN_REVIEW:
        stood = work.timing.clock().between(start, work.at)
        moved = held + (work.at - start) if urgent else work.timing.clock().add(held, stood).at
        work.remember(held_due=moved.isoformat())
    else:
        work.remember(held_due=None)
    pauses = [*work.memory.get("pauses", ()), [start.isoformat(), work.at.isoformat()]]
    values: dict[str, Any] = {"pauses": pauses, "paused_at": None, "paused_in": None}
    if "info_until" in work.memory:
        values |= {"info_until": None, "info_days": work.memory.get("info_days", 0) + days}
    work.remember(**values, paused_days=work.memory.get("paused_days", 0) + days)


@effect
async def resume_quietly(work: Work) -> None:
    """End a pause with the ticket; what stood is added, so that it counts for nobody's lateness."""
    start = work.moment("paused_at") or work.at
    _shift_parts(work, start, work.timing.clock().paused_days(start, work.at))
    if work.lead is not None:
        work.lead.clock = {**work.lead.clock, "silent": True}
    work.remember(paused_at=None, paused_in=None, info_until=None, held_due=None)


def _shift_parts(work: Work, start: datetime, days: int) -> None:
    urgent = work.ticket.urgent or work.service.urgent
    for part in work.assignments:
        if part.state in s.ASSIGNMENT_OPEN and part.due is not None:
            _shift(work, part, start, days, urgent)


def _shift(work: Work, part: Assignment, start: datetime, days: int, urgent: bool) -> None:
    assert part.due is not None
    stood = work.at - start
    clock = work.timing.clock(part.org)
    due = Due(part.due + stood) if urgent else clock.shift_days(part.due, days)
    nudge = moment(part.clock.get("nudge_at"))
    sign_due = part.sign_due
    if part.state == s.AWAITING_SIGN:
        part.sign_due = sign_due + stood if urgent else clock.add(sign_due, clock.between(start, work.at)).at
    moved = None if nudge is None or urgent else clock.add(nudge, days * clock.day_minutes).at
    part.due = due.at
    plain = moment(part.clock.get("unextended"))
    if plain is not None:
        plain = plain + stood if urgent else clock.shift_days(plain, days).at
    part.clock = {
        **part.clock,
        "stood": part.clock.get("stood", 0) + days,
        **({"unextended": plain.isoformat()} if plain else {}),
        **({"nudge_at": (moved or (nudge or due.at) + stood).isoformat()} if nudge else {}),
    }
