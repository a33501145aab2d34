"""Registering for a caller or a walk-in: the same fields as in the chat, pre-filled from a conversation."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from multidict import MultiMapping

from bot.clock import local
from bot.desk.formats import short_label
from bot.directory.catalogue import County, Service, Slot
from nlu.entities import Entity, Gazetteer, extract

ENTITY_OF = {"person": "person", "phone": "phone", "place": "place", "amount": "amount", "date": "date"}
NEVER = frozenset({"photo", "identity_number"})
"""What is not typed into this form: pictures come over the chat, identity numbers are asked later."""
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Field:
    """A field of the form; `heard` says that its value comes from the conversation."""

    slot: Slot
    label: str
    required: bool
    value: str
    heard: bool


def slots_of(county: County, service: Service) -> list[Slot]:
    """What is asked for a service, proxy's fields included; the plea always."""
    slots = county.asked_slots(service, proxy=True)
    if not any(slot.name in ("demand_desc", "topic") for slot in slots):
        slots.append(county.slots["demand_desc"])
    return [slot for slot in slots if slot.type not in NEVER]


def fields(
    county: County, service: Service, typed: MultiMapping[Any] | None, heard: dict[str, str]
) -> list[Field]:
    """The form's fields with what was typed, or heard in the conversation."""
    needed = county.required_slots(service)
    found = []
    for slot in slots_of(county, service):
        value = str(typed.get(slot.name, "")) if typed is not None else heard.get(slot.name, "")
        found.append(
            Field(
                slot,
                short_label(slot.label),
                slot.name in needed,
                value,
                typed is None and slot.name in heard,
            )
        )
    return found


def read(county: County, service: Service, form: MultiMapping[Any]) -> dict[str, Any]:
    """The filled fields as a filing takes them."""
    values: dict[str, Any] = {}
    for slot in slots_of(county, service):
        text = str(form.get(slot.name, "")).strip()
        if not text:
            continue
        if slot.type == "yes_no":
            values[slot.name] = text == YES
        elif slot.type == "integer":
            values[slot.name] = int(text) if text.isdigit() else text
        else:
            values[slot.name] = text
    return values


async def heard_in(county: County, service: Service, said: Sequence[str], now: datetime) -> dict[str, str]:
    """Slot -> value for what the resident said; the last word on a matter counts."""
    gazetteer = Gazetteer.from_rows(county.gazetteer_rows())
    moment = local(now).replace(tzinfo=None)
    found = await asyncio.to_thread(
        lambda: [entity for text in said for entity in extract(text, gazetteer, moment)]
    )
    return assign(county, service, found, said)


def assign(county: County, service: Service, found: Sequence[Entity], said: Sequence[str]) -> dict[str, str]:
    """Give each fact to the first slot of its kind."""
    values: dict[str, str] = {}
    names = [slot.name for slot in slots_of(county, service)]
    for entity in found:
        if entity.type == "place" and str(entity.value) in county.points:
            kind = county.points[str(entity.value)].kind
            slot = "village" if kind in ("village", "community") else "town"
            if slot in names:
                values[slot] = str(entity.value)
            continue
        kind = ENTITY_OF.get(entity.type)
        slot = next((n for n in names if kind and county.slots[n].type == kind), None)
        if slot is not None and not (kind == "date" and len(str(entity.value)) != len("2026-11-24")):
            values[slot] = str(entity.value)
    whole = "\n".join(said)
    for name in names:
        choice = next((c for c in county.slots[name].choices if len(c) > 1 and c in whole), None)
        if choice is not None and name not in values:
            values[name] = choice
    if "demand_desc" in names and said:
        values["demand_desc"] = "\n".join(said)[:1000]
    return values
