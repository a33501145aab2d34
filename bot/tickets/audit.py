"""Verifying the chains: every event of every ticket, every read, every seal, and an anchor kept elsewhere.

Seals cover the chain values of events and reads in the order of their ids; they are written with a delay,
so that a transaction that began earlier and commits later is not left out. The newest seals, exported, are
the anchor: with it even someone who holds the database and its keys cannot take away what it covers.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.tickets import access, events
from bot.tickets.access_cut import cut_of
from bot.tickets.models import Access, AuditSeal, Ticket, TicketEvent
from nlu.vault import Vault, VaultError

SETTLED = timedelta(minutes=10)
"""Events younger than this are sealed next time."""
BATCH = 500


@dataclass(frozen=True)
class Finding:
    """Something that does not verify; `where` is a ticket's number, `access log` or `seal 7`."""

    where: str
    what: str


@dataclass(frozen=True)
class Report:
    """The outcome of a verification."""

    tickets: int
    events: int
    reads: int
    seals: int
    findings: tuple[Finding, ...]


async def seal(context: Context) -> AuditSeal | None:
    """Write the next seal; None when there is nothing new."""
    settled = context.clock() - SETTLED
    async with context.db.write() as session:
        last = await session.scalar(
            select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1).with_for_update()
        )
        first_event, first_access = (last.last_event, last.last_access) if last else (0, 0)
        last_event = await _last_settled(session, TicketEvent, first_event, settled)
        last_access = await _last_settled(session, Access, first_access, settled)
        if (last_event, last_access) == (first_event, first_access):
            return None
        new_events = await _chains(session, TicketEvent, first_event, last_event)
        new_reads = await _chains(session, Access, first_access, last_access)
        row = AuditSeal(
            at=context.clock(),
            last_event=last_event,
            events=(last.events if last else 0) + len(new_events),
            last_access=last_access,
            accesses=(last.accesses if last else 0) + len(new_reads),
        )
        row.chain = seal_chain(context.vault, last.chain if last else "", row, new_events, new_reads)
        session.add(row)
        await session.flush()
        return row


async def _last_settled(session: AsyncSession, table: Any, first: int, settled: Any) -> int:
    """The id up to which every row is old enough."""
    young = await session.scalar(select(func.min(table.id)).where(table.id > first, table.at > settled))
    query = select(func.max(table.id)).where(table.id > first)
    if young is not None:
        query = query.where(table.id < young)
    return await session.scalar(query) or first


async def _chains(session: AsyncSession, table: Any, first: int, last: int) -> Sequence[str]:
    rows = await session.scalars(
        select(table.chain).where(table.id > first, table.id <= last).order_by(table.id)
    )
    return rows.all()


def seal_chain(
    vault: Vault, before: str, row: AuditSeal, new_events: Sequence[str], new_reads: Sequence[str]
) -> str:
    """The chain value of a seal after the one before it."""
    counts = [row.last_event, row.events, row.last_access, row.accesses]
    return vault.chain(json.dumps(["seal", before, counts, list(new_events), list(new_reads)]).encode())


async def anchor(context: Context) -> dict[str, Any]:
    """All seals, for an auditor to keep elsewhere."""
    async with context.db.read() as session:
        rows = (await session.scalars(select(AuditSeal).order_by(AuditSeal.id))).all()
    return {
        "made_at": context.clock().isoformat(),
        "seals": [
            [row.id, row.last_event, row.events, row.last_access, row.accesses, row.chain] for row in rows
        ],
    }


async def verify(context: Context, anchor_file: Path | None = None) -> Report:
    """Verify everything; the findings are empty when nothing was changed, taken away or put in."""
    findings: list[Finding] = []
    tickets = counted = 0
    async with context.db.read() as session:
        async for ticket, rows in _tickets(session):
            tickets += 1
            counted += len(rows)
            findings += [Finding(ticket.number, what) for what in check_ticket(context.vault, ticket, rows)]
        orphans = await session.scalar(
            select(func.count()).where(TicketEvent.ticket.not_in(select(Ticket.id)))
        )
        if orphans:
            findings.append(Finding("events", f"{orphans} events belong to no ticket"))
        reads, found = await _check_access(context.vault, session)
        findings += found
        seals, found = await _check_seals(context.vault, session)
        findings += found
        if anchor_file is not None:
            findings += await _check_anchor(session, json.loads(anchor_file.read_text("utf-8")))
    return Report(tickets, counted, reads, seals, tuple(findings))


