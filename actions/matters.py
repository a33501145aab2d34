"""The progress of the resident's tickets: of this conversation, or by number and code."""

from __future__ import annotations

import re
from typing import Any

from actions import openings
from actions.turn import Turn, button
from bot.tickets import states
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.progress import Progress
from bot.tickets.service import Tickets
from bot.tickets.views import TicketView

MOST_LISTED = 4
_CODE = re.compile(r"(?<!\d)(\d{3})[ \-—]?(\d{3})(?!\d)")


def tickets_of(turn: Turn) -> Tickets:
    """The tickets, as this turn may use them."""
    return Tickets(turn.context)


async def mine(turn: Turn) -> list[TicketView]:
    """This conversation\'s tickets, newest first."""
    return await tickets_of(turn).of_conversation(turn.talk.id)


def named_ticket(turn: Turn) -> str | None:
    """The ticket number that the message holds."""
    return next((str(fact.value) for fact in turn.facts() if fact.type == "ticket_number"), None)


def names_ticket(turn: Turn) -> bool:
    """Whether the message holds a ticket number."""
    return ("-" in turn.text or "QT" in turn.text.upper()) and named_ticket(turn) is not None


def _code(turn: Turn) -> str | None:
    match = _CODE.search(turn.text)
    return match[1] + match[2] if match else None


async def check(turn: Turn) -> None:
    """Progress: of this conversation's tickets, else by number and code, asked one after the other."""
    number = named_ticket(turn)
    own = await mine(turn)
    if number:
        if any(ticket.number == number for ticket in own):
            await show(turn, number)
        else:
            await _by_code(turn, number, _code(turn))
        return
    if not own:
        openings.leave_open(turn, "number")
        turn.say("这个对话里没有登记过。请说工单号，QT 开头的那个。")
    elif len(own) == 1:
        await show(turn, own[0].number)
    else:
        turn.say(
            "您登记过几件，看哪一件？" + "；".join(f"{t.service_name} {t.number}" for t in own[:MOST_LISTED]),
            [
                button(f"{t.service_name} {t.state_name}", do="progress", number=t.number)
                for t in own[:MOST_LISTED]
            ],
        )


async def show(turn: Turn, number: str) -> None:
    """The progress of one of this conversation's tickets."""
    try:
        progress = await tickets_of(turn).progress(number, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。".replace("。。", "。"))
        return
    say_progress(turn, progress, own=True)


def say_progress(turn: Turn, progress: Progress, own: bool) -> None:
    """Progress in words, with what may be done now."""
    lines = [f"{progress.service}（{progress.number}）：{progress.headline}"]
    if progress.explanation:
        lines.append(progress.explanation)
    now = next((step for step in progress.steps if step.status == "now"), None)
    if now:
        lines.append(f"现在：{now.title}" + (f"，{now.detail}" if now.detail else ""))
    if progress.messages:
        last = progress.messages[-1]
        lines.append(f"{last.author}说：{last.text}")
    if progress.result:
        lines.append(f"办理结果：{progress.result}")
    buttons = []
    if own and progress.can_rate:
        buttons += [
            button(title, do="rate", number=progress.number, rating=title) for title in states.RATINGS
        ]
    if own and progress.can_supplement:
        buttons.append(button("补充", do="supplement", number=progress.number))
    if own and progress.can_withdraw:
        buttons.append(button("不办了，撤回", do="withdraw", number=progress.number))
    turn.say("\n".join(lines), buttons, {"progress": progress.as_json()})
    if own:
        turn.memory["about"] = {"ticket": progress.number}
        turn.memory["ticket"] = progress.number


async def already_filed(turn: Turn) -> None:
    """A confirmation said again: the same ticket once more."""
    number = turn.memory["ticket"]
    turn.say(
        f"已经登记好了，工单号 {number}，不用再提交。",
        [button("看进度", do="progress", number=number)],
        {"ticket_number": number},
    )


async def _by_code(turn: Turn, number: str, code: str | None) -> None:
    if code is None:
        openings.leave_open(turn, "code", number=number)
        turn.say("再说一下取回码，6 位数字，登记时给您的。")
        return
    try:
        progress = await tickets_of(turn).track(number, code, f"conversation:{turn.talk.id}")
    except TicketError as error:
        if error.code != "locked":
            openings.leave_open(turn, "code", number=number)
        turn.say(f"{error.message}".rstrip("。") + "。")
        return
    say_progress(turn, progress, own=False)


@openings.taker("number")
async def _number(turn: Turn, _pending: dict[str, Any]) -> bool:
    number = named_ticket(turn)
    if number is None:
        if re.search(r"(?:忘|丢|找不到|没有|没得|不记得|不知道)", turn.text):
            turn.say(
                "号码找不到也能查：用登记时的那个对话打开，或带身份证到就近的村（社区）服务点，也可以转人工。",
                [button("转人工", do="intent", intent="human_handoff")],
            )
            return True
        return False
    await _by_code(turn, number, _code(turn))
    return True


@openings.taker("code")
async def _code_said(turn: Turn, pending: dict[str, Any]) -> bool:
    code = _code(turn)
    if code is None:
        if re.fullmatch(r"[\d\s]{2,12}", turn.text.strip()):
            openings.leave_open(turn, "code", number=pending["number"])
            turn.say("取回码是 6 位数字，请再看一下。")
            return True
        if re.search(r"(?:忘|丢|找不到|没有|没得|不记得|不知道)", turn.text):
            turn.say(
                "取回码找不到也能查：用登记时的那个对话打开，或带身份证到就近的村（社区）服务点，也可以转人工。",
                [button("转人工", do="intent", intent="human_handoff")],
            )
            return True
        return False
    await _by_code(turn, pending["number"], code)
    return True


async def one_of_mine(turn: Turn, what: str, allowed: tuple[str, ...] | None = None) -> str | None:
    """The ticket that a message means: named, the only one, or asked for by buttons (then None)."""
    own = await mine(turn)
    number = named_ticket(turn)
    if number and any(ticket.number == number for ticket in own):
        return number
    open_ones = [t for t in own if allowed is None or t.state in allowed]
    if not open_ones:
        turn.say(
            "这个对话里没有能这样办的工单。只有登记时的那个对话能改；取回码只能看进度和评价。"
            if own or number
            else "这个对话里没有登记过的事。想办什么，直接说就行。"
        )
        return None
    if len(open_ones) == 1:
        return open_ones[0].number
    last = turn.memory.get("ticket")
    if what != "withdraw" and any(t.number == last for t in open_ones):
        return str(last)
    turn.say(
        "是哪一件？" + "；".join(f"{t.service_name} {t.number}" for t in open_ones[:MOST_LISTED]),
        [
            button(f"{t.service_name} {t.state_name}", do=what, number=t.number)
            for t in open_ones[:MOST_LISTED]
        ],
    )
    return None
