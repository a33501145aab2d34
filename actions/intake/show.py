"""Values of an intake as people read them: masked phones, place names, dates."""

from __future__ import annotations

import re
from typing import Any

from bot.directory.catalogue import County, Slot

YES_NO = {"是": "有", "否": "没有"}
_HAVE = re.compile(r"有无|残疾人证|营业执照|工会")


def mask_phone(phone: str) -> str:
    """139****1357; landlines keep their first and last four."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 10 else phone


def shown(county: County, slot: Slot, value: Any) -> str:
    """A value for the summary and for what was noted."""
    if slot.type == "phone":
        return mask_phone(str(value))
    if slot.type in ("place", "place_or_text"):
        return county.place_name(str(value)) if str(value) in county.points else str(value)
    if slot.type == "yes_no" and _HAVE.search(slot.label):
        return YES_NO.get(str(value), str(value))
    if slot.type == "amount":
        return f"{value:g} 元" if isinstance(value, int | float) else str(value)
    if slot.type == "photo":
        return f"{len(value)} 张" if isinstance(value, list) else str(value)
    if slot.name.endswith("_age") or slot.name == "age":
        return f"{value} 岁"
    if slot.type in ("date", "month"):
        return str(value).replace("/..", " 起").replace("/", " 至 ")
    return str(value)


def hide_numbers(text: str) -> str:
    """A free text with phone and identity numbers masked, for showing it back."""
    text = re.sub(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)", r"\1****\2", text)
    return re.sub(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)", r"\1**********\2", text)