async def _tickets(session: AsyncSession) -> AsyncIterator[tuple[Ticket, Sequence[TicketEvent]]]:
    last = 0
    while True:
        batch = (
            await session.scalars(select(Ticket).where(Ticket.id > last).order_by(Ticket.id).limit(BATCH))
        ).all()
        if not batch:
            return
        last = batch[-1].id
        grouped: dict[int, list[TicketEvent]] = {ticket.id: [] for ticket in batch}
        rows = await session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket.in_(grouped))
            .order_by(TicketEvent.ticket, TicketEvent.number)
        )
        for row in rows:
            grouped[row.ticket].append(row)
        for ticket in batch:
            yield ticket, grouped[ticket.id]
        session.expunge_all()


def check_ticket(vault: Vault, ticket: Ticket, rows: Sequence[TicketEvent]) -> list[str]:
    """What does not verify of one ticket."""
    found: list[str] = []
    before, opened, erased = "", {}, set()
    for place, row in enumerate(rows, start=1):
        if row.number != place:
            found.append(
                f"event {place} is missing" if row.number > place else f"event {row.number} was put in"
            )
            break
        if row.chain != events.link(vault, before, ticket, row):
            found.append(f"event {row.number} was changed, or does not follow the one before it")
        before = row.chain
        if row.salt is None:
            erased.add(row.number)
            if row.note is not None or row.data is not None:
                found.append(f"event {row.number} has a payload without its salt")
            continue
        try:
            data = events.data_of(vault, ticket, row) or None
        except (VaultError, ValueError):
            found.append(f"event {row.number}: its data does not open")
            continue
        opened[row.number] = data or {}
        if events.digest_of(row.salt, row.note, data) != row.digest:
            found.append(f"event {row.number}: its note or data was changed")
    named = {
        number
        for row in rows
        if row.type == events.ERASED
        for number in opened.get(row.number, {}).get("numbers", ())
    }
    found += [f"event {number} was erased without an erasure event" for number in sorted(erased - named)]
    if ticket.head != events.head_of(vault, ticket, len(rows), before) or ticket.version != len(rows):
        found.append(
            f"the ticket ends with event {ticket.version}, there are {len(rows)}; the end was changed"
        )
    return found


async def _check_access(vault: Vault, session: AsyncSession) -> tuple[int, list[Finding]]:
    cut = await cut_of(session, vault)
    if cut is None:
        return 0, [Finding("access log", "the mark of the reads whose term is over was changed")]
    before, count, emptied = "", 0, 0
    rows = await session.stream_scalars(select(Access).order_by(Access.id))
    async for row in rows:
        count += 1
        if row.id <= cut.last:
            emptied += 1
        elif row.chain != access.link(vault, before, row):
            return count, [Finding("access log", f"read {row.id} was changed, or one before it is missing")]
        before = row.chain
        if row.id == cut.last and (before, emptied) != (cut.chain, cut.emptied):
            return count, [Finding("access log", f"reads up to {row.id}, whose term is over, were changed")]
    if emptied != cut.emptied:
        return count, [Finding("access log", "reads whose term is over were taken away")]
    return count, []


async def _check_seals(vault: Vault, session: AsyncSession) -> tuple[int, list[Finding]]:
    before: AuditSeal | None = None
    rows = (await session.scalars(select(AuditSeal).order_by(AuditSeal.id))).all()
    for row in rows:
        first_event, first_read = (before.last_event, before.last_access) if before else (0, 0)
        new_events = await _chains(session, TicketEvent, first_event, row.last_event)
        new_reads = await _chains(session, Access, first_read, row.last_access)
        chain = seal_chain(vault, before.chain if before else "", row, new_events, new_reads)
        sums = (
            (before.events if before else 0) + len(new_events),
            (before.accesses if before else 0) + len(new_reads),
        )
        if chain != row.chain or sums != (row.events, row.accesses):
            return len(rows), [Finding(f"seal {row.id}", "events or reads that it covers were changed")]
        before = row
    return len(rows), []


async def _check_anchor(session: AsyncSession, kept: dict[str, Any]) -> list[Finding]:
    rows = {row.id: row for row in await session.scalars(select(AuditSeal))}
    for number, last_event, count, last_access, reads, chain in kept["seals"]:
        row = rows.get(number)
        if row is None:
            return [Finding(f"seal {number}", "the anchor knows it, the database does not")]
        if [row.last_event, row.events, row.last_access, row.accesses, row.chain] != [
            last_event,
            count,
            last_access,
            reads,
            chain,
        ]:
            return [Finding(f"seal {number}", "it is another one than in the anchor")]
    return []
