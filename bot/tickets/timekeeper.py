"""Firing the timers: one pass over the tickets whose moment has come. Safe to run in several processes."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select

from bot.context import Context
from bot.tickets import engine, notices, timers
from bot.tickets import states as s
from bot.tickets.actors import SYSTEM
from bot.tickets.errors import NotFound
from bot.tickets.models import Assignment, Ticket, TicketEvent
from bot.tickets.outbox import add, tell_org
from bot.tickets.transitions import TABLE
from bot.tickets.work import Ask, Work

FIRE: dict[str, Callable[[Work], Awaitable[None]]] = {}
ROUNDS = 20
"""Timers of one ticket that may fire in one pass: after a long standstill they follow each other."""


def fires(function: Callable[[Work], Awaitable[None]]) -> Callable[[Work], Awaitable[None]]:
    """Register what a timer does under the timer's name."""
    FIRE[function.__name__] = function
    return function


async def fire_due(context: Context, limit: int = 200) -> int:
    """Fire what is due; return the number of tickets that were looked at."""
    async with context.db.read() as session:
        numbers = (
            await session.scalars(
                select(Ticket.number)
                .where(Ticket.wake_at <= context.clock())
                .order_by(Ticket.wake_at)
                .limit(limit)
            )
        ).all()
    for number in numbers:
        try:
            async with engine.locked(context, number, SYSTEM) as work:
                await fire(work)
        except NotFound:
            continue
    return len(numbers)


async def fire(work: Work) -> None:
    """Fire the timers of one locked ticket until none is due."""
    for _ in range(ROUNDS):
        due = timers.due_timers(work)
        if not due:
            break
        work.ask = Ask()
        await FIRE[due[0].name](work)
    timers.set_wake(work)


async def _take(work: Work, name: str, note: str | None = None, org: str | None = None) -> None:
    """Take the system's row of that name."""
    work.ask = Ask(note, org)
    rows = [row for row in TABLE if row.name == name and "system" in row.who]
    row = next(row for row in rows if engine.source_of(work, row) in row.source and engine.applies(work, row))
    await engine.run(work, row)


async def _remind(work: Work, type: str, text: str, org: str) -> TicketEvent:
    event = await work.write_event(type, org=org, note=text)
    await tell_org(work, event, org, f"{text}：{work.ticket.number}", notices.program_body(work, org))
    return event


@fires
async def duty_call(work: Work) -> None:
    """Call the next of the roster."""
    turn = work.memory.get("duty_next", 0)
    login = work.timing.terms.duty[turn]
    event = await work.write_event("duty_called", note=f"第 {turn + 1} 位值班：{login}")
    text = f"紧急工单 {work.ticket.number}，15 分钟内请签收"
    add(work, event, "desk", f"staff:{login}", {"number": work.ticket.number, "text": text}, done=True)
    work.remember(duty_next=turn + 1)


@fires
async def contact(work: Work) -> None:
    """The contact is late: said once, to the lead and the centre."""
    work.remember(contact_warned=True)
    await _remind(work, "contact_overdue", "还没联系居民，响应已超时", work.ticket.lead)


@fires
async def order_confirm(work: Work) -> None:
    """The village still waits for a date: said once."""
    work.remember(confirm_due=None)
    await _remind(work, "confirm_overdue", "点单满 3 天还没定日期", work.ticket.lead)


@fires
async def lead_signature(work: Work) -> None:
    """Counts as signed, late."""
    await _take(work, "deemed_signed")


@fires
async def helper_signature(work: Work) -> None:
    """Helpers that have not signed in time count as signed."""
    for part in work.helpers:
        if part.state == s.AWAITING_SIGN and part.sign_due <= work.at:
            await _take(work, "helper_deemed_signed", org=part.org)


@fires
async def nudge(work: Work) -> None:
    """催办 at three quarters of the time."""
    for part in work.assignments:
        at = timers.nudge_at(part)
        if at is not None and at <= work.at:
            part.clock = {**part.clock, "nudged": work.at.isoformat()}
            if part.due is not None and part.due > work.at:
                await _remind(work, "nudged", "快到期了，请抓紧", part.org)


@fires
async def supervise(work: Work) -> None:
    """督办 when overdue, once more later; after the second one the lead's matter goes to 会商."""
    for part in list(work.assignments):
        at = timers.supervise_at(work, part)
        if at is None or at > work.at or work.ticket.state != s.IN_PROGRESS:
            continue
        count = len(part.clock.get("supervised", ()))
        if part.role == s.LEAD and count >= 2:
            await _take(work, "escalated_overdue")
            continue
        _count(work, part)
        await _remind(work, "supervised", f"已超期，第 {count + 1} 次督办", part.org)


def _count(work: Work, part: Assignment) -> None:
    done = [*part.clock.get("supervised", ()), work.at.isoformat()]
    part.clock = {**part.clock, "supervised": done}


@fires
async def supervise_state(work: Work) -> None:
    """The centre is late itself."""
    work.remember(state_supervised_at=work.at.isoformat())
    name = s.STATE_NAMES[work.ticket.state]
    await _remind(work, "supervised", f"“{name}”已超期，请马上定", "ZX")


@fires
async def second_reading(work: Work) -> None:
    """A refusal still waits for its second reader."""
    await supervise_state(work)


@fires
async def info(work: Work) -> None:
    """The resident did not answer: closed with notice after two calls; else the clock runs on."""
    closing = next(row for row in TABLE if row.name == "closed_silent")
    if engine.obstacle(work, closing) is None:
        await _take(work, "closed_silent", note="居民没有补充，已两次电话联系")
        return
    await _take(work, "pause_ended")


@fires
async def external(work: Work) -> None:
    """The review date of an outside matter has come: the clock runs on until it is renewed."""
    await work.write_event("review_due", note="复查日期到")
    await _take(work, "external_back", note="复查日期到，恢复计时")


@fires
async def rating(work: Work) -> None:
    """Silence is 未评价."""
    await _take(work, "unrated")


@fires
async def check_call(work: Work) -> None:
    """Somebody should ask whether the other body took it up."""
    work.remember(state_supervised_at=work.at.isoformat())
    await _remind(work, "check_call_due", "转介满 5 天，请回访", "ZX")
