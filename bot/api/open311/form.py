"""A posted request read into the fields of a service."""

import re
from collections.abc import Mapping
from typing import Any

from multidict import MultiMapping

from bot.api.open311.catalogue import asked
from bot.api.open311.render import Fault
from bot.directory.catalogue import County, Service
from bot.tickets.filing import NAMES, PHONES
from bot.tickets.routing import place_code, within

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](\[\])?")
TRUE, FALSE = frozenset({"true", "1", "是", "yes"}), frozenset({"false", "0", "否", "no"})
PLACES = ("village", "station")
LONGEST_PLACE = 300


def fields_of(county: County, service: Service, form: MultiMapping[str]) -> dict[str, Any]:
    """The slots of a service from the parameters; Fault 400 names what is wrong."""
    fields = _attributes(county, service, form)
    contact = county.contact_kinds[service.contact]
    fields.update(_standard(contact, form))
    place = next((slot for slot in PLACES if slot in contact), None)
    if place is not None:
        fields[place] = _place(county, form)
    elif address := _text(form, "address_string"):
        fields.setdefault("address", address)
    return {slot: value for slot, value in fields.items() if value not in (None, "")}


def _standard(contact: tuple[str, ...], form: Mapping[str, str]) -> dict[str, Any]:
    """What the specification has parameters of its own for. In Chinese the family's name comes first."""
    name = _text(form, "last_name") + _text(form, "first_name")
    values = {**dict.fromkeys(NAMES[:2], name), **dict.fromkeys(PHONES, _text(form, "phone"))}
    values["demand_desc"] = _text(form, "description")
    found = {slot: value for slot, value in values.items() if slot in contact and value}
    if values["demand_desc"]:
        found["demand_desc"] = values["demand_desc"]
    return found


def _place(county: County, form: Mapping[str, str]) -> str:
    """The code of a place; latitude and longitude alone do not name a village here."""
    code, text = _text(form, "address_id"), _text(form, "address_string")
    if code:
        if code not in county.points:
            raise Fault(400, f"address_id：没有代码为 {code[:24]} 的村、社区")
        return code
    if not text:
        raise Fault(400, "缺 address_id 或 address_string：哪个村、社区（只有 lat、long 定不了村）")
    if found := place_code(county, text[:LONGEST_PLACE]):
        return found
    named = [one for one, point in county.points.items() if point.kind != "centre" and point.name in text]
    inner = [one for one in named if not any(one != other and within(county, other, one) for other in named)]
    if len(inner) > 1:
        inner = [one for one in inner if county.points[one].parent in named]
    if len(inner) == 1:
        return inner[0]
    raise Fault(400, "address_string：看不出是哪个村、社区，请写全乡镇和村名，或用 address_id")


def _attributes(county: County, service: Service, form: MultiMapping[str]) -> dict[str, Any]:
    known = {slot.name: slot for slot in asked(county, service)}
    found: dict[str, Any] = {}
    for name in dict.fromkeys(form):
        match = _ATTRIBUTE.fullmatch(name)
        if match is None:
            continue
        code = match[1]
        if code == "notice":
            continue
        if code not in known:
            raise Fault(400, f"attribute[{code}]：这个事项没有这一栏")
        values = [value.strip() for value in form.getall(name) if isinstance(value, str) and value.strip()]
        if values:
            found[code] = _value(known[code].type, code, "、".join(values))
    return found


def _value(kind: str, code: str, text: str) -> Any:
    if kind == "yes_no":
        if text.lower() not in TRUE | FALSE:
            raise Fault(400, f"attribute[{code}]：true 或 false")
        return text.lower() in TRUE
    if kind == "integer":
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Fault(400, f"attribute[{code}]：写整数")
        return int(text)
    return text


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
