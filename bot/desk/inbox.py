"""Lists of tickets: what waits for me, what is late, what was asked for; with counts that add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import COUNTY_ZONE, local
from bot.context import Context
from bot.desk.formats import Deadline, channel_name, deadline
from bot.directory.catalogue import County
from bot.directory.roles import Role
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.finding import FOUND, text_condition
from bot.tickets.models import Assignment, Ticket
from bot.tickets.reading import parts_of, view_of
from bot.tickets.routing import within
from bot.tickets.views import TicketView
from bot.tickets.visibility import visible

PER_PAGE = 20
COUNT_LIMIT = 10_000
"""Counting stops here: a list says 10000 and more."""
PAUSES = {
    s.AWAITING_INFO: "等居民补充",
    s.AWAITING_EXTERNAL: "等外单位",
    s.SUSPENDED: "挂账",
}
REASONS = {
    s.RETURN_REVIEW: ("退单待审", "arrow-back-up"),
    s.EXTENSION_REVIEW: ("延期待批", "calendar-plus"),
    s.AWAITING_CLOSE: ("待审结", "clipboard-check"),
    s.CONSULTATION: ("会商", "users"),
    s.JOINT_MEETING: ("联席会议", "users"),
    s.NOT_ACCEPTED: ("不予受理待复核", "file-text"),
    s.REFERRED: ("待回访", "phone"),
}
REVIEW = (s.IN_REVIEW, s.RETURN_REVIEW, s.EXTENSION_REVIEW, s.AWAITING_CLOSE, s.AWAITING_INFO)
HANDLING = (
    s.AWAITING_SIGN,
    s.IN_PROGRESS,
    s.AWAITING_INFO,
    s.RETURN_REVIEW,
    s.EXTENSION_REVIEW,
    s.AWAITING_EXTERNAL,
)


@dataclass(frozen=True)
class Wish:
    """What a list is asked to show."""

    view: str = "all"
    service: str = ""
    place: tuple[str, ...] = ()
    channel: str = ""
    due: str = ""
    state: str = ""
    org: str = ""
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class Counter:
    """A card over the list."""

    key: str
    title: str
    icon: str
    kind: str
    count: int


@dataclass(frozen=True)
class Line:
    """A ticket in a list, masked."""

    ticket: TicketView
    due: Deadline
    person: str | None
    phone: str
    orgs: str
    reason: tuple[str, str] | None
    channel: str


@dataclass(frozen=True)
class Listing:
    """One page of a list."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    limit: int = COUNT_LIMIT

    @property
    def said(self) -> str:
        """How many there are; where counting stopped, so many and more."""
        return f"{self.total} 件" + ("以上" if self.total >= self.limit else "")

    @property
    def first(self) -> int:
        """The place of the first line in the whole list."""
        return (self.page - 1) * PER_PAGE + 1 if self.lines else 0

    @property
    def last(self) -> int:
        """The place of the last line."""
        return self.first + len(self.lines) - 1 if self.lines else 0


def _mine(actor: Actor) -> ColumnElement[bool]:
    """This organisation's own part, as long as it waits for it."""
    return and_(
        Assignment.ticket == Ticket.id,
        Assignment.org == actor.org,
        Assignment.state.in_(s.ASSIGNMENT_OPEN),
    )


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """What a person has to do something about, by his role."""
    if actor.role in (Role.REVIEWER, Role.ADMINISTRATOR):
        part = exists(
            select(Assignment.id).where(Assignment.ticket == Ticket.id, Assignment.state == s.RETURN_REVIEW)
        )
        reading = and_(Ticket.state.in_((s.NOT_ACCEPTED, s.REFERRED)), Ticket.due.is_not(None))
        head = Ticket.state == s.CONSULTATION if actor.role is Role.ADMINISTRATOR else false()
        return or_(Ticket.state.in_(REVIEW), part, reading, head)
    if actor.role is Role.CONVENOR:
        return Ticket.state.in_((s.CONSULTATION, s.JOINT_MEETING, s.SUSPENDED, s.AWAITING_CLOSE))
    if actor.role is Role.ORGANISATION:
        return and_(Ticket.state.in_(HANDLING), exists(select(Assignment.id).where(_mine(actor))))
    if actor.role is Role.STATION:
        return Ticket.state.in_(HANDLING)
    return false()


