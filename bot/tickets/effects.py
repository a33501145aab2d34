"""What else a step does; the names are those of the state table."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from math import ceil
from typing import Any

from sqlalchemy import select

from bot.clock import local
from bot.tickets import states as s
from bot.tickets.accounts import add_rating, end_part, end_round, is_substantive, safe_window
from bot.tickets.deadlines import Due
from bot.tickets.errors import Missing, NoSuchStep
from bot.tickets.lots import drawn
from bot.tickets.models import Assignment, Rating, Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.routing import Route, route, with_lead
from bot.tickets.transitions import REFUSAL_REASONS
from bot.tickets.work import Work, fields_context, moment

DEFAULT_DOOR = "12345 政务服务热线"
OUTCOMES = {"reached": "联系上了", "no_answer": "没接", "call_back": "约了再打"}
EFFECTS: dict[str, Callable[[Work], Awaitable[None]]] = {}


def effect(function: Callable[[Work], Awaitable[None]]) -> Callable[[Work], Awaitable[None]]:
    """Register an effect under its name."""
    EFFECTS[function.__name__] = function
    return function


# Dispatch


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


def term(work: Work, org: str, role: str) -> Due:
    """When an organisation must be done that starts now."""
    service, urgent = work.service, work.ticket.urgent or work.service.urgent
    if role == s.HELPER and not urgent and service.starts != "event":
        days = max(1, ceil(service.days * work.timing.terms.helper_share))
        return work.timing.clock(org).days(work.at, days)
    return work.timing.handling(service, work.at, work.ticket.urgent, org, event_date(work.fields()))


def set_due(work: Work, assignment: Assignment, due: Due, start: datetime) -> None:
    """Give an assignment its deadline, and the moment of its nudge (75 % of the time)."""
    share = work.timing.terms.nudge_share
    if work.ticket.urgent or work.service.urgent:
        nudge = start + (due.at - start) * share
    else:
        clock = work.timing.clock(assignment.org)
        nudge = clock.add(start, clock.between(start, due.at) * share).at
    assignment.due = due.at
    kept = {k: v for k, v in assignment.clock.items() if k not in ("nudged", "provisional")}
    assignment.clock = {
        **kept,
        "nudge_at": nudge.isoformat(),
        **({"provisional": True} if due.provisional else {}),
    }


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
    ticket.service, ticket.privacy = code, service.privacy
    ticket.urgent = ticket.urgent or service.urgent
    if work.lead is None:
        ticket.lead, ticket.helpers = plan.lead, list(plan.helpers)


# Refusal, answer, referral


@effect
async def finish(work: Work) -> None:
    """The ticket ends."""
    work.ticket.closed_at = work.at


@effect
async def finish_with_answer(work: Work) -> None:
    """The ticket ends with the answer as its result."""
    work.set_result(work.ask.note or "")
    work.ticket.closed_at = work.at


@effect
async def refuse(work: Work) -> None:
    """Note the refusal for its second reader; the resident hears of it after that."""
    reason = str(work.ask.data["reason"])
    door = str(work.ask.data.get("door") or DEFAULT_DOOR)
    work.remember(refused_by=work.actor.key, refusal=reason, door=door)
    work.set_result(f"{REFUSAL_REASONS[reason][0]}：{work.ask.note}")
    work.ticket.closed_at = work.at


@effect
async def confirm_refusal(work: Work) -> None:
    """The second reader agrees."""
    work.remember(refused_by=None, refusal_read=True)


@effect
async def drop_refusal(work: Work) -> None:
    """The second reader does not agree."""
    work.remember(refused_by=None, refusal=None)
    work.ticket.result = None
    work.ticket.closed_at = None


@effect
async def appeal(work: Work) -> None:
    """Once: back to the review."""
    work.remember(appealed=True, refusal=None, check_called=None)
    work.ticket.closed_at = None


@effect
async def check_call_done(work: Work) -> None:
    """The call after a referral was made."""
    work.remember(check_called=True)
    work.ticket.due = None


# Pauses


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
        **({"unextended": plain.isoformat()} if plain else {}),
        **({"nudge_at": (moved or (nudge or due.at) + stood).isoformat()} if nudge else {}),
    }


# Signing, handling, closing


@effect
async def sign_lead(work: Work) -> None:
    """The lead takes it on."""
    assert work.lead is not None
    _sign(work, work.lead)
    work.remember(duty_at=None, duty_next=None)


@effect
async def deem_signed(work: Work) -> None:
    """Not signed in time counts as signed, late: the handling clock has run since the dispatch."""
    assert work.lead is not None
    _sign(work, work.lead)
    work.lead.deemed_signed = True


def _sign(work: Work, part: Assignment) -> None:
    part.state = s.IN_PROGRESS
    part.signed_at = work.at


@effect
async def ask_extension(work: Work) -> None:
    """Once; the wish stays on record."""
    assert work.ask.until is not None and work.lead is not None
    work.remember(
        extension={"asked_at": work.at.isoformat(), "until": work.ask.until.isoformat()},
        extension_until=work.ask.until.isoformat(),
    )


@effect
async def extend(work: Work) -> None:
    """A later deadline; the first one stays for the figures."""
    assert work.lead is not None
    until = work.ask.until or work.moment("extension_until")
    assert until is not None and work.lead.due is not None
    work.lead.clock = {**work.lead.clock, "unextended": work.lead.due.isoformat()}
    set_due(work, work.lead, Due(until), work.at)
    work.remember(extension={**work.memory["extension"], "granted": True, "until": until.isoformat()})
    work.ask.until = until


@effect
async def refuse_extension(work: Work) -> None:
    """The deadline stays."""
    work.remember(extension={**work.memory["extension"], "granted": False}, extension_until=None)


@effect
async def hand_in(work: Work) -> None:
    """The result as the resident will read it."""
    assert work.lead is not None
    work.set_result(work.ask.note or "")
    work.lead.state, work.lead.done_at = s.DONE, work.at
    policy = work.actor.key if work.ask.data.get("policy") else None
    work.remember(
        handed_in_at=work.at.isoformat(), handed_in_by=work.actor.key, policy_by=policy, policy_read=None
    )


@effect
async def send_back(work: Work) -> None:
    """Not good enough: the lead's clock runs on."""
    assert work.lead is not None
    work.lead.state, work.lead.done_at = s.IN_PROGRESS, None
    work.remember(sent_back=work.memory.get("sent_back", 0) + 1)


