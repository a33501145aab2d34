"""The engine that reads the state table: checks, acts, writes event and deliveries, in one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.tickets import notices, timers, words
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.clocks import CLOCKS
from bot.tickets.effects import EFFECTS
from bot.tickets.errors import Forbidden, Missing, NoSuchStep, Stale
from bot.tickets.guards import GUARDS, WHEN
from bot.tickets.masking import mask_text
from bot.tickets.models import TicketEvent
from bot.tickets.needs import check_needs
from bot.tickets.parties import is_any
from bot.tickets.timing import timing_of
from bot.tickets.transitions import NEW, TABLE, Transition
from bot.tickets.work import Ask, Work, lock_ticket

HERE, BEFORE = "=here", "=before"
NAMES_A_LEAD = (s.RETURN_REVIEW, s.CONSULTATION, s.JOINT_MEETING, s.SUSPENDED)
"""States from which a step names the new lead."""


@asynccontextmanager
async def locked(context: Context, number: str, actor: Actor, ask: Ask | None = None) -> AsyncIterator[Work]:
    """A ticket under its lock; what happens in the block is committed together."""
    timing = await timing_of(context)
    async with context.db.write() as session:
        yield await open_work(context, session, timing, number, actor, ask)


async def open_work(  # type: ignore[no-untyped-def]
    context: Context, session: AsyncSession, timing, number: str, actor: Actor, ask: Ask | None = None
) -> Work:
    """Lock a ticket within a transaction that is open already."""
    ticket, assignments = await lock_ticket(session, number)
    return Work(context, session, timing, context.clock(), actor, ticket, assignments, ask or Ask())


async def step(work: Work, to: str, *, version: int | None = None) -> TicketEvent:
    """Take the step to a state, as the table says."""
    check_version(work, version)
    return await run(work, choose(work, to))


async def act(work: Work, name: str, *, version: int | None = None) -> TicketEvent:
    """Do what the table knows by name: what leaves the state as it is."""
    check_version(work, version)
    rows = [row for row in TABLE if row.name == name]
    if not rows:
        raise NoSuchStep(f"没有“{name}”这一步")
    return await run(work, _pick(work, rows))


def check_version(work: Work, version: int | None) -> None:
    """Refuse a step that was decided on an older ticket."""
    if version is not None and version != work.ticket.version:
        raise Stale


def scope_of(work: Work, to: str) -> str:
    """Whether a step concerns the ticket or one organisation's part.

    With `org` it is that organisation's part, except that the lead's part is the ticket itself, and that
    a dispatch, a reassignment or a decision names the new lead.
    """
    org = work.ask.org
    if to in (s.DONE, s.WAIVED, s.CANCELLED):
        return "assignment"
    if org is None or to not in s.ASSIGNMENT_NAMES:
        return "ticket"
    if work.helper(org) is not None and work.ticket.state not in NAMES_A_LEAD:
        return "assignment"
    if to == s.AWAITING_SIGN and work.ticket.state not in (s.IN_REVIEW, s.RETURN_REVIEW):
        return "assignment"
    return "ticket"


def choose(work: Work, to: str) -> Transition:
    """The row for a step from here; Forbidden, NoSuchStep or Missing where there is none."""
    if to not in s.STATE_NAMES and to not in s.ASSIGNMENT_NAMES:
        raise Missing("to", f"没有“{to}”这个状态")
    scope = scope_of(work, to)
    if scope == "assignment" and to == s.DONE and (work.ask.org or work.actor.org) == work.ticket.lead:
        scope, to = "ticket", s.AWAITING_CLOSE
    return _pick(work, [row for row in TABLE if row.scope == scope and row.to in (to, *_dynamic(work, to))])


def _dynamic(work: Work, to: str) -> tuple[str, ...]:
    """The table's names for "where it was": for the withdrawal that a person checks, and for undoing."""
    found = []
    if to == s.WITHDRAWN:
        found.append(HERE)
    if work.ticket.state == s.MERGED and to == work.memory.get("merged_from"):
        found.append(BEFORE)
    return tuple(found)


