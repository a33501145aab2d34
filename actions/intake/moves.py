"""What a resident may do in the intake form beside answering, by word or by button."""

from __future__ import annotations

from typing import Any

from actions import matters, people
from actions.intake import ask, plan, start, summary
from actions.intake.onward import after, again
from actions.intake.take import Taken
from actions.turn import Turn, button
from bot.conversations.drafts import CANCELLED, Draft
from bot.directory.catalogue import Service
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets


async def _confirm(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    """The resident's word: file, and offer what the same story still needs."""
    left = [
        s
        for s in plan.missing(turn.county, service, draft)
        if s.name in plan.must_have(turn.county, service, draft)
    ]
    if left:
        ask.ask_next(turn, draft, service, "还差一点就能提交。")
        return True
    if draft.progress.get("stage") != "confirm":
        summary.show(turn, draft, service, "")
        return True
    if not draft.progress.get("like_asked") and await summary.offer_same(turn, draft, service):
        draft.progress["like_asked"] = True
        return True
    try:
        filed = await summary.file(turn, draft, service)
    except TicketError as error:
        summary.show(turn, draft, service, f"还没提交上：{error.message}。")
        return True
    summary.say_filed(turn, service, filed)
    await start.offer_next(turn, draft, filed.ticket.number)
    return False


async def _merge(turn: Turn, draft: Draft, service: Service, command: dict[str, Any]) -> bool:
    """补充到那一件: what was said goes to the open ticket of the same matter, this one ends."""
    number = str(command.get("number"))
    try:
        await Tickets(turn.context).supplement(
            number,
            str(draft.fields.get("demand_desc", "")),
            resident(turn.talk.id),
            tuple(draft.fields.get("photos") or ()),
        )
    except TicketError as error:
        summary.show(turn, draft, service, f"{error.message}。")
        return True
    draft.state, draft.fields = CANCELLED, {}
    turn.memory["ticket"] = number
    turn.say(f"补充到 {number} 了，不另外登记。", [button("看进度", do="progress", number=number)])
    return False


async def _cancel(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    draft.state = CANCELLED
    draft.fields = {}
    turn.say(f"好，“{service.name}”不登记了，刚才说的都删掉了。想再办，随时说一声。")
    return False


async def _keep(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    turn.memory["kept"] = draft.id
    turn.say(
        f"好，先存着。“{service.name}”填到这里，7 天内回来说“接着填”就行，材料找到了一起补。",
        [button("接着填", do="resume", draft=draft.id)],
    )
    return False


async def _skip(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    asked = draft.progress.get("asked") or []
    must = plan.must_have(turn.county, service, draft)
    needed = [name for name in asked if name in must and name not in draft.fields]
    if needed:
        return again(turn, draft, service, "这一项跳不过，办这件事要用。")
    draft.progress.setdefault("skipped", []).extend(name for name in asked if name not in draft.fields)
    draft.progress["asked"] = []
    if not ask.ask_next(turn, draft, service, "好，跳过。"):
        summary.show(turn, draft, service, "好，跳过。")
    return True


async def _edit(turn: Turn, draft: Draft, service: Service, command: dict[str, Any] | None = None) -> bool:
    """改一处: which one, or the one that was named."""
    slots = [s for s in plan.slots_of(turn.county, service, draft) if s.name in draft.fields]
    chosen = next((slot for slot in slots if command and slot.name == command.get("slot")), None)
    if chosen:
        ask.ask(turn, draft, service, [chosen], "好，改一下。", alone=True)
        return True
    buttons = [
        button(ask.wording(slot.name).label, do="edit", draft=draft.id, slot=slot.name)
        for slot in slots
        if slot.name != "photos"
    ]
    turn.say("哪一项要改？直接说对的也行，比如“电话是 138…”。", buttons[:12])
    return True


async def _set(turn: Turn, draft: Draft, service: Service, command: dict[str, Any]) -> bool:
    """A value chosen by button."""
    slot = next(
        (s for s in plan.slots_of(turn.county, service, draft) if s.name == command.get("slot")), None
    )
    if slot is None:
        return again(turn, draft, service)
    value = command.get("value")
    if value == ask.SAME_PLACE:
        value = draft.fields.get("village")
    return await after(turn, draft, service, Taken(values={slot.name: value}))


async def _add(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    turn.say("好，请说，我加进去。", [], {"form": ask.state(turn.county, service, draft)})
    return True


async def _deny(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    return await _edit(turn, draft, service)


async def _human(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    await people.hand_over(turn, "asked")
    turn.memory["kept"] = draft.id
    return False


async def _progress(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    if await matters.mine(turn):
        await matters.check(turn)
    else:
        turn.say("这个对话里还没有登记过别的事。")
    return again(turn, draft, service, "接着登记。")


async def _help(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    turn.say("正在登记“" + service.name + "”。可以说“跳过”“改前面的”“先存着”“取消”，想问什么也可以直接问。")
    return again(turn, draft, service)


async def by_intent(turn: Turn, draft: Draft, service: Service, intent: str) -> bool:
    """A button of the page's own (help, progress, a person …)."""
    known = {"cancel": _cancel, "human_handoff": _human, "help": _help}
    if intent in known:
        return await known[intent](turn, draft, service)
    from actions.registry import handler_of

    handler = handler_of(intent)
    if handler:
        await handler(turn)
    return again(turn, draft, service, "接着登记。")


COMMANDS: dict[str, Any] = {
    "set": _set,
    "skip": _skip,
    "confirm": _confirm,
    "cancel": _cancel,
    "keep": _keep,
    "edit": _edit,
    "add": _add,
    "merge": _merge,
}
MOVES: dict[str, Any] = {
    "cancel": _cancel,
    "keep": _keep,
    "skip": _skip,
    "confirm": _confirm,
    "deny": _deny,
    "edit": _edit,
    "human": _human,
    "help": _help,
    "progress": _progress,
}
