"""What the consultation, the meeting and the reviewer decide: leads, merging, withdrawal."""

from sqlalchemy import select

from bot.tickets import states as s
from bot.tickets.accounts import end_part, end_round
from bot.tickets.deadlines import Due
from bot.tickets.effects.handling import cancel_assignments
from bot.tickets.effects.parts import new_assignment, set_due, term
from bot.tickets.effects.registry import effect
from bot.tickets.errors import Missing, NoSuchStep
from bot.tickets.models import Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.work import Work


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


@effect
async def merge(work: Work) -> None:
    """The residents of this one follow the surviving ticket."""
    into = normalise_number(str(work.ask.data["into"]))
    survivor = await _survivor(work, into) if into else None
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


async def _survivor(work: Work, number: str) -> Ticket | None:
    """The surviving ticket under its lock, so that it cannot end meanwhile; never waits for the lock.

    Two who merge two tickets into each other would wait for each other for ever.
    """
    query = select(Ticket).where(Ticket.number == number)
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    found = await work.session.scalar(locked)
    if found is None and await work.session.scalar(query.with_only_columns(Ticket.id)) is not None:
        raise NoSuchStep("那张工单这会儿有人在办，请再点一次")
    return found


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
