"""The next question of an intake: its words, its buttons, and the form's state for pages."""

from __future__ import annotations

import re
from typing import Any

from actions.intake import plan, whom
from actions.intake.show import hide_numbers, shown
from actions.intake.wording import wording
from actions.turn import Turn, button
from bot.conversations.drafts import Draft
from bot.directory.catalogue import County, Service, Slot

_PROXY_ORDER = ("beneficiary_name", "beneficiary_age", "applicant_name", "phone", "village")
_HAVE = re.compile(r"有无|残疾人证|低保")
_TITLES = {
    "safe_now": ("安全", "不安全"),
    "consent_refer": ("可以", "先别转"),
    "called_110": ("报过了", "没有"),
}
_PHOTOS_TOO = "有照片或材料，也可以现在发。"
SAME_PLACE = "@village"
TIRED_AFTER = 2


def ask_next(turn: Turn, draft: Draft, service: Service, lead: str = "") -> bool:
    """Ask for what is missing; False when nothing is, and nothing was said."""
    for name, codes in draft.progress.get("places", {}).items():
        ask_which_place(turn, draft, service, turn.county.slots[name], codes, lead)
        return True
    group = plan.next_group(turn.county, service, draft)
    if not group:
        return False
    ask(turn, draft, service, group, lead)
    return True


def ask(
    turn: Turn, draft: Draft, service: Service, group: list[Slot], lead: str = "", alone: bool = False
) -> None:
    """Ask for these slots together."""
    names = plan.labels(group)
    progress = draft.progress
    again = progress.get("asked") == names
    progress["tries"] = progress.get("tries", 0) + 1 if again else 0
    progress["asked"], progress["stage"] = names, "asking"
    skippable = not alone and not set(names) & plan.must_have(turn.county, service, draft)
    asked = [slot for slot in group if slot.name != plan.PHOTOS] or group
    text = lead + question(draft, asked, skippable)
    if len(asked) < len(group):
        text += _PHOTOS_TOO
    buttons = buttons_for(draft, asked)
    if skippable:
        buttons.append(button("跳过", do="skip", draft=draft.id))
    if progress["tries"] >= TIRED_AFTER:
        text += "说不清也没关系，可以让工作人员打电话问您。"
        buttons.append(button("转人工", do="intent", intent="human_handoff"))
    turn.say(text, buttons, {"form": state(turn.county, service, draft)})


def question(draft: Draft, group: list[Slot], skippable: bool) -> str:
    """The words of a question for one slot or several."""
    who = whom.pronoun(draft)
    if len(group) == 1:
        slot = group[0]
        text = wording(slot.name).ask.format(who=whom.short_pronoun(draft))
        if slot.type == "choice":
            text += f"（{'、'.join(slot.choices)}）"
        return text
    ordered = sorted(
        group, key=lambda slot: _PROXY_ORDER.index(slot.name) if slot.name in _PROXY_ORDER else 9
    )
    nouns = "、".join(wording(slot.name).noun.format(who=who) for slot in (ordered if draft.proxy else group))
    tail = "知道的就说，不知道的可以跳过。" if skippable else "一句话说完就行。"
    return f"请说一下：{nouns}。{tail}"


def buttons_for(draft: Draft, group: list[Slot]) -> list[dict[str, str]]:
    """Buttons where the values are few."""
    if len(group) != 1:
        return []
    slot = group[0]
    if slot.type == "choice":
        return [
            button(choice, do="set", draft=draft.id, slot=slot.name, value=choice) for choice in slot.choices
        ]
    if slot.type == "yes_no":
        yes, no = _TITLES.get(slot.name) or (("有", "没有") if _HAVE.search(slot.label) else ("是", "不是"))
        return [
            button(yes, do="set", draft=draft.id, slot=slot.name, value="是"),
            button(no, do="set", draft=draft.id, slot=slot.name, value="否"),
        ]
    if slot.name in ("hukou", "live_comm") and draft.fields.get("village"):
        return [button("和住址一样", do="set", draft=draft.id, slot=slot.name, value=SAME_PLACE)]
    return []


def ask_which_place(
    turn: Turn, draft: Draft, service: Service, slot: Slot, codes: list[str], lead: str = ""
) -> None:
    """Several places are meant, or only the township is known: ask which one."""
    county = turn.county
    draft.progress["asked"], draft.progress["stage"] = [slot.name], "asking"
    towns = {county.points[code].parent for code in codes if code in county.points}
    if len(towns) == 1 and len(codes) > 2:
        town = county.points[towns.pop()]
        text = f"{town.name}哪个村（社区）？"
        titles = {code: county.points[code].name for code in codes}
    else:
        titles = {code: county.place_name(code) for code in codes}
        text = f"有几个地方叫这个名字，是哪一个：{'，'.join(titles.values())}？"
    buttons = [
        button(title, do="set", draft=draft.id, slot=slot.name, value=code) for code, title in titles.items()
    ]
    turn.say(lead + text, buttons[:14], {"form": state(county, service, draft)})


def noted(county: County, draft: Draft, slots: list[Slot], values: dict[str, Any]) -> str:
    """What was just taken, as the assistant repeats it: 记下了：…。"""
    by_name = {slot.name: slot for slot in slots}
    parts = []
    for name, value in values.items():
        slot = by_name.get(name)
        if slot is None or name in ("demand_desc", "is_proxy"):
            continue
        text = hide_numbers(shown(county, slot, value))
        if name == "beneficiary_name" and draft.progress.get("relation"):
            text += f"（您{draft.progress['relation']}）"
        if slot.type in ("choice", "yes_no", "integer", "amount", "date", "month", "phone", "photo"):
            text = f"{wording(name).label} {text}"
        parts.append(text if len(text) <= 40 else text[:38] + "…")
    return f"记下了：{'、'.join(parts)}。" if parts else ""


def state(county: County, service: Service, draft: Draft) -> dict[str, Any]:
    """The form's state for pages: how much is filled, what is missing, what is asked."""
    slots = plan.slots_of(county, service, draft)
    left = plan.missing(county, service, draft)
    asked = draft.progress.get("asked") or []
    return {
        "service": service.code,
        "name": service.name,
        "filled": len(slots) - len(left),
        "missing": len(left),
        "asking": asked[0] if asked else None,
    }