@effect
async def pass_result(work: Work) -> None:
    """The result goes to the resident. That policy does not allow it counts when a second person says so."""
    work.ticket.closed_at = work.at
    second = work.memory.get("policy_by") not in (None, work.actor.key) and work.ask.data.get("policy")
    work.remember(passed_at=work.at.isoformat(), policy_read=work.actor.key if second else None)


@effect
async def close(work: Work) -> None:
    """The end. The moment of the result counts, where there is one."""
    work.ticket.closed_at = work.ticket.closed_at or work.at


@effect
async def settle_assignments(work: Work) -> None:
    """Parts that are still open are waived with the ticket's end."""
    for part in work.assignments:
        if part.state in s.ASSIGNMENT_OPEN:
            part.state, part.done_at = (s.DONE, work.at) if part.role == s.LEAD else (s.WAIVED, work.at)


@effect
async def cancel_assignments(work: Work) -> None:
    """Nobody needs to do anything any more."""
    for part in work.assignments:
        if part.state in s.ASSIGNMENT_OPEN:
            end_part(work, part, str(work.ask.data["_to"]))


@effect
async def rate(work: Work) -> None:
    """The resident's word."""
    rating = str(work.ask.data["rating"])
    if rating not in s.RATINGS:
        raise Missing("rating", f"评价是 {'、'.join(s.RATINGS)} 之一")
    work.ticket.rating = rating
    add_rating(work, rating, work.ask.data.get("solved"))
    if work.actor.kind != "resident":
        work.remember(rated_by=work.actor.key)


@effect
async def silence(work: Work) -> None:
    """Nobody rated."""
    add_rating(work, None, None)


@effect
async def void_rating(work: Work) -> None:
    """The newest rating was abuse: it stays on record and out of the figures."""
    newest = await work.session.scalar(
        select(Rating)
        .where(Rating.ticket == work.ticket.id, Rating.rating.is_not(None))
        .order_by(Rating.id.desc())
        .limit(1)
    )
    if newest is None:
        raise NoSuchStep("没有评价，不用作废")
    newest.void = work.actor.key


