"""One turn inside the intake form: everything a message may be, in the order in which it is looked at."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions import complaints, emergency, emergency_words, faq, people
from actions.intake import ask, cues, plan, start, summary, whom
from actions.intake.take import Message, Taken, take
from actions.turn import ANSWER_SLOT, DRAFT_SLOT, REQUESTED_SLOT, Turn, button
from bot.conversations.drafts import CANCELLED, OPEN, Draft
from bot.dialogue.texts import PICTURES_ONLY
from bot.directory.catalogue import Service, Slot
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets

_SURE_INTENT = 0.6


async def turn_in_form(turn: Turn) -> None:
    """The form's validation: takes the message, answers, and says whether the form goes on."""
    draft = turn.draft
    if draft is None or draft.state != OPEN or draft.service not in turn.county.services:
        leave(turn)
        return
    if draft.progress.get("turn") == turn.turn_id:
        stay(turn)
        return
    draft.progress["turn"] = turn.turn_id
    turn.save(draft)
    if turn.said.in_danger and not _plain_answer(turn, draft):
        leave(turn)
        await emergency.open_for(turn)
        return
    service = turn.county.services[draft.service]
    goes_on = await (_pressed if turn.command else _said)(turn, draft, service)
    if goes_on:
        stay(turn)
    else:
        leave(turn)


def _plain_answer(turn: Turn, draft: Draft) -> bool:
    """Whether a message flagged by its look alone is an answer to the question: names, numbers, places.

    The pipeline calls danger without any word of it `harm`; who answers with his phone is not in it.
    """
    if turn.said.danger != "harm" or emergency_words.speaks_of_danger(turn.text):
        return False
    kinds = {fact.type for fact in turn.facts()}
    return bool(kinds & {"phone", "phone_invalid", "person", "place", "count", "amount", "date"}) or any(
        turn.county.slots[name].type in plan.BUTTONED for name in draft.progress.get("asked") or ()
    )


def stay(turn: Turn) -> None:
    """The form goes on: the slot that it waits for stays empty and requested."""
    turn.events += [SlotSet(ANSWER_SLOT, None), SlotSet(REQUESTED_SLOT, ANSWER_SLOT)]


def leave(turn: Turn) -> None:
    """The form ends; the draft's state says how."""
    if not any(event.get("name") == DRAFT_SLOT for event in turn.events):
        turn.events.append(SlotSet(DRAFT_SLOT, None))
    turn.events += [SlotSet(ANSWER_SLOT, None), SlotSet(REQUESTED_SLOT, None)]


async def _pressed(turn: Turn, draft: Draft, service: Service) -> bool:
    """A button: those of this form here, others by the common table, after which the form goes on."""
    from actions.press import press

    command = turn.command or {}
    do = command.get("do")
    if command.get("draft") not in (None, draft.id):
        turn.say("这个按钮是之前那件事的，已经过了。", [])
        return _again(turn, draft, service)
    if do == "intent":
        return await _by_intent(turn, draft, service, str(command.get("intent")))
    handler = COMMANDS.get(str(do))
    if handler:
        return await handler(turn, draft, service, command)
    await press(turn)
    return _again(turn, draft, service, "接着登记。")


async def _said(turn: Turn, draft: Draft, service: Service) -> bool:
    """A typed message."""
    text = turn.text.strip()
    if turn.attachments:
        draft.fields["photos"] = [*draft.fields.get("photos", []), *turn.attachments]
        if not text or text == PICTURES_ONLY:
            return await _after(turn, draft, service, Taken(values={"photos": draft.fields["photos"]}))
    move = cues.move(text, turn.said, draft.progress.get("stage") == "confirm")
    if move in MOVES:
        return await MOVES[move](turn, draft, service)
    if complaints.is_corruption(text):
        complaints.point_to_inspection(turn)
        draft.state, draft.fields = CANCELLED, {}
        return False
    taken = _taken(turn, draft, service)
    other = _other_request(turn, service) and cues.wants_more(text)
    if other:
        taken.values = {
            name: value for name, value in taken.values.items() if _slot(turn, name).type != "text"
        }
    question = cues.question_in(text)
    structured = {name for name in taken.values if _slot(turn, name).type != "text"}
    if question and not structured and not cues.answers_text(text, turn.said):
        taken.values = {name: value for name, value in taken.values.items() if name in structured}
    answered = await faq.answer_in_between(turn, service, bool(taken.values)) if question else False
    if taken.values or taken.places or taken.problems:
        return await _after(turn, draft, service, taken, "接着登记。" if answered else "")
    if answered:
        return _again(turn, draft, service, "接着登记。")
    if draft.progress.get("stage") == "confirm":
        return _at_confirmation(turn, draft, service, text)
    named = cues.named_slot(text, plan.slots_of(turn.county, service, draft), draft.fields)
    if named and cues.wants_change(text, turn.said):
        ask.ask(turn, draft, service, [named], "好，改一下。", alone=True)
        return True
    if other or _other_request(turn, service):
        also = draft.progress.setdefault("also", [])
        best = turn.said.services.best
        if best and best.key not in also:
            also.append(best.key)
            name = turn.county.services[best.key].name
            return _again(turn, draft, service, f"{name}我也记下了，这件登记完接着登记。")
    return _not_understood(turn, draft, service)


