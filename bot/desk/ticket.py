"""One ticket as its page shows it: fields veiled, timeline of everything, parts with their clocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.conversations import store
from bot.desk.formats import Deadline, deadline, moment, span
from bot.directory.catalogue import County
from bot.directory.models import DeliveryTarget, Staff
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden, NotFound
from bot.tickets.masking import HIDDEN, mask_name, mask_text
from bot.tickets.models import Assignment, Outbox, Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.reading import parts_of, view_of, whole_view
from bot.tickets.terms import Timing
from bot.tickets.timing import timing_of
from bot.tickets.views import AssignmentView, EventView, TicketView
from bot.tickets.visibility import level, visible

MESSAGES = frozenset({"message", "remark", "supplemented", "contacted", "urged", "pressed", "rated"})
CLOCKS = frozenset(
    {
        "info_asked",
        "info_given",
        "pause_ended",
        "external",
        "external_renewed",
        "external_back",
        "extension_asked",
        "extended",
        "extension_refused",
        "nudged",
        "supervised",
        "deemed_signed",
        "helper_deemed_signed",
        "contact_overdue",
        "review_due",
    }
)
SIGNS = {
    "filed": ("file-plus", ""),
    "dispatched": ("send", "info"),
    "reassigned": ("send", "info"),
    "signed": ("signature", "ok"),
    "helper_signed": ("signature", "ok"),
    "helper_done": ("check", "ok"),
    "handed_in": ("clipboard-check", "info"),
    "passed": ("circle-check", "ok"),
    "rated": ("star", "ok"),
    "info_asked": ("player-pause", "hold"),
    "external": ("player-pause", "hold"),
    "info_given": ("player-play", "hold"),
    "external_back": ("player-play", "hold"),
    "message": ("message", "info"),
    "supplemented": ("message", ""),
    "remark": ("lock", ""),
    "contacted": ("phone", ""),
    "returned": ("arrow-back-up", ""),
    "helper_returned": ("arrow-back-up", ""),
    "extension_asked": ("calendar-plus", ""),
    "pressed": ("bell", ""),
    "urged": ("bell", ""),
    "nudged": ("bell", ""),
    "supervised": ("alarm", "late"),
    "deemed_signed": ("alarm", "late"),
    "helper_deemed_signed": ("alarm", "late"),
    "contact_overdue": ("alarm", "late"),
}
KINDS = {
    "email": "邮箱",
    "webhook": "接口",
    "telegram": "Telegram 群",
    "open311": "Open311",
    "resident": "居民",
}


@dataclass(frozen=True)
class Entry:
    """A line of the timeline; `group` is flow, message, delivery or clock."""

    at: datetime
    who: str
    what: str
    note: str | None
    icon: str
    kind: str
    group: str


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
        deliveries = await _deliveries(session, row, county)
        homes = await _homes(session, events)
        others = await _others(context, session, county, row, actor)
        alike = await _alike(context, session, county, row, actor)
        keeper = await session.scalar(
            select(Staff.name).where(Staff.grid == row.grid, Staff.role == "station", Staff.active)
            if row.grid
            else select(Staff.name).where(Staff.id == -1)
        )
    hide = veil.text if veil else mask_text
    entries = sorted(
        [*(_entry(event, county, homes, hide) for event in events), *deliveries],
        key=lambda one: one.at,
        reverse=True,
    )
    service = county.any_service(masked.service)
    return Sheet(
        ticket=masked,
        full_reader=full_reader,
        rows=masked.rows,
        entries=tuple(entries),
        parts=tuple(_part(part, timing, now, masked.state) for part in masked.assignments),
        due=deadline(masked.due, now, _pause(masked.state)),
        path=tuple("县中心" if point.kind == "centre" else point.name for point in county.path(masked.grid)),
        keeper=keeper,
        talk=tuple(replace(line, text=hide(line.text)) for line in talk),
        others=others,
        alike=alike,
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


async def _deliveries(session: AsyncSession, row: Ticket, county: County) -> list[Entry]:
    """Deliveries outside the desk, with what came of them."""
    rows = (
        await session.execute(
            select(Outbox, DeliveryTarget.org)
            .outerjoin(DeliveryTarget, Outbox.target == cast(DeliveryTarget.id, String))
            .where(Outbox.ticket == row.id, Outbox.kind.not_in(("desk", "subscription")))
            .order_by(Outbox.id)
        )
    ).all()
    return [_delivery(item, county.orgs[org].name if org in county.orgs else "") for item, org in rows]


def _delivery(item: Outbox, org: str) -> Entry:
    where = KINDS.get(item.kind, item.kind)
    who = f"{org}{where}" if item.kind != "resident" else "居民的对话"
    if item.state == "delivered":
        again = f"，第 {item.attempts} 次成功" if item.attempts > 1 else ""
        at = item.delivered_at or item.created_at
        return Entry(at, "", f"已送达{who}{again}", None, "mail", "ok" if again else "", "delivery")
    if item.state == "failed":
        text = f"没送到{who}，试了 {item.attempts} 次"
        return Entry(item.next_at, "", text, item.error, "mail-x", "late", "delivery")
    tries = f"，已试 {item.attempts} 次" if item.attempts else ""
    return Entry(item.created_at, "", f"正在送往{who}{tries}", item.error, "mail-forward", "", "delivery")


async def _homes(session: AsyncSession, events: Iterable[EventView]) -> dict[str, str]:
    """The organisation of each member of staff who acted, by his key in the events."""
    ids = {event.actor.removeprefix("staff:") for event in events if event.actor.startswith("staff:")}
    rows = await session.execute(
        select(Staff.id, Staff.org).where(Staff.id.in_([int(one) for one in ids if one.isdigit()]))
    )
    return {f"staff:{number}": org for number, org in rows}


def _entry(event: EventView, county: County, homes: dict[str, str], hide: Any) -> Entry:
    sign, kind = SIGNS.get(event.type, ("circle-check" if event.to_state == s.CLOSED else "route", ""))
    group = "message" if event.type in MESSAGES else "clock" if event.type in CLOCKS else "flow"
    home = homes.get(event.actor)
    concerns = county.orgs[event.org].name if event.org in county.orgs and event.org != home else ""
    what = event.type_name + (f"：{concerns}" if concerns else "")
    who = f"{county.orgs[home].name} {event.actor_name}" if home in county.orgs else event.actor_name
    note = hide(event.note) if event.note and event.note != HIDDEN else event.note
    return Entry(event.at, who, what, note, sign, kind, group)


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


async def _others(
    context: Context, session: AsyncSession, county: County, row: Ticket, actor: Actor
) -> tuple[TicketView, ...]:
    """Other tickets of the same person that the reader may see."""
    ways = []
    if row.person_hash:
        ways.append(Ticket.person_hash == row.person_hash)
    if row.phone_hash:
        ways.append(Ticket.phone_hash == row.phone_hash)
    if not ways or row.privacy == "高敏":
        return ()
    rows = await session.scalars(
        select(Ticket)
        .where(or_(*ways), Ticket.id != row.id, visible(county, actor), Ticket.privacy != "高敏")
        .order_by(Ticket.id.desc())
        .limit(5)
    )
    return await _views(context, session, county, rows)


async def _alike(
    context: Context, session: AsyncSession, county: County, row: Ticket, actor: Actor
) -> tuple[tuple[TicketView, int], ...]:
    """Solved tickets of the same service, those of the same town first: (ticket, days that it took)."""
    if row.privacy == "高敏":
        return ()
    rows = list(
        await session.scalars(
            select(Ticket)
            .where(
                Ticket.service == row.service,
                Ticket.id != row.id,
                Ticket.closed_at.is_not(None),
                Ticket.state.in_((s.CLOSED, s.AWAITING_RATING)),
                visible(county, actor),
            )
            .order_by(Ticket.closed_at.desc())
            .limit(20)
        )
    )
    town = (row.grid or "")[:3]
    rows.sort(key=lambda one: (one.grid or "")[:3] != town)
    views = await _views(context, session, county, rows[:3])
    days = {one.number: max(1, (one.closed_at - one.created_at).days) for one in rows if one.closed_at}
    return tuple((view, days[view.number]) for view in views)


async def _views(
    context: Context, session: AsyncSession, county: County, rows: Iterable[Ticket]
) -> tuple[TicketView, ...]:
    found = list(rows)
    parts = await parts_of(session, found)
    return tuple(view_of(context, county, one, parts[one.id], masked=True) for one in found)


async def attachment_reader(context: Context, number: str, actor: Actor) -> tuple[Ticket, bool]:
    """The ticket whose file is asked for, and whether the actor reads in full."""
    county = await context.directory.county()
    async with context.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == normalise_number(number)))
        if row is None:
            raise NotFound
        parts: list[Assignment] = (await parts_of(session, [row]))[row.id]
    return row, level(county, row, parts, actor) == "full"