@effect
async def reopen(work: Work) -> None:
    """The lead starts again, with a new term."""
    assert work.lead is not None
    end_round(work, work.lead, "reopened")
    work.lead.state, work.lead.done_at = s.IN_PROGRESS, None
    set_due(work, work.lead, term(work, work.lead.org, s.LEAD), work.at)
    work.lead.clock = {**work.lead.clock, "supervised": []}
    _unsatisfied(work)


@effect
async def escalate(work: Work) -> None:
    """The second time: the head of the centre."""
    assert work.lead is not None
    end_round(work, work.lead, "reopened")
    work.lead.state, work.lead.done_at = s.IN_PROGRESS, None
    _unsatisfied(work)


def _unsatisfied(work: Work) -> None:
    add_rating(work, s.UNSATISFIED, "no")
    work.ticket.rating = s.UNSATISFIED
    work.ticket.closed_at = None
    work.remember(unsatisfied=work.memory.get("unsatisfied", 0) + 1, passed_at=None)


@effect
async def decide(work: Work) -> None:
    """Lead, helpers and date, as the consultation or the meeting decided."""
    org = work.ask.org or work.ticket.lead
    if org not in work.county.orgs:
        raise Missing("org", f"没有代码为 {org} 的单位")
    lead = work.lead
    if lead is None or lead.org != org:
        if lead is not None:
            if work.memory.get("bound"):
                lead.clock = {**lead.clock, "return_upheld": True}
            end_part(work, lead, "decided")
        if (helper := work.helper(org)) is not None:
            end_part(work, helper, "became_lead")
        lead = new_assignment(work, org, s.LEAD)
        work.ticket.lead = org
    else:
        end_round(work, lead, "decided")
    lead.state, lead.done_at = s.IN_PROGRESS, None
    lead.signed_at = lead.signed_at or work.at
    due = Due(work.ask.until) if work.ask.until else term(work, org, s.LEAD)
    set_due(work, lead, due, work.at)
    lead.clock = {**lead.clock, "supervised": []}
    for helper_org in work.ask.data.get("helpers", ()):
        if helper_org in work.county.orgs and helper_org != org and work.helper(helper_org) is None:
            new_assignment(work, helper_org, s.HELPER)
    work.ticket.helpers = [part.org for part in work.helpers]
    work.remember(bound=None)


# Merging and withdrawing


@effect
async def merge(work: Work) -> None:
    """The residents of this one follow the surviving ticket."""
    into = normalise_number(str(work.ask.data["into"]))
    survivor = await work.session.scalar(select(Ticket).where(Ticket.number == into)) if into else None
    if survivor is None:
        raise Missing("into", "要写明并入哪一张工单")
    if survivor.id == work.ticket.id or survivor.state in s.FINAL:
        raise NoSuchStep("只能并入另一张没有结束的工单")
    if (survivor.privacy == "高敏") != work.high_privacy:
        raise NoSuchStep("高敏事项只能和高敏事项合并")
    work.ticket.survivor = survivor.id
    work.remember(
        merged_from=work.ticket.state,
        survivor=survivor.number,
        held_due=work.ticket.due.isoformat() if work.ticket.due else None,
    )
    await cancel_assignments(work)


@effect
async def unmerge(work: Work) -> None:
    """As it was before."""
    work.ticket.survivor = None
    work.ask.data["_before"] = work.memory.get("merged_from")
    for part in work.assignments:
        if part.state == s.CANCELLED and part.clock.get("ended") == s.MERGED:
            part.state = part.clock["before"]
            kept = {k: v for k, v in part.clock.items() if k not in ("before", "ended", "ended_at")}
            part.clock = kept
    work.remember(merged_from=None, survivor=None)


@effect
async def ask_withdrawal(work: Work) -> None:
    """High privacy: a person checks that the wish is the resident's own."""
    work.remember(withdrawal_asked=work.at.isoformat())


# What leaves the state as it is


@effect
async def contact(work: Work) -> None:
    """Log a call. Reached, or three tries on two days, meets the deadline of the contact."""
    outcome = str(work.ask.data["outcome"])
    if outcome not in OUTCOMES:
        raise Missing("outcome", f"结果是 {'、'.join(OUTCOMES.values())} 之一")
    work.ask.note = work.ask.note or OUTCOMES[outcome]
    calls = [*work.memory.get("calls", ()), {"at": work.at.isoformat(), "outcome": outcome}]
    tries = [*work.memory.get("tries", ()), {"at": work.at.isoformat(), "outcome": outcome}]
    work.remember(calls=calls, tries=tries)
    days = {local(datetime.fromisoformat(one["at"])).date() for one in tries}
    if work.ticket.contacted_at is None and (outcome == "reached" or (len(tries) >= 3 and len(days) >= 2)):
        work.ticket.contacted_at = work.at


