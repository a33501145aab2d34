"""Parts of a ticket: making them, their terms and deadlines."""

from datetime import date, datetime
from math import ceil
from typing import Any

from bot.clock import local
from bot.tickets import states as s
from bot.tickets.deadlines import Due
from bot.tickets.models import Assignment
from bot.tickets.routing import Route, route, with_lead
from bot.tickets.work import Work


def planned(work: Work) -> Route:
    """The route of a ticket: the catalogue's, with what the person changed."""
    today = local(work.at).date()
    base = route(work.county, work.service, work.fields(), today)
    base = Route(base.lead, base.helpers, work.ticket.grid or base.grid, base.reasons)
    helpers = work.ask.data.get("helpers")
    if work.ask.org is None and helpers is None:
        return base
    return with_lead(work.county, base, work.ask.org or base.lead, helpers, today)


def event_date(fields: dict[str, Any]) -> date | None:
    """The day of an order's event, where it is one day."""
    value = fields.get("confirmed_date") or fields.get("expected_date")
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def new_assignment(work: Work, org: str, role: str) -> Assignment:
    """An assignment that awaits its signature, with both its clocks."""
    ticket, timing = work.ticket, work.timing
    sign_due = timing.sign(work.at, ticket.urgent, org)
    due = term(work, org, role)
    made = Assignment(
        ticket=ticket.id,
        org=org,
        role=role,
        state=s.AWAITING_SIGN,
        dispatched_at=work.at,
        sign_due=sign_due.at,
        deemed_signed=False,
        due=due.at,
        returned=0,
        clock={},
    )
    set_due(work, made, due, work.at)
    made.clock = {**made.clock, "first_due": due.at.isoformat()}
    work.session.add(made)
    work.assignments.append(made)
    return made


def term(work: Work, org: str, role: str, start: datetime | None = None) -> Due:
    """When an organisation must be done that starts now, or at another moment."""
    at = start or work.at
    service, urgent = work.service, work.ticket.urgent or work.service.urgent
    if role == s.HELPER and not urgent and service.starts != "event":
        days = max(1, ceil(service.days * work.timing.terms.helper_share))
        return work.timing.clock(org).days(at, days)
    return work.timing.handling(service, at, work.ticket.urgent, org, event_date(work.fields()))


def set_due(work: Work, assignment: Assignment, due: Due, start: datetime) -> None:
    """Give an assignment its deadline, and the moment of its nudge (75 % of the time)."""
    share = work.timing.terms.nudge_share
    if work.ticket.urgent or work.service.urgent:
        nudge = start + (due.at - start) * share
    else:
        clock = work.timing.clock(assignment.org)
        nudge = clock.add(start, clock.between(start, due.at) * share).at
    assignment.due = due.at
    kept = {k: v for k, v in assignment.clock.items() if k not in ("nudged", "provisional", "stood")}
    assignment.clock = {
        **kept,
        "from": start.isoformat(),
        "nudge_at": nudge.isoformat(),
        **({"provisional": True} if due.provisional else {}),
    }


def sign_part(work: Work, part: Assignment) -> None:
    """An organisation takes its part on."""
    part.state = s.IN_PROGRESS
    part.signed_at = work.at
