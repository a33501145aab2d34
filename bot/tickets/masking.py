"""Hiding personal values: by the slot's type, and numbers wherever they stand in a text."""

import re
from typing import Any

from bot.directory.catalogue import County

HIDDEN = "已隐去"
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[ -]?\d{3,4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?![\dXx])")
PERSONAL_TYPES = {"person", "phone", "identity_number", "place_or_text"}
PERSONAL_SLOTS = {
    "address",
    "safe_contact",
    "guardian",
    "caregiver",
    "diag",
    "school",
    "party_unit",
    "consent_orgs",
    "access_needs",
}
"""Text slots that name a person, a home or a health matter."""


def mask_text(text: str) -> str:
    """Phone and identity numbers with their middle hidden: 139****1357, 4304**********1216."""
    text = _IDENTITY.sub(lambda m: f"{m[1]}{'*' * 10}{m[2]}", text)
    text = _MOBILE.sub(r"\1****\2", text)
    return _LANDLINE.sub(r"\1****\2", text)


def mask_name(name: str) -> str:
    """First and last character: 周*国; the first alone for two: 周*."""
    name = name.strip()
    if len(name) <= 1:
        return "*"
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def mask_value(county: County, slot: str, value: Any) -> Any:
    """A field's value as a reader without the right to the full one sees it."""
    if not isinstance(value, str):
        return value
    kind = county.slots[slot].type if slot in county.slots else "text"
    if kind == "person":
        return mask_name(value)
    if kind in ("phone", "identity_number"):
        masked = mask_text(value)
        return masked if masked != value else "*" * len(value)
    if slot in PERSONAL_SLOTS or kind == "place_or_text":
        return HIDDEN
    return mask_text(value)


def mask_fields(county: County, fields: dict[str, Any], *, high_privacy: bool) -> dict[str, Any]:
    """All fields masked; at high privacy everything but place and date is hidden."""
    if high_privacy:
        return {slot: value if _is_place(county, slot) else HIDDEN for slot, value in fields.items()}
    return {slot: mask_value(county, slot, value) for slot, value in fields.items()}


def _is_place(county: County, slot: str) -> bool:
    return slot in county.slots and county.slots[slot].type == "place"