def _taken(turn: Turn, draft: Draft, service: Service) -> Taken:
    """What the message gives for this intake; when nothing is asked only what is missing or corrected."""
    asked = tuple(draft.progress.get("asked") or ())
    slots = plan.slots_of(turn.county, service, draft)
    kinds = {slot.name: slot.type for slot in slots}
    expected = next((kinds[name] for name in asked if name in kinds), None)
    if len(asked) > 1:
        expected = next((kinds[n] for n in asked if kinds.get(n) in ("person", "integer", "date")), expected)
    facts = turn.facts(expected)
    if not draft.proxy and draft.progress.get("stage") == "asking":
        found = whom.find(turn.text, facts, service)
        if found.relation and not {"applicant_name"} & set(draft.fields):
            whom.apply(draft, found)
            slots = plan.slots_of(turn.county, service, draft)
    message = Message(
        text=turn.text,
        facts=facts,
        asked=asked,
        filled=draft.fields,
        county=turn.county,
        proxy=draft.proxy,
        relation=draft.progress.get("relation"),
        hints=draft.progress.get("places", {}),
    )
    return take(message, slots)


async def _after(turn: Turn, draft: Draft, service: Service, taken: Taken, lead: str = "") -> bool:
    """Write what was taken, say what is wrong, and go on to the next question or the summary."""
    changed = {
        name: value
        for name, value in taken.values.items()
        if name in draft.fields and draft.fields[name] != value
    }
    draft.fields.update(taken.values)
    skipped = draft.progress.get("skipped", [])
    draft.progress["skipped"] = [name for name in skipped if name not in taken.values]
    slots = plan.slots_of(turn.county, service, draft)
    note = ask.noted(turn.county, draft, slots, taken.values)
    if changed and note:
        note = note.replace("记下了", "改好了", 1)
    lead = note + lead
    if taken.problems:
        lead += "".join(taken.problems)
    held = {**draft.progress.get("places", {}), **taken.places}
    draft.progress["places"] = {name: codes for name, codes in held.items() if name not in draft.fields}
    _skip_asked_once(turn, draft, service)
    if ask.ask_next(turn, draft, service, lead):
        return True
    summary.show(turn, draft, service, lead)
    return True


def _skip_asked_once(turn: Turn, draft: Draft, service: Service) -> None:
    """Slots that may be skipped and were asked together with an answered one are not asked again."""
    asked = draft.progress.get("asked") or []
    must = plan.must_have(turn.county, service, draft)
    if len(asked) > 1 and any(name in draft.fields for name in asked):
        skipped = draft.progress.setdefault("skipped", [])
        skipped += [
            name for name in asked if name not in must and name not in draft.fields and name not in skipped
        ]


def _again(turn: Turn, draft: Draft, service: Service, lead: str = "") -> bool:
    """Say the open question, or the summary's short form, once more."""
    if draft.progress.get("stage") == "confirm":
        turn.say(
            f"{lead}刚才那件“{service.name}”还没提交，没错就说“确认提交”。",
            summary.confirm_buttons(draft),
            {"form": ask.state(turn.county, service, draft)},
        )
        return True
    asked = draft.progress.get("asked") or []
    group = [turn.county.slots[name] for name in asked if name in turn.county.slots]
    if len(group) == 1 and group[0].name in draft.fields:
        ask.ask(turn, draft, service, group, lead, alone=True)
    elif not ask.ask_next(turn, draft, service, lead):
        summary.show(turn, draft, service, lead)
    return True


def _not_understood(turn: Turn, draft: Draft, service: Service) -> bool:
    return _again(turn, draft, service, "这句我没听明白。")


def _at_confirmation(turn: Turn, draft: Draft, service: Service, text: str) -> bool:
    """A sentence at the summary that is no yes, no, correction or question: it belongs to the story."""
    named = cues.named_slot(text, plan.slots_of(turn.county, service, draft), draft.fields)
    if named and cues.wants_change(text, turn.said):
        ask.ask(turn, draft, service, [named], "好，改一下。", alone=True)
        return True
    held = draft.fields.get("demand_desc", "")
    draft.fields["demand_desc"] = f"{held}；补充：{text}" if held else text
    summary.show(turn, draft, service, "补充进去了。")
    return True


def _other_request(turn: Turn, service: Service) -> bool:
    best = turn.said.services.best
    return bool(
        turn.said.intent == "request_service"
        and turn.said.confidence >= _SURE_INTENT
        and turn.said.services.sure
        and best
        and best.key != service.code
        and best.key in turn.county.services
        and turn.county.services[best.key].proposed_to is None
    )


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
            number, str(draft.fields.get("demand_desc", "")), resident(turn.talk.id)
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
        return _again(turn, draft, service, "这一项跳不过，办这件事要用。")
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
        return _again(turn, draft, service)
    value = command.get("value")
    if value == ask.SAME_PLACE:
        value = draft.fields.get("village")
    return await _after(turn, draft, service, Taken(values={slot.name: value}))


async def _add(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    turn.say("好，请说，我加进去。", [], {"form": ask.state(turn.county, service, draft)})
    return True


async def _deny(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    return await _edit(turn, draft, service)


async def _human(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    await people.hand_over(turn, "asked")
    turn.memory["kept"] = draft.id
    return False


async def _help(turn: Turn, draft: Draft, service: Service, *_: Any) -> bool:
    turn.say("正在登记“" + service.name + "”。可以说“跳过”“改前面的”“先存着”“取消”，想问什么也可以直接问。")
    return _again(turn, draft, service)


async def _by_intent(turn: Turn, draft: Draft, service: Service, intent: str) -> bool:
    """A button of the page's own (help, progress, a person …)."""
    known = {"cancel": _cancel, "human_handoff": _human, "help": _help}
    if intent in known:
        return await known[intent](turn, draft, service)
    from actions.registry import handler_of

    handler = handler_of(intent)
    if handler:
        await handler(turn)
    return _again(turn, draft, service, "接着登记。")


def _slot(turn: Turn, name: str) -> Slot:
    return turn.county.slots[name]


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
}
