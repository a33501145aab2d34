"""What happened to a ticket, in one line of time: steps, messages, deliveries and clocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.formats import clock_time, span
from bot.directory.catalogue import County
from bot.directory.models import DeliveryTarget, Staff
from bot.tickets import states as s
from bot.tickets.masking import HIDDEN
from bot.tickets.models import Outbox, Ticket, TicketEvent
from bot.tickets.terms import Timing
from bot.tickets.views import EventView

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


SENT = frozenset({"dispatched", "reassigned", "bound", "helper_added"})
STOPS = frozenset({"info_asked", "external", "suspended"})
STARTS = frozenset({"info_given", "pause_ended", "external_back", "resumed"})
CHANNELS = {"web": "网页", "telegram": "Telegram"}


@dataclass(frozen=True)
class Entry:
    """A line of the timeline; `group` is flow, message, delivery or clock.

    `more` is what the clock or the delivery adds to it. A line that is `apart` repeats what stands in
    another one, and shows only where deliveries alone are asked for.
    """

    at: datetime
    who: str
    what: str
    note: str | None
    icon: str
    kind: str
    group: str
    more: str = ""
    number: int = 0
    apart: bool = False


async def timeline(
    session: AsyncSession, row: Ticket, county: County, timing: Timing, events: Sequence[EventView], hide: Any
) -> tuple[Entry, ...]:
    """Everything that happened, newest first; `hide` masks what was written."""
    homes = await _homes(session, events)
    deliveries = await _deliveries(session, row, county)
    told = {item.number: item for item in deliveries if item.apart}
    found = [_entry(event, county, homes, hide) for event in events]
    more = [(_clock(event, events, timing, row), _told(told.get(event.number))) for event in events]
    found = [replace(one, more="；".join(filter(None, said))) for one, said in zip(found, more, strict=True)]
    return tuple(sorted([*found, *deliveries], key=lambda one: one.at, reverse=True))


def _told(delivery: Entry | None) -> str:
    return f"{clock_time(delivery.at)} {delivery.what}" if delivery is not None else ""


def _clock(event: EventView, events: Sequence[EventView], timing: Timing, row: Ticket) -> str:
    """What a step did to the clocks: how long the signature took, how long the clock stood."""
    earlier = [one for one in events if one.number < event.number]
    if event.type in STARTS:
        stop = next((one for one in reversed(earlier) if one.type in STOPS), None)
        if stop is None:
            return ""
        days = timing.clock(row.lead).paused_days(stop.at, event.at)
        return f"停表 {days} 个工作日，期限顺延" if days else "停表不到 1 个工作日"
    if event.type in STOPS:
        return "停表"
    if event.type in ("signed", "helper_signed"):
        sent = next((one for one in reversed(earlier) if one.type in SENT), None)
        return f"用时 {span(event.at - sent.at)}" if sent is not None else ""
    return ""


async def _deliveries(session: AsyncSession, row: Ticket, county: County) -> list[Entry]:
    """Deliveries outside the desk, with what came of them."""
    rows = (
        await session.execute(
            select(Outbox, DeliveryTarget.org, TicketEvent.number)
            .outerjoin(TicketEvent, Outbox.event == TicketEvent.id)
            .outerjoin(DeliveryTarget, Outbox.target == cast(DeliveryTarget.id, String))
            .where(Outbox.ticket == row.id, Outbox.kind.not_in(("desk", "subscription")))
            .order_by(Outbox.id)
        )
    ).all()
    return [
        _delivery(item, county.orgs[org].name if org in county.orgs else "", row, number or 0)
        for item, org, number in rows
    ]


def _delivery(item: Outbox, org: str, row: Ticket, number: int) -> Entry:
    """A delivery and what came of it; one that reached the resident stands under what was told."""
    where = KINDS.get(item.kind, item.kind)
    who = f"{org}{where}"
    if item.kind == "resident":
        who = f"居民的{CHANNELS.get(row.channel, '')}对话"
    if item.state == "delivered":
        again = f"，第 {item.attempts} 次成功" if item.attempts > 1 else ""
        at = item.delivered_at or item.created_at
        said = f"已送达{who}{again}"
        apart = item.kind == "resident" and number > 0
        kind = "ok" if again else ""
        return Entry(at, "", said, None, "mail", kind, "delivery", number=number, apart=apart)
    if item.state == "failed":
        text = f"没送到{who}，试了 {item.attempts} 次"
        return Entry(item.next_at, "", text, item.error, "mail-x", "late", "delivery")
    tries = f"，已试 {item.attempts} 次" if item.attempts else ""
    return Entry(item.created_at, "", f"正在送往{who}{tries}", item.error, "mail-forward", "", "delivery")


async def _homes(session: AsyncSession, events: Sequence[EventView]) -> dict[str, str]:
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
    return Entry(event.at, who, what, note, sign, kind, group, number=event.number)
