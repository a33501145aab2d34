"""A ticket's progress in plain words for the resident (board 04)."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from bot.clock import spoken
from bot.context import Context
from bot.directory.catalogue import HIGH_PRIVACY, County
from bot.tickets import states as s
from bot.tickets.events import data_of
from bot.tickets.models import Assignment, Ticket, TicketEvent
from bot.tickets.notices import day
from bot.tickets.transitions import REFUSAL_REASONS
from bot.tickets.work import result_context


@dataclass(frozen=True)
class Step:
    """A line of the progress: 已登记, 县残联已签收 …"""

    title: str
    at: datetime | None
    status: Literal["done", "now", "todo"]
    detail: str | None = None


@dataclass(frozen=True)
class Said:
    """A message of the organisation or the resident on the ticket."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True)
class Progress:
    """What the resident sees: the headline answers when, the explanation why."""

    number: str
    service: str
    state: str
    state_name: str
    headline: str
    explanation: str
    steps: tuple[Step, ...]
    messages: tuple[Said, ...]
    result: str | None
    can_rate: bool
    can_withdraw: bool
    can_supplement: bool
    rate_until: datetime | None

    def as_json(self) -> dict[str, Any]:
        """JSON with ISO 8601 moments."""
        return _plain(asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True)
class _Matter:
    """What the words are made of."""

    ticket: Ticket
    lead: Assignment | None
    lead_name: str
    events: Sequence[TicketEvent]
    at: datetime
    notes: dict[int, str | None]

    def last(self, *types: str) -> TicketEvent | None:
        """The newest event of some types."""
        return next((event for event in reversed(self.events) if event.type in types), None)

    def note(self, *types: str) -> str:
        """The words of the newest event of some types."""
        event = self.last(*types)
        return (self.notes.get(event.number) or "") if event else ""

    def by(self, moment: datetime | None) -> str:
        """A deadline in the headline."""
        return day(moment, self.at)


Words = tuple[str, str]


def _expected(m: _Matter) -> str:
    if m.lead is None or m.lead.due is None:
        return "正在安排"
    return f"预计 {m.by(m.lead.due)} 前办结"


def _delays(m: _Matter) -> str:
    days = m.ticket.clock.get("paused_days", 0)
    parts = []
    if days:
        parts.append(f"因等补充或外单位停了 {days} 个工作日，已顺延")
    if m.ticket.clock.get("extension", {}).get("granted"):
        parts.append("已延期一次")
    if m.lead is not None and m.lead.due is not None and m.lead.due < m.at and m.lead.state == s.IN_PROGRESS:
        parts.append("已经超期，中心在督办")
    return "；".join(parts) or f"{m.lead_name}主办"


def _unread(m: _Matter) -> bool:
    return "refused_by" in m.ticket.clock


def _refused(m: _Matter) -> Words:
    if _unread(m):
        return _in_review(m)
    memory = m.ticket.clock
    reason = REFUSAL_REASONS.get(memory.get("refusal", ""), ("不属于受理范围", ()))[0]
    return "这件事不在这里受理", f"{reason}。可以找：{memory.get('door', '')}"


def _in_review(m: _Matter) -> Words:
    due = None if _unread(m) else m.ticket.due
    return f"{m.by(due)} 前审核" if due else "正在审核", "审核后交给主办单位，到时告诉您"


HEADLINES: dict[str, Callable[[_Matter], Words]] = {
    s.IN_REVIEW: _in_review,
    s.AWAITING_SIGN: lambda m: (_expected(m), f"已交{m.lead_name}，等签收"),
    s.RETURN_REVIEW: lambda m: (_expected(m), "正在核对该由哪家主办"),
    s.IN_PROGRESS: lambda m: (_expected(m), _delays(m)),
    s.EXTENSION_REVIEW: lambda m: (_expected(m), f"{m.lead_name}申请晚一些，正在审"),
    s.AWAITING_INFO: lambda m: ("等您补充", f"{m.note('info_asked')}\n补充之前不计时间"),
    s.AWAITING_EXTERNAL: lambda m: (
        "在等外单位",
        f"{m.note('external', 'external_renewed')}\n{m.by(m.ticket.due)} 前再看进展",
    ),
    s.AWAITING_CLOSE: lambda m: ("办完了，正在核对结果", f"{m.by(m.ticket.due)} 前告诉您"),
    s.AWAITING_RATING: lambda m: (
        "办好了，请您评一评",
        f"{spoken(m.ticket.due, m.at)[:8] if m.ticket.due else ''}前可以评价；不评价按“未评价”记",
    ),
    s.CLOSED: lambda m: ("已办结", m.ticket.rating or "没有评价"),
    s.ANSWERED: lambda m: ("已答复", "不同意可以申请复核一次"),
    s.NOT_ACCEPTED: _refused,
    s.REFERRED: lambda m: ("已替您转给别的单位", m.note("referred")),
    s.WITHDRAWN: lambda m: ("已撤回", "以后要办，再说一声就行"),
    s.MERGED: lambda m: (f"和 {m.ticket.clock.get('survivor', '')} 合在一起办", "进展照样告诉您"),
    s.CONSULTATION: lambda m: ("中心负责人正在会商", f"{m.by(m.ticket.due)} 前定下怎么办"),
    s.JOINT_MEETING: lambda m: ("已提交联席会议研究", "定了就告诉您"),
    s.SUSPENDED: lambda m: ("眼下还办不了", f"{m.by(m.ticket.due)} 前再研究一次"),
}
RESIDENT_NAMES = {
    s.IN_REVIEW: "审核中",
    s.AWAITING_SIGN: "已派单",
    s.RETURN_REVIEW: "已派单",
    s.EXTENSION_REVIEW: "办理中",
    s.AWAITING_INFO: "等您补充",
    s.AWAITING_EXTERNAL: "等外单位",
    s.AWAITING_CLOSE: "核对结果",
    s.AWAITING_RATING: "待您评价",
    s.ANSWERED: "已答复",
}
"""State names as residents read them, where they differ."""
RESULT_STATES = (s.AWAITING_RATING, s.CLOSED, s.ANSWERED)


