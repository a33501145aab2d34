"""Going on in the intake form: to the next question, the summary, or the same question once more."""

from __future__ import annotations

from actions import people
from actions.intake import ask, plan, summary
from actions.intake.take import Taken
from actions.turn import Turn
from bot.conversations.drafts import Draft
from bot.directory.catalogue import Service


async def after(turn: Turn, draft: Draft, service: Service, taken: Taken, lead: str = "") -> bool:
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
    lead = "".join(taken.notes) + note + lead
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


def again(turn: Turn, draft: Draft, service: Service, lead: str = "") -> bool:
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


def not_understood(turn: Turn, draft: Draft, service: Service) -> bool:
    """Ask once more; where the same question was not understood twice, a person looks in as well."""
    question = ",".join(draft.progress.get("asked") or ())
    missed = draft.progress.get("missed") or {}
    times = missed.get("times", 0) + 1 if missed.get("question") == question else 1
    draft.progress["missed"] = {"question": question, "times": times}
    if times < 2:
        return again(turn, draft, service, "这句我没听明白。")
    people.call_quietly(turn, "not_understood")
    return again(turn, draft, service, "还是没听明白，已经请值班员来看。您也可以接着说。")