def due_for(actor: Actor) -> Any:
    """The moment that counts for this person: his organisation's part, or the ticket's own."""
    if actor.role is not Role.ORGANISATION:
        return Ticket.due
    part = (
        select(case((Assignment.state == s.AWAITING_SIGN, Assignment.sign_due), else_=Assignment.due))
        .where(_mine(actor))
        .limit(1)
        .scalar_subquery()
    )
    return case((Ticket.state.in_(tuple(PAUSES)), None), else_=func.coalesce(part, Ticket.due))


def _tonight(now: datetime) -> datetime:
    return datetime.combine(local(now).date() + timedelta(days=1), time(), COUNTY_ZONE)


def _views(actor: Actor, now: datetime) -> dict[str, tuple[str, str, str, ColumnElement[bool]]]:
    """The cards of a role: key -> (title, icon, colour, condition)."""
    due = due_for(actor)
    paused = Ticket.state.in_(tuple(PAUSES))
    found = {
        "late": ("已超期", "alarm", "late", and_(due < now, not_(paused))),
        "today": ("今天到期", "clock", "soon", and_(due >= now, due < _tonight(now), not_(paused))),
        "all": ("全部待处理", "inbox", "info", Ticket.id > 0),
    }
    if actor.role in (Role.REVIEWER, Role.ADMINISTRATOR):
        found |= {
            "returned": ("退单待审", "arrow-back-up", "plain", Ticket.state == s.RETURN_REVIEW),
            "extension": ("延期待批", "calendar-plus", "plain", Ticket.state == s.EXTENSION_REVIEW),
            "closing": ("待审结", "clipboard-check", "plain", Ticket.state == s.AWAITING_CLOSE),
        }
    elif actor.role is Role.CONVENOR:
        found |= {
            "consultation": ("会商", "users", "plain", Ticket.state == s.CONSULTATION),
            "meeting": ("联席会议", "users", "plain", Ticket.state == s.JOINT_MEETING),
        }
    else:
        found |= {
            "unsigned": ("待签收", "signature", "plain", _unsigned(actor)),
            "working": (
                "办理中",
                "edit",
                "plain",
                and_(Ticket.state == s.IN_PROGRESS, not_(_unsigned(actor))),
            ),
        }
    found["paused"] = ("停表中", "player-pause", "hold", paused)
    return found


def _unsigned(actor: Actor) -> ColumnElement[bool]:
    if actor.role is not Role.ORGANISATION:
        return Ticket.state == s.AWAITING_SIGN
    return exists(select(Assignment.id).where(_mine(actor), Assignment.state == s.AWAITING_SIGN))


async def counters(session: AsyncSession, county: County, actor: Actor, now: datetime) -> list[Counter]:
    """The cards with their counts, in one query."""
    views = _views(actor, now)
    row = (
        await session.execute(
            select(*(func.sum(case((condition, 1), else_=0)) for *_, condition in views.values())).where(
                visible(county, actor), waits_for(actor)
            )
        )
    ).one()
    return [
        Counter(key, title, icon, kind, int(count or 0))
        for (key, (title, icon, kind, _)), count in zip(views.items(), row, strict=True)
    ]


async def waiting(session: AsyncSession, county: County, actor: Actor) -> int:
    """How many tickets wait for a person: the rail's count."""
    query = select(func.count()).select_from(Ticket).where(visible(county, actor), waits_for(actor))
    return await session.scalar(query) or 0


