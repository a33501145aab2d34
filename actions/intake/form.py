"""One turn inside the intake form: everything a message may be, in the order in which it is looked at."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import complaints, emergency, emergency_words, faq, mydata
from actions.intake import ask, cues, plan, summary, whom
from actions.intake.moves import COMMANDS, MOVES, by_intent
from actions.intake.onward import after, again, not_understood
from actions.intake.take import Message, Taken, take
from actions.turn import ANSWER_SLOT, DRAFT_SLOT, REQUESTED_SLOT, Turn
from bot.conversations.drafts import CANCELLED, OPEN, Draft
from bot.dialogue.texts import PICTURES_ONLY
from bot.directory.catalogue import Service, Slot

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
        if not emergency.is_doubtful(turn):
            leave(turn)
            await emergency.open_for(turn)
            return
        emergency.warn(turn, draft)
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
        return again(turn, draft, service)
    if do == "intent":
        return await by_intent(turn, draft, service, str(command.get("intent")))
    handler = COMMANDS.get(str(do))
    if handler:
        return await handler(turn, draft, service, command)
    await press(turn)
    if any("forget" in reply["custom"] for reply in turn.replies):
        return False
    return again(turn, draft, service, "接着登记。")


async def _said(turn: Turn, draft: Draft, service: Service) -> bool:
    """A typed message."""
    text = turn.text.strip()
    if turn.attachments:
        draft.fields["photos"] = [*draft.fields.get("photos", []), *turn.attachments]
        if not text or text == PICTURES_ONLY:
            return await after(turn, draft, service, Taken(values={"photos": draft.fields["photos"]}))
    move = cues.move(text, turn.said, draft.progress.get("stage") == "confirm")
    if move in MOVES:
        return await MOVES[move](turn, draft, service)
    if await mydata.asked(turn):
        return again(turn, draft, service, "接着登记。")
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
    question = cues.question_in(text, turn.said)
    structured = {name for name in taken.values if _slot(turn, name).type != "text"}
    if question and not structured and not cues.answers_text(text, turn.said):
        taken.values = {name: value for name, value in taken.values.items() if name in structured}
    answered = await faq.answer_in_between(turn, service, bool(taken.values)) if question else False
    if taken.values or taken.places or taken.problems or taken.notes:
        return await after(turn, draft, service, taken, "接着登记。" if answered else "")
    if answered:
        return again(turn, draft, service, "接着登记。")
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
            return again(turn, draft, service, f"{name}我也记下了，这件登记完接着登记。")
    return not_understood(turn, draft, service)


def _taken(turn: Turn, draft: Draft, service: Service) -> Taken:
    """What the message gives for this intake; when nothing is asked only what is missing or corrected."""
    asked = tuple(draft.progress.get("asked") or ())
    slots = plan.slots_of(turn.county, service, draft)
    kinds = {slot.name: slot.type for slot in slots}
    expected = next((kinds[name] for name in asked if name in kinds), None)
    if len(asked) > 1:
        expected = next((kinds[n] for n in asked if kinds.get(n) in ("person", "integer", "date")), expected)
    facts = turn.facts(expected)
    noted: list[str] = []
    elsewhere = cues.asks_only(turn.said) or _other_request(turn, service)
    if not draft.proxy and draft.progress.get("stage") == "asking" and not elsewhere:
        found = whom.find(turn.text, facts, service)
        if "applicant_name" in draft.fields:
            found = whom.said_now(turn.text, facts, service)
        if found.relation:
            whom.apply(draft, found)
            slots = plan.slots_of(turn.county, service, draft)
            if "applicant_name" in draft.fields:
                noted.append(f"好，改成给{whom.pronoun(draft)}登记。")
                facts = [fact for fact in facts if fact.type != "yes_no"]
    confirming = draft.progress.get("stage") == "confirm"
    message = Message(
        text=turn.text,
        facts=facts,
        asked=asked,
        named=cues.given_anew(turn.text, facts, slots, draft.fields, confirming),
        filled=draft.fields,
        county=turn.county,
        proxy=draft.proxy,
        relation=draft.progress.get("relation"),
        hints=draft.progress.get("places", {}),
    )
    taken = take(message, slots)
    if noted:  # 不是我 answers no question that may be skipped
        taken.values = {
            name: v for name, v in taken.values.items() if _slot(turn, name).type not in ("text", "yes_no")
        }
    taken.notes = noted
    return taken


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


def _slot(turn: Turn, name: str) -> Slot:
    return turn.county.slots[name]
