"""Helpers' parts."""

from bot.tickets import states as s
from bot.tickets.accounts import end_part, end_round, is_substantive
from bot.tickets.effects.parts import new_assignment, set_due, sign_part, term
from bot.tickets.effects.registry import effect
from bot.tickets.errors import Missing, NoSuchStep
from bot.tickets.models import Assignment
from bot.tickets.work import Work


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
    sign_part(work, _part(work))


@effect
async def deem_helper(work: Work) -> None:
    """A helper that did not sign in time counts as signed."""
    sign_part(work, _part(work))
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
