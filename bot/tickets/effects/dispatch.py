"""Handing a ticket to organisations, and what happens when one gives it back."""

from bot.clock import local
from bot.directory.catalogue import FALLBACK_SERVICE
from bot.tickets import states as s
from bot.tickets.accounts import end_part, safe_window
from bot.tickets.effects.parts import new_assignment, planned
from bot.tickets.effects.registry import effect
from bot.tickets.errors import Missing
from bot.tickets.proposing.choice import note_choice
from bot.tickets.routing import Route, route, with_lead
from bot.tickets.work import Work


def _place(work: Work, plan: Route) -> None:
    ticket = work.ticket
    ticket.lead, ticket.helpers, ticket.grid = plan.lead, list(plan.helpers), plan.grid
    ticket.dispatched_by = work.actor.key
    ticket.dispatched_at = work.at
    if ticket.contacted_at is None:
        start = max(work.at, safe_window(work) or work.at)
        ticket.contact_due = work.timing.contact(start, ticket.urgent).at
    work.remember(contact_warned=None)


@effect
async def dispatch(work: Work) -> None:
    """Hand the ticket to its lead and helpers; their clocks run from now."""
    plan = planned(work)
    changed = plan.lead != work.ticket.lead or list(plan.helpers) != list(work.ticket.helpers)
    _place(work, plan)
    new_assignment(work, plan.lead, s.LEAD)
    for org in plan.helpers:
        new_assignment(work, org, s.HELPER)
    if changed and work.ask.org:
        work.remember(rerouted=True)
    await note_choice(work, plan.lead)
    if work.service.starts == "event":
        confirm = work.timing.clock().days(work.at, work.timing.terms.order_confirm_days)
        work.remember(confirm_due=confirm.at.isoformat())
    if work.ticket.urgent and work.timing.terms.duty:
        work.remember(duty_at=work.at.isoformat(), duty_next=0)


@effect
async def reassign(work: Work) -> None:
    """Another lead; the helpers stay. The return is upheld, so the clock starts anew."""
    if work.lead is not None:
        work.lead.clock = {**work.lead.clock, "return_upheld": True}
        end_part(work, work.lead, "returned")
    kept = [a.org for a in work.helpers]
    lead = work.ask.org or work.ticket.lead
    plan = with_lead(work.county, planned(work), lead, kept, local(work.at).date())
    if (helper := work.helper(plan.lead)) is not None:
        end_part(work, helper, "became_lead")
    _place(work, Route(plan.lead, tuple(org for org in kept if org != plan.lead), work.ticket.grid))
    new_assignment(work, plan.lead, s.LEAD)
    await note_choice(work, plan.lead)
    work.remember(bound=None)


@effect
async def bind(work: Work) -> None:
    """The lead must sign; its handling clock has run on since the dispatch."""
    assert work.lead is not None
    work.lead.state = s.AWAITING_SIGN
    work.lead.sign_due = work.timing.sign(work.at, work.ticket.urgent, work.lead.org).at
    work.remember(bound=True)


@effect
async def return_lead(work: Work) -> None:
    """The lead gives it back."""
    assert work.lead is not None
    work.lead.state = s.RETURN_REVIEW
    work.lead.returned += 1


@effect
async def reclassify(work: Work) -> None:
    """Another service; what the reviewer changed is kept (with the event) to learn from."""
    code = str(work.ask.data["service"])
    if code not in work.county.services:
        raise Missing("service", f"没有事项 {code}")
    service = work.county.services[code]
    ticket = work.ticket
    plan = route(work.county, service, work.fields(), local(work.at).date())
    work.ask.data["before"] = ticket.service
    if ticket.service == FALLBACK_SERVICE:
        await note_choice(work, plan.lead, code)
    ticket.service, ticket.privacy = code, service.privacy
    ticket.urgent = ticket.urgent or service.urgent
    if work.lead is None:
        ticket.lead, ticket.helpers = plan.lead, list(plan.helpers)
