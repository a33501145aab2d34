"""What an intake still needs, and what to ask next.

Several things are asked at once where the answers can be told apart.
"""

from collections.abc import Iterable

from bot.conversations.drafts import Draft
from bot.directory.catalogue import County, Service, Slot

SAME = {"beneficiary_age": ("child_age", "age"), "beneficiary_name": ("child_name",)}
"""A slot that another one of the same intake already says: never asked twice."""
UNSPOKEN = frozenset({"is_proxy"})
"""Understood from the story, never asked by itself."""
BUTTONED = frozenset({"choice", "yes_no"})
CONTACT_SLOTS = frozenset(
    "applicant_name phone village beneficiary_name beneficiary_age org_name "
    "station contact_name contact_phone expected_date expected_people".split()
)
PHOTOS = "photos"
"""Invited with the last question rather than asked for by itself."""
MOST_AT_ONCE = 5
MOST_FREE_AT_ONCE = 3


def slots_of(county: County, service: Service, draft: Draft) -> list[Slot]:
    """The slots that the chat asks for this draft, in order, without doublets and unspoken ones."""
    slots = county.asked_slots(service, proxy=draft.proxy)
    names = {slot.name for slot in slots}
    doubled = {name for name, others in SAME.items() if name in names and any(o in names for o in others)}
    return [slot for slot in slots if slot.name not in doubled and slot.name not in UNSPOKEN]


def missing(county: County, service: Service, draft: Draft) -> list[Slot]:
    """The slots that are neither filled nor skipped."""
    skipped = set(draft.progress.get("skipped", ()))
    return [
        slot
        for slot in slots_of(county, service, draft)
        if slot.name not in draft.fields and slot.name not in skipped
    ]


def must_have(county: County, service: Service, draft: Draft) -> set[str]:
    """The slots that cannot be skipped."""
    names = county.required_slots(service)
    if draft.proxy:
        names = names | {"beneficiary_name"}
    return names


def next_group(county: County, service: Service, draft: Draft) -> list[Slot]:
    """The slots to ask together now; empty when nothing is missing."""
    left = missing(county, service, draft)
    if not left:
        return []
    required = must_have(county, service, draft)
    contact = [slot for slot in left if slot.name in CONTACT_SLOTS]
    if contact:
        return contact[:MOST_AT_ONCE]
    needed = [slot for slot in left if slot.name in required]
    group = _together(needed or [slot for slot in left if slot.name != PHOTOS]) or left[:1]
    rest = [slot for slot in left if slot not in group]
    return group + rest if [slot.name for slot in rest] == [PHOTOS] else group


def _together(slots: list[Slot]) -> list[Slot]:
    """The first slot, with those after it that may be answered in one breath."""
    if not slots or slots[0].type in BUTTONED:
        return slots[:1]
    free = [slot for slot in slots if slot.type not in BUTTONED and slot.type != "photo"]
    group: list[Slot] = []
    kinds: set[str] = set()
    for slot in free:
        if slot.type not in ("text", "integer") and slot.type in kinds:
            continue
        group.append(slot)
        kinds.add(slot.type)
    return group[:MOST_FREE_AT_ONCE] or slots[:1]


def fill_doublets(fields: dict) -> None:
    """Let a slot that another one answers have the same value, for who reads the ticket."""
    for name, others in SAME.items():
        for other in others:
            if other in fields and name not in fields:
                fields[name] = fields[other]


def labels(slots: Iterable[Slot]) -> list[str]:
    """Names of slots, for the form's custom data."""
    return [slot.name for slot in slots]