def _pick(work: Work, rows: list[Transition]) -> Transition:
    here = [row for row in rows if source_of(work, row) in row.source]
    live = [row for row in here if applies(work, row)]
    mine = [row for row in live if is_any(row.who, work, work.actor)]
    if mine:
        return mine[0]
    if not any(is_any(row.who, work, work.actor) for row in rows):
        raise Forbidden
    if live:
        raise Forbidden
    state = s.STATE_NAMES[work.ticket.state]
    raise NoSuchStep(f"工单在“{state}”，不能做这一步")


def applies(work: Work, row: Transition) -> bool:
    """Whether a row's condition holds."""
    return row.when is None or WHEN[row.when](work)


def source_of(work: Work, row: Transition) -> str:
    """The state that a row starts from: the ticket's, or that of the part concerned."""
    if row.scope == "ticket":
        return work.ticket.state
    if work.ticket.state in s.FINAL:
        return "ended"
    part = work.helper(work.ask.org or work.actor.org)
    return part.state if part is not None else NEW


def obstacle(work: Work, row: Transition) -> str | None:
    """Why a row cannot be taken now, in Chinese; None when it can."""
    return next((reason for name in row.guards if (reason := GUARDS[name](work))), None)


async def run(work: Work, row: Transition) -> TicketEvent:
    """Take a row whose party was checked."""
    if reason := obstacle(work, row):
        raise NoSuchStep(reason)
    check_needs(work, row)
    ticket = work.ticket
    before = ticket.state if row.scope == "ticket" else source_of(work, row)
    work.ask.data["_to"] = row.to
    text = _text_of(work)
    for name in row.effects:
        await EFFECTS[name](work)
    if _text_of(work) != text:
        await words.index(work.session, work.context, work.county, ticket)
    after = _after(work, row)
    if row.scope == "ticket":
        ticket.state = after
        if row.to is not None and row.to != HERE:
            due = CLOCKS[row.deadline](work) if row.deadline else None
            ticket.due = due.at if due else None
            ticket.due_provisional = bool(due and due.provisional)
    event = await work.write_event(
        row.name,
        from_state=before if row.to is not None else None,
        to_state=after if row.to is not None else None,
        org=work.ask.org,
        note=open_note(work),
        data=_details(work),
    )
    await notices.tell(work, row, event)
    timers.set_wake(work)
    await work.session.flush()
    return event


def _text_of(work: Work) -> tuple[object, ...]:
    """What a search looks through; when it changes, the index does."""
    ticket = work.ticket
    return ticket.fields, ticket.title, ticket.result, ticket.service, ticket.privacy, ticket.grid


def _after(work: Work, row: Transition) -> str:
    if row.scope == "assignment":
        assert row.to is not None
        return row.to
    if row.to is None or row.to == HERE:
        return work.ticket.state
    if row.to == BEFORE:
        return str(work.ask.data.get("_before") or s.IN_REVIEW)
    return row.to


def _details(work: Work) -> dict[str, Any] | None:
    """What goes into the event sealed: everything that came with the step beside a note without numbers."""
    data = {key: value for key, value in work.ask.data.items() if not key.startswith("_")}
    if work.ask.until is not None:
        data["until"] = work.ask.until.isoformat()
    if work.ask.note and open_note(work) != work.ask.note:
        data["note"] = work.ask.note
    return data or None


def open_note(work: Work) -> str | None:
    """What of a note may stand in the open: a resident's words never, nor numbers of people."""
    if not work.ask.note or work.actor.kind == "resident" or work.high_privacy:
        return None
    return mask_text(work.ask.note)


def ask(
    note: str | None = None,
    org: str | None = None,
    until: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> Ask:
    """What comes with a step; empty texts count as not given."""
    clean = note.strip() if note else None
    return Ask(clean or None, org or None, until, dict(data or {}))
