"""Begin an intake: choose the service, take from the story what it says, offer what was left unfinished."""

from __future__ import annotations

import re
from typing import Any

from actions import emergency
from actions.intake import ask, plan, summary, whom
from actions.intake.take import LONGEST_TEXT, Message, take
from actions.nlu_client import clauses, understand
from actions.turn import Turn, button
from bot.conversations.drafts import OPEN, Draft, load, unfinished
from bot.directory.catalogue import FALLBACK_SERVICE, Service

SAFE = "safe"
GO_ON = re.compile(r"^(?:我)?(?:要|想|来)?(?:接着|继续)(?:填|登记|办|说|刚才的|上次的)")
_NEEDS_A_STORY = frozenset({"A02", "A04", "A14", "A16", "A17", "A22", "A24", "Z01"})
_SHORT_STORY = 8
MOST_PICTURES = 6
_NOT_SHARED = frozenset({"demand_desc", "is_proxy", "beneficiary_name", "beneficiary_age", "photos", "topic"})
"""What another request of the same story does not take over as it stands."""


async def begin(
    turn: Turn,
    code: str,
    story: str = "",
    linked: str | None = None,
    prefill: dict[str, Any] | None = None,
    also: list[str] | None = None,
    fresh: bool = False,
) -> None:
    """Start the intake of a service, with what the story says already taken."""
    service = turn.county.services.get(code) or turn.county.services[FALLBACK_SERVICE]
    if service.contact == SAFE:
        await emergency.open_for(turn, code=service.code, story=story)
        return
    if turn.talk.private and not service.high_privacy and not turn.memory.get("emergency"):
        turn.talk.calm_down()
    if not fresh and linked is None and await _offer_kept(turn, service, story):
        return
    draft = Draft.start(turn.talk.id, service.code, turn.now)
    draft.progress["turn"] = turn.turn_id
    if photos := [*turn.memory.pop("pictures", ()), *turn.attachments]:
        draft.fields["photos"] = photos
    if linked:
        draft.progress["linked"] = linked
    if also:
        draft.progress["also"] = also
    _take_story(turn, draft, service, story, prefill or {})
    turn.memory.pop("pending", None)
    turn.memory["about"] = {"service": service.code}
    turn.begin_form(draft)
    slots = plan.slots_of(turn.county, service, draft)
    known = {name: value for name, value in draft.fields.items() if name not in ("demand_desc", "is_proxy")}
    lead = opening(draft, service) + (ask.noted(turn.county, draft, slots, known) if known else "")
    if not ask.ask_next(turn, draft, service, lead):
        summary.show(turn, draft, service, lead)


def opening(draft: Draft, service: Service) -> str:
    """好，给您父亲登记康复辅助器具适配申请。"""
    for_whom = f"给{whom.pronoun(draft)}" if draft.proxy else ""
    return f"好，{for_whom}登记“{service.name}”。"


def _take_story(turn: Turn, draft: Draft, service: Service, story: str, prefill: dict[str, Any]) -> None:
    facts = turn.facts(text=story) if story else []
    whom.apply(draft, whom.find(story, facts, service))
    if prefill:
        for name in ("relation",):
            if prefill.get(name) and not draft.proxy and service.contact == "personal":
                whom.apply(draft, whom.Whom(prefill[name]))
        draft.fields.update({name: value for name, value in prefill.items() if name not in _NOT_SHARED})
        for name in ("beneficiary_name", "beneficiary_age"):
            if draft.proxy and name in prefill:
                draft.fields[name] = prefill[name]
    slots = plan.slots_of(turn.county, service, draft)
    names = {slot.name for slot in slots}
    draft.fields = {
        name: value for name, value in draft.fields.items() if name in names or name in ("is_proxy", "photos")
    }
    if story:
        message = Message(
            text=story,
            facts=facts,
            asked=(),
            filled=draft.fields,
            county=turn.county,
            proxy=draft.proxy,
            relation=draft.progress.get("relation"),
        )
        taken = take(message, slots)
        draft.fields.update(taken.values)
        if taken.places:
            draft.progress["places"] = {n: c for n, c in taken.places.items() if n not in draft.fields}
    if "demand_desc" in names and "demand_desc" not in draft.fields:
        if story and (len(story) >= _SHORT_STORY or service.code not in _NEEDS_A_STORY):
            draft.fields["demand_desc"] = story[:LONGEST_TEXT]
        elif service.code not in _NEEDS_A_STORY:
            draft.fields["demand_desc"] = service.name


async def _offer_kept(turn: Turn, service: Service, story: str) -> bool:
    """An unfinished request for the same service: go on with it, or start anew."""
    async with turn.context.db.glance() as session:
        drafts = await unfinished(session, turn.context.vault, turn.talk.id, turn.now)
    kept = next((d for d in drafts if d.service == service.code and len(d.fields) > 2 and not d.urgent), None)
    if kept is None or turn.talk.private:
        return False
    say_kept(turn, kept, service)
    return True


