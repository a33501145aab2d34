"""Buttons outside of the form: one table from command to what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from actions import changes, complaints, faq, matters, mydata, smalltalk
from actions.intake import start
from actions.turn import Turn
from bot.conversations.drafts import FILED, load
from bot.tickets.errors import TicketError

Command = Callable[[Turn, dict[str, Any]], Awaitable[None]]


async def press(turn: Turn) -> None:
    """Do what a button stands for."""
    command = turn.command
    if command is None:
        await smalltalk.out_of_scope(turn)
        return
    handler = COMMANDS.get(str(command.get("do")))
    if handler is None:
        turn.say("这个按钮已经过了。想问什么、想办什么，直接说就行。")
        return
    await handler(turn, command)


async def _intent(turn: Turn, command: dict[str, Any]) -> None:
    from actions.registry import handler_of

    handler = handler_of(str(command.get("intent")))
    await (handler or smalltalk.help_)(turn)


async def _start(turn: Turn, command: dict[str, Any]) -> None:
    """登记办理: the story is what was said before the button."""
    story = next((text for text in reversed(turn.earlier) if len(text) >= 6), "")
    code = str(command.get("service"))
    also = await start.other_services(turn, code, story)
    await start.begin(turn, code, story, also=also)


async def _faq(turn: Turn, command: dict[str, Any]) -> None:
    if await faq.say_entry(turn, str(command.get("id")), 1.0):
        turn.used.append((str(command.get("id")), "chosen"))
    else:
        turn.say("这一条正在更新，暂时没有答案。可以转人工问。", [faq.HUMAN])


async def _helpful(turn: Turn, command: dict[str, Any]) -> None:
    """有用 / 没用: the second keeps the question as a gap and offers a person."""
    turn.used.append((str(command.get("faq")), "helpful" if command.get("yes") else "unhelpful"))
    if command.get("yes"):
        turn.say("好，有用就好。还想问什么，直接说。")
        return
    asked = next((text for text in reversed(turn.earlier) if text), "")
    if asked:
        from bot.knowledge.gaps import record_gap

        await record_gap(turn.context, asked, "unhelpful", turn.talk.id, [(str(command.get("faq")), 1.0)])
    turn.say("没答到点上，我记下了。您换个说法再问一遍，或者转人工。", [faq.HUMAN])


async def _none_of(turn: Turn, _command: dict[str, Any]) -> None:
    await smalltalk.none_of(turn)


async def _confirm(turn: Turn, command: dict[str, Any]) -> None:
    """确认提交 pressed again, after the form has ended."""
    async with turn.context.db.glance() as session:
        draft = await load(session, turn.context.vault, str(command.get("draft")), turn.talk.id)
    if draft is not None and draft.state == FILED and draft.progress.get("number"):
        turn.memory["ticket"] = draft.progress["number"]
        await matters.already_filed(turn)
    elif draft is not None and draft.state == "open":
        await start.resume(turn, draft.id)
    else:
        turn.say("那一份已经取消了。想再办，说一声就行。")


async def _resume(turn: Turn, command: dict[str, Any]) -> None:
    await start.resume(turn, str(command.get("draft")))


async def _restart(turn: Turn, command: dict[str, Any]) -> None:
    await start.resume(turn, str(command.get("draft")), restart=True)


async def _sibling(turn: Turn, command: dict[str, Any]) -> None:
    await start.begin_sibling(turn, str(command.get("draft")), str(command.get("service")))


async def _no_sibling(turn: Turn, _command: dict[str, Any]) -> None:
    await smalltalk.deny(turn)


async def _progress(turn: Turn, command: dict[str, Any]) -> None:
    await matters.show(turn, str(command.get("number")))


async def _supplement(turn: Turn, command: dict[str, Any]) -> None:
    changes.ask_supplement(turn, str(command.get("number")))


async def _withdraw(turn: Turn, command: dict[str, Any]) -> None:
    changes.ask_withdraw(turn, str(command.get("number")))


async def _withdraw_yes(turn: Turn, command: dict[str, Any]) -> None:
    turn.memory.pop("pending", None)
    try:
        await changes.do_withdraw(turn, str(command.get("number")))
    except TicketError as error:
        turn.say(f"{error.message}。")


async def _withdraw_no(turn: Turn, _command: dict[str, Any]) -> None:
    turn.memory.pop("pending", None)
    turn.say("好，不撤，照常办。")


async def _rate(turn: Turn, command: dict[str, Any]) -> None:
    turn.memory.pop("pending", None)
    await changes.do_rate(turn, str(command.get("number")), str(command.get("rating")))


async def _rate_ask(turn: Turn, command: dict[str, Any]) -> None:
    changes.ask_rating(turn, str(command.get("number")))


async def _urge(turn: Turn, command: dict[str, Any]) -> None:
    await complaints.urge(turn, str(command.get("number")))


async def _stale(turn: Turn, _command: dict[str, Any]) -> None:
    turn.say("那件登记已经结束了，这个按钮用不上了。想再办，直接说。")


COMMANDS: dict[str, Command] = {
    "intent": _intent,
    "start": _start,
    "faq": _faq,
    "helpful": _helpful,
    "none_of": _none_of,
    "confirm": _confirm,
    "resume": _resume,
    "restart": _restart,
    "sibling": _sibling,
    "no_sibling": _no_sibling,
    "progress": _progress,
    "supplement": _supplement,
    "withdraw": _withdraw,
    "withdraw_yes": _withdraw_yes,
    "withdraw_no": _withdraw_no,
    "rate": _rate,
    "rate_ask": _rate_ask,
    "urge": _urge,
    "ask_forget": mydata.ask_forget,
    "forget_me": mydata.removed,
    "keep_me": mydata.kept,
    "set": _stale,
    "skip": _stale,
    "edit": _stale,
    "add": _stale,
    "cancel": _stale,
    "keep": _stale,
    "safe": _stale,
    "contact_here": _stale,
}