@effect
async def confirm_order(work: Work) -> None:
    """The date of an order, or its new one: its clock counts from the event."""
    try:
        day = date.fromisoformat(str(work.ask.data["date"])[:10])
    except ValueError as error:
        raise Missing("date", "日期写成 2026-12-31") from error
    work.ask.data["date"] = day.isoformat()
    fields = {**work.fields(), "confirmed_date": day.isoformat()}
    work.ticket.fields = work.context.vault.seal_json(fields, fields_context(work.ticket))
    work.remember(confirm_due=None, confirmed_date=day.isoformat())
    for part in work.assignments:
        if part.state in s.ASSIGNMENT_OPEN:
            set_due(work, part, term(work, part.org, part.role), work.at)
    if work.ticket.state == s.IN_PROGRESS and work.lead is not None:
        work.ticket.due = work.lead.due


@effect
async def sample_withdrawal(work: Work) -> None:
    """Some of those who withdrew are called: was it their own wish?"""
    if drawn(work, "withdrawal", work.timing.terms.withdrawal_sample_share):
        work.remember(withdrawal_sampled=True)


@effect
async def urge(work: Work) -> None:
    """The resident asks where it stays."""
    work.remember(urged_at=work.at.isoformat(), urged=work.memory.get("urged", 0) + 1)


@effect
async def ask_more(work: Work) -> None:
    """Whom a station asks for; the reviewer adds them."""
    wanted = [org for org in work.ask.data.get("helpers", ()) if org in work.county.orgs]
    work.remember(more_orgs=wanted or None)


# Helpers


@effect
async def add_helper(work: Work) -> None:
    """One more helper, with clocks of its own."""
    org = work.ask.org
    if org not in work.county.orgs:
        raise Missing("org", f"没有代码为 {org} 的单位")
    if work.takes_part(org):
        raise NoSuchStep(f"{work.org_name(org)}已经在办")
    assert org is not None
    new_assignment(work, org, s.HELPER)
    work.ticket.helpers = [*work.ticket.helpers, org]
    work.remember(more_orgs=None)


def _part(work: Work) -> Assignment:
    part = work.helper(work.ask.org or work.actor.org)
    assert part is not None
    return part


@effect
async def sign_helper(work: Work) -> None:
    """A helper takes its part on."""
    _sign(work, _part(work))


@effect
async def deem_helper(work: Work) -> None:
    """A helper that did not sign in time counts as signed."""
    _sign(work, _part(work))
    _part(work).deemed_signed = True


@effect
async def return_helper(work: Work) -> None:
    """A helper gives its part back."""
    part = _part(work)
    part.state = s.RETURN_REVIEW
    part.returned += 1


@effect
async def bind_helper(work: Work) -> None:
    """A helper must take its part."""
    part = _part(work)
    part.state = s.AWAITING_SIGN
    part.sign_due = work.timing.sign(work.at, work.ticket.urgent, part.org).at


@effect
async def finish_helper(work: Work) -> None:
    """A helper is done; signing and finishing at once is possible."""
    part = _part(work)
    part.signed_at = part.signed_at or work.at
    part.state, part.done_at = s.DONE, work.at
    part.clock = {**part.clock, "substantive": is_substantive(work.ask.note or "")}


@effect
async def settle_helper(work: Work) -> None:
    """A helper is out: waived, or its return was upheld."""
    part = _part(work)
    released = part.state == s.RETURN_REVIEW and work.ask.data.get("_to") == s.CANCELLED
    if released:
        part.clock = {**part.clock, "return_upheld": True}
        end_part(work, part, "returned")
    else:
        part.state = s.WAIVED
    part.done_at = None if released else work.at
    work.ticket.helpers = [org for org in work.ticket.helpers if org != part.org or not released]


@effect
async def reopen_helper(work: Work) -> None:
    """A helper starts again."""
    part = _part(work)
    end_round(work, part, "reopened")
    part.state, part.done_at = s.IN_PROGRESS, None
    set_due(work, part, term(work, part.org, s.HELPER), work.at)
