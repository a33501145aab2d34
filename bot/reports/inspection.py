"""The inspector's lists: what deserves a second look. Nobody but an auditor reads them, unseen."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.reports.facts import Period
from bot.tickets import states as s
from bot.tickets.accounts import SOURCE
from bot.tickets.models import Access, Assignment, Attachment, Rating, Ticket, TicketEvent
from bot.tickets.sampling import MINUTES_TOO_FAST

CALL_BEFORE = timedelta(minutes=60)
"""A withdrawal so soon after a call may not have been the resident's wish."""
TASK_BEFORE, TASK_AFTER = timedelta(days=30), timedelta(days=1)
"""Who reads full personal data does something on that ticket within this time."""


@dataclass(frozen=True)
class Finding:
    """One entry of a list: the tickets, when, who, and what was seen."""

    numbers: tuple[str, ...]
    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Inspection:
    """A list: what it shows and how it is found."""

    code: str
    name: str
    rule: str
    find: Callable[[Context, AsyncSession, Period], Awaitable[list[Finding]]]


async def too_fast(_context: Context, session: AsyncSession, period: Period) -> list[Finding]:
    """Handed in within minutes of signing, or of being asked to redo it."""
    rows = await session.execute(
        select(Ticket.number, Assignment.org, Assignment.signed_at, Assignment.done_at, Assignment.clock)
        .join(Ticket, Ticket.id == Assignment.ticket)
        .where(
            Assignment.role == s.LEAD, Assignment.signed_at.is_not(None), Ticket.updated_at >= period.start
        )
    )
    found = []
    for row in rows:
        start = row.signed_at
        rounds = [(one["done_at"], one["ended_at"]) for one in (row.clock or {}).get("rounds", ())]
        for done_at, ended_at in [*rounds, (row.done_at, None)]:
            done = datetime.fromisoformat(done_at) if isinstance(done_at, str) else done_at
            if done is not None and period.covers(done) and start is not None:
                minutes = (done - start).total_seconds() / 60
                if 0 <= minutes < MINUTES_TOO_FAST:
                    found.append(Finding((row.number,), done, row.org, f"签收后 {minutes:.0f} 分钟提交审结"))
            start = datetime.fromisoformat(ended_at) if ended_at else start
    return found


async def staff_networks(context: Context, session: AsyncSession, period: Period) -> list[Finding]:
    """Rated from an address from which staff read personal data."""
    sources = await session.scalars(select(Access.source).where(Access.source.is_not(None)).distinct())
    hashes = {context.vault.lookup(SOURCE, str(source)) for source in sources}
    rows = await session.execute(
        select(Ticket.number, Rating.at, Rating.org, Rating.rating, Rating.source)
        .join(Ticket, Ticket.id == Rating.ticket)
        .where(Rating.source.is_not(None), Rating.at >= period.start, Rating.at < period.end)
    )
    return [
        Finding((row.number,), row.at, row.org, f"“{row.rating}”来自工作人员用过的地址")
        for row in rows
        if row.source in hashes
    ]


async def withdrawn_after_call(_context: Context, session: AsyncSession, period: Period) -> list[Finding]:
    """Withdrawn within the hour after a call of the organisation."""
    rows = await session.execute(
        select(Ticket.number, TicketEvent.type, TicketEvent.at, TicketEvent.org, TicketEvent.actor_name)
        .join(Ticket, Ticket.id == TicketEvent.ticket)
        .where(
            TicketEvent.type.in_(("contacted", "withdrawn")),
            TicketEvent.at >= period.start - CALL_BEFORE,
            TicketEvent.at < period.end,
        )
        .order_by(TicketEvent.ticket, TicketEvent.number)
    )
    calls: dict[str, Any] = {}
    found = []
    for row in rows:
        if row.type == "contacted":
            calls[row.number] = row
        elif (call := calls.get(row.number)) is not None and row.at - call.at <= CALL_BEFORE:
            minutes = (row.at - call.at).total_seconds() / 60
            who = f"{call.org or ''} {call.actor_name}".strip()
            found.append(Finding((row.number,), row.at, who, f"通话后 {minutes:.0f} 分钟撤回"))
    return [one for one in found if period.covers(one.at)]


async def same_photo(_context: Context, session: AsyncSession, period: Period) -> list[Finding]:
    """The same picture on more than one ticket."""
    seen = defaultdict(list)
    rows = await session.execute(
        select(Attachment.digest, Attachment.added_at, Attachment.added_by, Ticket.number)
        .join(Ticket, Ticket.id == Attachment.ticket)
        .where(Attachment.added_at < period.end, Attachment.media_type.startswith("image/"))
        .order_by(Attachment.id)
    )
    for row in rows:
        seen[row.digest].append(row)
    found = []
    for same in seen.values():
        numbers = tuple(dict.fromkeys(row.number for row in same))
        if len(numbers) > 1 and period.covers(same[-1].added_at):
            last = same[-1]
            found.append(
                Finding(numbers, last.added_at, last.added_by, f"同一张照片用在 {len(numbers)} 件上")
            )
    return found


async def without_task(_context: Context, session: AsyncSession, period: Period) -> list[Finding]:
    """Full personal data read by someone who did nothing on that ticket around that time."""
    reads = (
        await session.execute(
            select(Access.at, Access.actor, Access.actor_name, Access.what, Access.ticket, Ticket.number)
            .join(Ticket, Ticket.id == Access.ticket)
            .where(Access.at >= period.start, Access.at < min(period.end, period.as_of - TASK_AFTER))
            .order_by(Access.id)
        )
    ).all()
    deeds = defaultdict(list)
    for row in await session.execute(
        select(TicketEvent.ticket, TicketEvent.actor, TicketEvent.at).where(
            TicketEvent.ticket.in_(
                select(Access.ticket).where(Access.at >= period.start, Access.at < period.end)
            ),
            TicketEvent.at >= period.start - TASK_BEFORE,
        )
    ):
        deeds[(row.ticket, row.actor)].append(row.at)
    found: dict[tuple[str, str], Finding] = {}
    for read in reads:
        own = deeds[(read.ticket, read.actor)]
        if not any(read.at - TASK_BEFORE <= at <= read.at + TASK_AFTER for at in own):
            key = (read.number, read.actor)
            found.setdefault(
                key,
                Finding(
                    (read.number,),
                    read.at,
                    f"{read.actor_name}（{read.actor}）",
                    "看了全文，前后没有办过这件",
                ),
            )
    return list(found.values())


INSPECTIONS: tuple[Inspection, ...] = (
    Inspection("too_fast", "签收后几分钟就办结", f"签收或重办后 {MINUTES_TOO_FAST} 分钟内提交审结", too_fast),
    Inspection(
        "staff_networks", "评价来自工作人员的网络", "评价的地址也是工作人员看工单用的地址", staff_networks
    ),
    Inspection("withdrawn_after_call", "通话后随即撤回", "单位通话后 60 分钟内撤回", withdrawn_after_call),
    Inspection("same_photo", "同一张照片用两次", "同一张照片附在不同的工单上", same_photo),
    Inspection(
        "without_task", "没有任务看全文", "看了个人信息全文，前 30 天到后 1 天没有办过这件", without_task
    ),
)


async def inspect(context: Context, period: Period) -> list[tuple[Inspection, list[Finding]]]:
    """All lists, newest findings first."""
    async with context.db.read() as session:
        return [
            (one, sorted(await one.find(context, session, period), key=lambda f: f.at, reverse=True))
            for one in INSPECTIONS
        ]
