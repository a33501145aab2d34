"""What a resident changes of his tickets: supplement, withdrawal, rating."""

from __future__ import annotations

import re
from typing import Any

from actions import openings
from actions.matters import mine, one_of_mine, tickets_of
from actions.turn import Turn, button
from bot.tickets import states
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError

_RATING = (
    ("不满意", re.compile(r"不满意|不好|差(?:评|劲)|没解决|太差|不行")),
    ("基本满意", re.compile(r"基本满意|还(?:行|可以|好)|一般|凑合")),
    ("满意", re.compile(r"满意|好评|很好|挺好|不错|好")),
)


async def supplement(turn: Turn) -> None:
    """补充: the text itself, or asked for."""
    number = await one_of_mine(turn, "supplement", states.OPEN)
    if number is None:
        return
    bare = re.fullmatch(
        r"(?:我)?(?:想|要)?(?:补充|补|加)(?:一下|一句|材料|照片|点|些|工单|内容|情况|说明)*[。！!吧]*",
        turn.text.strip(),
    )
    if bare and not turn.attachments:
        ask_supplement(turn, number)
        return
    await _add(turn, number)


def ask_supplement(turn: Turn, number: str) -> None:
    """Ask what is to be added."""
    openings.leave_open(turn, "supplement", number=number)
    turn.say("好，要补充什么，直接说；照片也可以发。")


@openings.taker("supplement")
async def _supplement_said(turn: Turn, pending: dict[str, Any]) -> bool:
    if turn.said.intent in ("cancel", "human_handoff"):
        return False
    await _add(turn, pending["number"])
    return True


async def _add(turn: Turn, number: str) -> None:
    try:
        ticket = await tickets_of(turn).supplement(
            number, turn.text, resident(turn.talk.id), turn.attachments
        )
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    turn.memory["ticket"] = number
    turn.say(
        f"补充到 {number} 了，{ticket.lead.name}看得到。", [button("看进度", do="progress", number=number)]
    )


async def withdraw(turn: Turn) -> None:
    """撤回: which one, then a yes."""
    number = await one_of_mine(turn, "withdraw", states.BEFORE_CLOSE)
    if number:
        ask_withdraw(turn, number)


def ask_withdraw(turn: Turn, number: str) -> None:
    """Ask for a yes: it cannot be undone."""
    openings.leave_open(turn, "withdraw", number=number)
    turn.say(
        f"撤回 {number}，就不再办了，要办得重新登记。确定撤回吗？",
        [button("确定撤回", do="withdraw_yes", number=number), button("先不撤", do="withdraw_no")],
    )


@openings.taker("withdraw")
async def _withdraw_said(turn: Turn, pending: dict[str, Any]) -> bool:
    text = turn.text.strip()
    if turn.said.intent == "deny" or re.match(r"不撤|先不|算了|不(?:了|用)", text):
        turn.say("好，不撤，照常办。")
        return True
    if turn.said.intent in ("affirm", "withdraw_ticket") or re.match(r"确定|是|对|好|撤", text):
        await do_withdraw(turn, pending["number"])
        return True
    return False


async def do_withdraw(turn: Turn, number: str) -> None:
    """Withdraw; where the matter is of high privacy a person checks first."""
    own = {ticket.number: ticket for ticket in await mine(turn)}
    ticket = own.get(number)
    if ticket is None:
        turn.say("没有找到这张工单。")
        return
    if ticket.high_privacy:
        turn.talk.takeover = turn.talk.takeover or "waiting"
        turn.talk.takeover_reason = turn.talk.takeover_reason or "withdraw"
        try:
            await tickets_of(turn).supplement(number, "本人提出撤回，请核实后办理。", resident(turn.talk.id))
        except TicketError:
            pass
        turn.say("收到。这类事撤回前，值班员会先跟您确认，确认的是您本人的意思才撤。", [], {"private": True})
        return
    try:
        await tickets_of(turn).step(number, states.WITHDRAWN, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    turn.say(f"{number} 已撤回，不再办了。想再办，随时重新登记。")


async def rate(turn: Turn) -> None:
    """评价: the ticket that waits for it, by words or buttons."""
    number = await one_of_mine(turn, "rate_ask", (states.AWAITING_RATING, states.CLOSED))
    if number is None:
        return
    rating = next((name for name, pattern in _RATING if pattern.search(turn.text)), None)
    if rating is None or re.search(r"怎么|哪里|想", turn.text):
        ask_rating(turn, number)
    else:
        await do_rate(turn, number, rating)


def ask_rating(turn: Turn, number: str) -> None:
    """Ask how the matter was handled."""
    openings.leave_open(turn, "rating", number=number)
    turn.say(
        f"{number} 办得怎么样？（满意、基本满意、不满意）",
        [button(title, do="rate", number=number, rating=title) for title in states.RATINGS],
    )


@openings.taker("rating")
async def _rating_said(turn: Turn, pending: dict[str, Any]) -> bool:
    rating = next((name for name, pattern in _RATING if pattern.search(turn.text)), None)
    if rating is None:
        return False
    await do_rate(turn, pending["number"], rating)
    return True


async def do_rate(turn: Turn, number: str, rating: str, reason: str | None = None) -> None:
    """Rate; unsatisfied asks why, which has the matter redone."""
    if rating == states.UNSATISFIED and reason is None:
        openings.leave_open(turn, "reason", number=number)
        turn.say("哪里没办好？说一句，我们重新办。不想说就说“不说了”。")
        return
    try:
        ticket = await tickets_of(turn).rate(number, rating, reason or None, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    redone = ticket.state not in (states.CLOSED, states.AWAITING_RATING)
    thanks = "已经转回去重新办，办完再告诉您。" if redone else "谢谢您的评价。"
    turn.say(f"记下了：{rating}。{thanks}", [button("看进度", do="progress", number=number)])


@openings.taker("reason")
async def _reason(turn: Turn, pending: dict[str, Any]) -> bool:
    text = turn.text.strip()
    silent = bool(re.match(r"不说了?|没有|算了|不想说|没什么", text))
    await do_rate(turn, pending["number"], states.UNSATISFIED, "" if silent else text)
    return True
