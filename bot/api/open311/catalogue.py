"""The service catalogue as GeoReport v2 describes it: services, and what each of them asks."""

from typing import Any

from bot.directory.catalogue import County, Service, Slot

STANDARD = {
    "applicant_name": "last_name、first_name",
    "contact_name": "last_name、first_name",
    "phone": "phone",
    "contact_phone": "phone",
    "village": "address_id（村、社区的代码）或 address_string",
    "station": "address_id（村站的代码）或 address_string",
    "demand_desc": "description",
}
"""Slots that the specification has parameters of its own for; they are no attributes."""
DATATYPES = {"choice": "singlevaluelist", "yes_no": "singlevaluelist", "integer": "number"}
LONG = frozenset({"topic"})
YES_NO = (("true", "是"), ("false", "否"))
HINTS = {
    "date": "日期写成 2026-12-01，也可以写一段时间",
    "month": "写成 1980-05",
    "integer": "整数",
    "amount": "金额，可以写大概",
}


def service(one: Service) -> dict[str, Any]:
    """An entry of the list of services."""
    return {
        "service_code": one.code,
        "service_name": one.name,
        "description": f"{one.group}。材料：{one.materials}",
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(dict.fromkeys((one.category, *one.group.split("、")))),
        "group": one.category,
    }


def definition(county: County, one: Service) -> dict[str, Any]:
    """The attributes of a service in the order of asking; a first one says what else is due."""
    attributes = [_notice(county, one)]
    for slot in asked(county, one):
        attributes.append(_attribute(county, one, slot, len(attributes) + 1))
    return {"service_code": one.code, "attributes": attributes}


def asked(county: County, one: Service) -> list[Slot]:
    """The slots that are attributes."""
    slots = county.asked_slots(one)
    return [slot for slot in slots if slot.name not in STANDARD and slot.type != "photo"]


def _notice(county: County, one: Service) -> dict[str, Any]:
    """What has parameters of its own and cannot be left out; only shown, nothing to fill in."""
    names = [name for name in county.contact_kinds[one.contact] if name in STANDARD]
    needed = "；".join(f"{county.slots[name].label}：{STANDARD[name]}" for name in names)
    return {
        "variable": False,
        "code": "notice",
        "datatype": "text",
        "required": False,
        "datatype_description": None,
        "order": 1,
        "description": f"另外要填 {needed}",
    }


def _attribute(county: County, one: Service, slot: Slot, order: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "variable": True,
        "code": slot.name,
        "datatype": DATATYPES.get(slot.type, "text" if slot.name in LONG else "string"),
        "required": slot.name in county.required_slots(one),
        "datatype_description": HINTS.get(slot.type),
        "order": order,
        "description": slot.label,
    }
    if slot.type == "yes_no":
        made["values"] = [{"key": key, "name": name} for key, name in YES_NO]
    elif slot.type == "choice":
        made["values"] = [{"key": choice, "name": choice} for choice in slot.choices]
    return made
