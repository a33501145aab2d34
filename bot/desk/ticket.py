"""One ticket as its page shows it: fields veiled, timeline of everything, parts with their clocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.conversations import store
from bot.desk.formats import Deadline, deadline, moment, span
from bot.desk.related import Place, alike, around, others
from bot.desk.timeline import Entry, timeline
from bot.directory.catalogue import County
from bot.directory.models import Staff
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden, NotFound
from bot.tickets.masking import mask_name, mask_text
from bot.tickets.models import Assignment, Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.reading import parts_of, whole_view
from bot.tickets.terms import Timing
from bot.tickets.timing import timing_of
from bot.tickets.views import AssignmentView, TicketView
from bot.tickets.visibility import level


@dataclass(frozen=True)
class Part:
    """An organisation's part with its clock."""

    view: AssignmentView
    kind: str
    percent: int
    due: str
    left: str


@dataclass(frozen=True)
class Sheet:
    """Everything that the page shows of a ticket."""

    ticket: TicketView
    full_reader: bool
    rows: Sequence[Any]
    entries: tuple[Entry, ...]
    parts: tuple[Part, ...]
    due: Deadline
    path: tuple[str, ...]
    keeper: str | None
    talk: tuple[store.Line, ...]
    others: tuple[TicketView, ...]
    alike: tuple[tuple[TicketView, int], ...]
    places: tuple[Place, ...]
    contacts: tuple[str, ...]


class Veil:
    """Hides the personal values of one ticket wherever they stand in a text."""

    def __init__(self, full: TicketView, county: County) -> None:
        self._pairs = []
        for slot, value in full.fields.items():
            kind = county.slots[slot].type if slot in county.slots else ""
            if isinstance(value, str) and kind == "person" and len(value) > 1:
                self._pairs.append((value, mask_name(value)))
        self._pairs.sort(key=lambda pair: -len(pair[0]))

    def text(self, text: str) -> str:
        """The text with names and numbers masked."""
        for name, masked in self._pairs:
            text = text.replace(name, masked)
        return mask_text(text)


async def sheet(context: Context, number: str, actor: Actor) -> Sheet:
    """Read a ticket for its page; NotFound, or Forbidden for whom it is none of his business."""
    county = await context.directory.county()
    timing, now = await timing_of(context), context.clock()
    wanted = normalise_number(number)
    async with context.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == wanted))
        if row is None:
            raise NotFound
        mine = (await parts_of(session, [row]))[row.id]
        seen = level(county, row, mine, actor)
        if seen is None:
            raise Forbidden("这张工单不归您看。")
        masked = await whole_view(context, session, county, row, masked=True)
        full_reader = seen == "full"
        veil: Veil | None = None
        events = masked.events
        if full_reader and not masked.high_privacy:
            full = await whole_view(context, session, county, row, masked=False)
            veil, events = Veil(full, county), full.events
            masked = replace(masked, title=veil.text(full.title), attachments=full.attachments)
        talk = await _talk(context, session, row, masked) if full_reader else []
        hide = veil.text if veil else mask_text
        entries = await timeline(session, row, county, timing, events, hide)
        near = await others(context, session, county, row, actor)
        like = await alike(context, session, county, row, actor)
        places = await around(session, county, row, actor)
        keeper = await session.scalar(
            select(Staff.name).where(Staff.grid == row.grid, Staff.role == "station", Staff.active)
            if row.grid
            else select(Staff.name).where(Staff.id == -1)
        )
    service = county.any_service(masked.service)
    return Sheet(
        ticket=masked,
        full_reader=full_reader,
        rows=masked.rows,
        entries=entries,
        parts=tuple(_part(part, timing, now, masked.state) for part in masked.assignments),
        due=deadline(masked.due, now, _pause(masked.state)),
        path=tuple("县中心" if point.kind == "centre" else point.name for point in county.path(masked.grid)),
        keeper=keeper,
        talk=tuple(replace(line, text=hide(line.text)) for line in talk),
        others=near,
        alike=like,
        places=places,
        contacts=service.contacts if service else (),
    )


def _pause(state: str) -> str | None:
    return {s.AWAITING_INFO: "等居民补充", s.AWAITING_EXTERNAL: "等外单位", s.SUSPENDED: "挂账"}.get(state)


async def _talk(
    context: Context, session: AsyncSession, row: Ticket, view: TicketView
) -> Sequence[store.Line]:
    """What was said up to the filing; nothing at high privacy."""
    if row.conversation is None or view.high_privacy:
        return []
    lines = await store.lines(session, context.vault, row.conversation)
    return [line for line in lines if line.at <= row.created_at and not line.private][-40:]


def _part(view: AssignmentView, timing: Timing, now: datetime, state: str) -> Part:
    """How far a part's clock has run, in working time."""
    signing = view.state == s.AWAITING_SIGN
    due = view.sign_due if signing else view.due
    if view.state in (s.DONE, s.WAIVED):
        at = moment(view.done_at, now) if view.done_at else ""
        word = "办完" if view.state == s.DONE else "免办"
        return Part(view, "done", 100, f"{at} {word}".strip(), "")
    if due is None:
        return Part(view, "plain", 0, "期限未定", "")
    clock = timing.clock(view.org)
    whole = max(1.0, clock.between(view.dispatched_at, due))
    gone = clock.between(view.dispatched_at, now)
    words = f"{moment(due, now)} 前签收" if signing else f"{moment(due, now)} 到期"
    if state in (s.AWAITING_INFO, s.AWAITING_EXTERNAL):
        return Part(view, "hold", min(100, round(100 * gone / whole)), words, "停表")
    if due < now:
        return Part(view, "late", 100, words, f"已超 {span(now - due)}")
    left = clock.between(now, due)
    days = left / clock.day_minutes
    soon = local(due).date() == local(now).date() or (days <= 1 and whole > 2 * clock.day_minutes)
    said = f"还有 {round(days)} 个工作日" if days >= 1 else f"还有 {max(1, round(left / 60))} 小时"
    return Part(view, "soon" if soon else "plain", min(100, round(100 * gone / whole)), words, said)


async def attachment_reader(context: Context, number: str, actor: Actor) -> tuple[Ticket, bool]:
    """The ticket whose file is asked for, and whether the actor reads in full."""
    county = await context.directory.county()
    async with context.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == normalise_number(number)))
        if row is None:
            raise NotFound
        parts: list[Assignment] = (await parts_of(session, [row]))[row.id]
    return row, level(county, row, parts, actor) == "full"