def build_progress(
    context: Context,
    county: County,
    ticket: Ticket,
    parts: Sequence[Assignment],
    events: Sequence[TicketEvent],
    *,
    by_code: bool,
) -> Progress:
    """The progress of a ticket. With a mere code, a matter of high privacy shows no word of itself."""
    lead = next((part for part in parts if part.role == s.LEAD and part.state != s.CANCELLED), None)
    name = county.orgs[ticket.lead].name if ticket.lead in county.orgs else ticket.lead
    notes = {event.number: data_of(context.vault, ticket, event).get("note", event.note) for event in events}
    matter = _Matter(ticket, lead, name, events, context.clock(), notes)
    hidden = by_code and ticket.privacy == HIGH_PRIVACY
    headline, explanation = HEADLINES[ticket.state](matter)
    state = s.IN_REVIEW if ticket.state == s.NOT_ACCEPTED and _unread(matter) else ticket.state
    service = county.any_service(ticket.service)
    result = (
        context.vault.open(ticket.result, result_context(ticket))
        if ticket.result and state in RESULT_STATES
        else None
    )
    return Progress(
        number=ticket.number,
        service="已登记的事项" if hidden or service is None else service.name,
        state=state,
        state_name=RESIDENT_NAMES.get(state, s.STATE_NAMES[state]),
        headline=headline,
        explanation="" if hidden else explanation,
        steps=() if hidden else tuple(_steps(matter, state)),
        messages=() if hidden else tuple(_said(county, matter)),
        result=None if hidden else result,
        can_rate=state == s.AWAITING_RATING,
        can_withdraw=state in s.BEFORE_CLOSE and not by_code,
        can_supplement=state in s.BEFORE_CLOSE,
        rate_until=ticket.due if state == s.AWAITING_RATING else None,
    )


def _said(county: County, m: _Matter) -> list[Said]:
    found = []
    for event in m.events:
        text = m.notes.get(event.number)
        if event.type in ("message", "supplemented", "info_asked") and text:
            org = county.orgs[event.org].name if event.org in county.orgs else "服务中心"
            found.append(Said(event.at, "我" if event.actor == "resident" else org, text))
    return found


def _steps(m: _Matter, state: str) -> list[Step]:
    """The way of a ticket in plain words; what is done with its moment, what comes without."""
    done: list[Step] = [Step("已登记", m.ticket.created_at, "done")]
    ends = {
        s.ANSWERED: "已答复",
        s.NOT_ACCEPTED: "不在这里受理",
        s.REFERRED: "已转给别的单位",
        s.WITHDRAWN: "已撤回",
        s.MERGED: "已合并办理",
    }
    dispatched = m.last("dispatched", "reassigned")
    if dispatched is not None and m.ticket.dispatched_at is not None:
        done.append(Step(f"已审核，交{m.lead_name}主办", m.ticket.dispatched_at, "done"))
    if m.lead is not None and m.lead.signed_at is not None:
        done.append(Step(f"{m.lead_name}已签收", m.lead.signed_at, "done"))
    if state in ends:
        return [*done, Step(ends[state], m.ticket.closed_at or m.ticket.updated_at, "done")]
    now, left = _now(m, state)
    return [*done, *now, *(Step(title, None, "todo") for title in left)]


def _now(m: _Matter, state: str) -> tuple[list[Step], list[str]]:
    rest = ["审结，告诉您结果", "请您评价"]
    if state == s.IN_REVIEW:
        return [Step("正在审核", None, "now")], ["交给主办单位", *rest]
    if state == s.AWAITING_SIGN:
        return [Step(f"等{m.lead_name}签收", None, "now")], ["办理", *rest]
    if state == s.AWAITING_CLOSE:
        return [Step("办完了，正在核对", None, "now")], rest
    if state == s.AWAITING_RATING:
        return [Step("已办完，结果告诉您了", m.ticket.closed_at, "done"), Step("请您评价", None, "now")], []
    if state == s.CLOSED:
        return [Step("已办结", m.ticket.closed_at, "done")], []
    title = {
        s.AWAITING_INFO: "等您补充",
        s.AWAITING_EXTERNAL: "在等外单位",
        s.CONSULTATION: "正在会商",
        s.JOINT_MEETING: "联席会议研究",
        s.SUSPENDED: "等条件成熟",
    }.get(state, "正在办")
    detail = m.note("message") or None
    return [Step(title, None, "now", detail)], rest
