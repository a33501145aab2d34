"""What leaves the state as it is: contacts, dates of orders, urging."""

from datetime import date, datetime

from bot.clock import local
from bot.tickets import states as s
from bot.tickets.effects.parts import set_due, term
from bot.tickets.effects.registry import effect
from bot.tickets.errors import Missing
from bot.tickets.lots import drawn
from bot.tickets.work import Work, fields_context

OUTCOMES = {"reached": "联系上了", "no_answer": "没接", "call_back": "约了再打"}


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