async def listing(context: Context, actor: Actor, wish: Wish, *, inbox: bool) -> Listing:
    """One page: what waits for the person, or everything that he may see."""
    county = await context.directory.county()
    now = context.clock()
    due = due_for(actor)
    async with context.db.read() as session:
        where = await _where(context, session, county, actor, wish, inbox=inbox)
        counted = select(Ticket.id).where(*where).limit(COUNT_LIMIT).subquery()
        total = await session.scalar(select(func.count()).select_from(counted)) or 0
        pages = max(1, -(-total // PER_PAGE))
        page = min(max(1, wish.page), pages)
        query = select(Ticket, due).where(*where)
        if inbox:
            paused = Ticket.state.in_(tuple(PAUSES))
            query = query.order_by(paused, due.is_(None), due, Ticket.urgent.desc(), Ticket.id)
        else:
            query = query.order_by(Ticket.created_at.desc(), Ticket.id.desc())
        pairs = (await session.execute(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE))).all()
        rows = [pair[0] for pair in pairs]
        parts = await parts_of(session, rows)
    lines = tuple(
        line_of(view_of(context, county, row, parts[row.id], masked=True), county, actor, now, moment)
        for row, moment in pairs
    )
    return Listing(lines, total, page, pages, FOUND if wish.text.strip() else COUNT_LIMIT)


async def _where(
    context: Context, session: AsyncSession, county: County, actor: Actor, wish: Wish, *, inbox: bool
) -> list[ColumnElement[bool]]:
    now = context.clock()
    found: list[ColumnElement[bool]] = [visible(county, actor)]
    if inbox:
        views = _views(actor, now)
        found += [waits_for(actor), views.get(wish.view, views["all"])[3]]
    elif wish.state:
        found.append(Ticket.state.in_(s.OPEN) if wish.state == "open" else Ticket.state == wish.state)
    if wish.service:
        found.append(Ticket.service == wish.service)
    if wish.place:
        under = [code for code in county.points if any(within(county, code, top) for top in wish.place)]
        found.append(Ticket.grid.in_(under))
    if wish.channel:
        found.append(Ticket.channel == wish.channel)
    if wish.org:
        found.append(or_(Ticket.lead == wish.org, _with_part(wish.org)))
    due = due_for(actor)
    if wish.due == "late":
        found.append(and_(due < now, Ticket.state.not_in(tuple(s.FINAL))))
    elif wish.due == "today":
        found.append(and_(due >= now, due < _tonight(now)))
    elif wish.due == "week":
        found.append(and_(due >= now, due < _tonight(now) + timedelta(days=6)))
    if wish.text.strip():
        found.append(await text_condition(session, context, actor, wish.text.strip(), tuple(found)))
    return found


def _with_part(org: str) -> ColumnElement[bool]:
    return exists(
        select(Assignment.id).where(
            Assignment.ticket == Ticket.id, Assignment.org == org, Assignment.state != s.CANCELLED
        )
    )


def line_of(view: TicketView, county: County, actor: Actor, now: datetime, moment: datetime | None) -> Line:
    """A ticket as a row of the list."""
    fields = view.fields
    person = next((str(fields[n]) for n in ("applicant_name", "contact_name") if fields.get(n)), "")
    phone = next((str(fields[n]) for n in ("phone", "contact_phone") if fields.get(n)), "")
    service = county.any_service(view.service)
    others = [*(helper.name for helper in view.helpers), *(service.contacts if service else ())]
    done = view.state in s.FINAL and view.due is None
    shown = Deadline("none", view.state_name, view.state_name, "check") if done else None
    return Line(
        ticket=view,
        due=shown or deadline(moment, now, PAUSES.get(view.state)),
        person=None if view.high_privacy else person,
        phone="" if view.high_privacy else phone,
        orgs=some(others),
        reason=REASONS.get(view.state) if view.due is not None else None,
        channel=channel_name(view.channel),
    )


def some(names: Sequence[str]) -> str:
    """Two names, and how many there are."""
    if len(names) <= 2:
        return "、".join(names)
    return f"{'、'.join(names[:2])}等 {len(names)} 家"


async def neighbours(
    context: Context, actor: Actor, wish: Wish, number: str
) -> tuple[int, int, str | None, str | None]:
    """(place in the inbox, total, number before, number after); place 0 for a ticket that is not there."""
    county = await context.directory.county()
    due = due_for(actor)
    async with context.db.read() as session:
        where = await _where(context, session, county, actor, wish, inbox=True)
        paused = Ticket.state.in_(tuple(PAUSES))
        order = (paused, due.is_(None), due, Ticket.urgent.desc(), Ticket.id)
        numbers = list(await session.scalars(select(Ticket.number).where(*where).order_by(*order).limit(500)))
    if number not in numbers:
        return 0, len(numbers), None, None
    at = numbers.index(number)
    before = numbers[at - 1] if at > 0 else None
    after = numbers[at + 1] if at + 1 < len(numbers) else None
    return at + 1, len(numbers), before, after