async def offer_any_kept(turn: Turn) -> bool:
    """Offer the newest unfinished request, if there is one and the conversation is not a private one."""
    if turn.talk.private:
        return False
    async with turn.context.db.glance() as session:
        drafts = await unfinished(session, turn.context.vault, turn.talk.id, turn.now)
    known = turn.county.services
    kept = next((d for d in drafts if d.service in known and not d.urgent and len(d.fields) > 2), None)
    if kept is None:
        return False
    say_kept(turn, kept, known[kept.service])
    return True


async def go_on(turn: Turn) -> bool:
    """接着填: the request that was kept, else the newest unfinished one; False where there is none."""
    if turn.memory.get("kept"):
        await resume(turn, turn.memory["kept"])
        return True
    async with turn.context.db.glance() as session:
        drafts = await unfinished(session, turn.context.vault, turn.talk.id, turn.now)
    left = next((d for d in drafts if d.service in turn.county.services and not d.urgent), None)
    if left is None or turn.talk.private:
        return False
    await resume(turn, left.id)
    return True


def keep_pictures(turn: Turn) -> None:
    """Pictures before a word was said: they wait for the matter that they belong to."""
    turn.memory["pictures"] = [*turn.memory.get("pictures", ()), *turn.attachments][-MOST_PICTURES:]
    turn.say("图片收到了。是办什么事用的？用一句话说，我一起登记。")


def say_kept(turn: Turn, kept: Draft, service: Service) -> None:
    """Offer to go on with a draft."""
    left = len(plan.missing(turn.county, service, kept))
    turn.memory["kept"] = kept.id
    turn.say(
        f"上次“{service.name}”填了一半，还差 {left} 项。接着填，还是重新填？",
        [button("接着填", do="resume", draft=kept.id), button("重新填", do="restart", draft=kept.id)],
    )


async def resume(turn: Turn, draft_id: str, restart: bool = False) -> None:
    """Go on with a kept draft, or throw it away and begin its service anew."""
    async with turn.context.db.glance() as session:
        draft = await load(session, turn.context.vault, draft_id, turn.talk.id)
    if draft is None or draft.state != OPEN or draft.service not in turn.county.services:
        turn.say("那一份已经过期或办完了。想办什么，直接说就行。")
        return
    service = turn.county.services[draft.service]
    if restart:
        draft.state, draft.fields = "cancelled", {}
        turn.save(draft)
        await begin(turn, service.code, fresh=True)
        return
    draft.progress["turn"] = turn.turn_id
    turn.memory.pop("kept", None)
    turn.memory.pop("pending", None)
    turn.begin_form(draft)
    if not ask.ask_next(turn, draft, service, f"接着登记“{service.name}”。"):
        summary.show(turn, draft, service, "")


async def other_services(turn: Turn, first: str, story: str) -> list[str]:
    """Further services that the same story asks for, by its clauses."""
    parts = clauses(story)
    if len(parts) < 2 or len(story) < 14:
        return []
    found: list[str] = []
    for part in await understand(turn.context, parts[:5]):
        best = part.services.best
        if part.services.sure and best and best.key not in (first, *found) and part.intent != "ask_faq":
            service = turn.county.services.get(best.key)
            if service and service.proposed_to is None and service.contact == "personal":
                found.append(best.key)
    return found[:2]


async def offer_next(turn: Turn, draft: Draft, number: str) -> None:
    """After filing: the next service of the same story, with the shared answers ready."""
    also = [code for code in draft.progress.get("also", ()) if code in turn.county.services]
    if not also:
        return
    service = turn.county.services[also[0]]
    turn.memory["sibling"] = {"draft": draft.id, "codes": also}
    turn.say(
        f"您还说到的“{service.name}”，要接着登记吗？刚才说过的不用再说。",
        [
            button("接着登记", do="sibling", draft=draft.id, service=service.code),
            button("先不用", do="no_sibling"),
        ],
        {"ask_back": [service.code]},
    )


async def begin_sibling(turn: Turn, draft_id: str, code: str) -> None:
    """Start the linked request: shared answers prefilled, one id for the story."""
    async with turn.context.db.glance() as session:
        first = await load(session, turn.context.vault, draft_id, turn.talk.id)
    if first is None:
        await begin(turn, code)
        return
    prefill = {**first.fields, "relation": first.progress.get("relation")}
    also = [other for other in first.progress.get("also", ()) if other != code]
    turn.memory.pop("sibling", None)
    await begin(
        turn,
        code,
        story=str(first.fields.get("demand_desc", "")),
        linked=first.progress.get("linked") or first.id,
        prefill=prefill,
        also=also,
        fresh=True,
    )
