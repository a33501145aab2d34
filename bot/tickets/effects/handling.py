"""Signing, extension, handing in, closing."""

from bot.tickets import states as s
from bot.tickets.accounts import end_part
from bot.tickets.deadlines import Due
from bot.tickets.effects.parts import set_due, sign_part
from bot.tickets.effects.registry import effect
from bot.tickets.work import Work


@effect
async def sign_lead(work: Work) -> None:
    """The lead takes it on."""
    assert work.lead is not None
    sign_part(work, work.lead)
    work.remember(duty_at=None, duty_next=None)


@effect
async def deem_signed(work: Work) -> None:
    """Not signed in time counts as signed, late: the handling clock has run since the dispatch."""
    assert work.lead is not None
    sign_part(work, work.lead)
    work.lead.deemed_signed = True


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
