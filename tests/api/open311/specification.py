"""What GeoReport v2 prescribes, as JSON Schema; XML is read back into the same records first."""

from typing import Any
from xml.etree import ElementTree

import jsonschema_rs

TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}


def _record(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


SCHEMAS: dict[str, dict[str, Any]] = {
    "services": _list(
        _record(
            {
                "service_code": TEXT,
                "service_name": TEXT,
                "metadata": {"type": "boolean"},
                "type": {"enum": ["realtime", "batch", "blackbox"]},
            },
            description=MAYBE,
            keywords=MAYBE,
            group=MAYBE,
        ),
        1,
    ),
    "definition": _record(
        {
            "service_code": TEXT,
            "attributes": _list(
                _record(
                    {
                        "variable": {"type": "boolean"},
                        "code": TEXT,
                        "datatype": {
                            "enum": [
                                "string",
                                "number",
                                "datetime",
                                "text",
                                "singlevaluelist",
                                "multivaluelist",
                            ]
                        },
                        "required": {"type": "boolean"},
                        "order": {"type": "integer", "minimum": 1},
                        "description": TEXT,
                    },
                    datatype_description=MAYBE,
                    values=_list(_record({"key": TEXT, "name": TEXT}), 1),
                ),
                1,
            ),
        }
    ),
    "requests": _list(
        _record(
            {
                "service_request_id": TEXT,
                "status": {"enum": ["open", "closed"]},
                "service_code": TEXT,
                "service_name": TEXT,
                "requested_datetime": MOMENT,
                "updated_datetime": MOMENT,
            },
            status_notes=MAYBE,
            description=MAYBE,
            agency_responsible=MAYBE,
            service_notice=MAYBE,
            expected_datetime={"anyOf": [MOMENT, {"type": "null"}]},
            address=MAYBE,
            address_id=MAYBE,
            zipcode=MAYBE,
            lat={"type": ["number", "null"]},
            long={"type": ["number", "null"]},
            media_url=MAYBE,
        )
    ),
    "posted": _list(_record({"service_request_id": TEXT}, service_notice=MAYBE, account_id=MAYBE), 1),
    "tokens": _list(_record({"service_request_id": TEXT, "token": TEXT}), 1),
    "errors": _list(_record({"code": {"type": "integer"}, "description": TEXT}), 1),
    "discovery": _record(
        {
            "changeset": MOMENT,
            "contact": TEXT,
            "key_service": TEXT,
            "endpoints": _list(
                _record(
                    {
                        "specification": {"const": "http://wiki.open311.org/GeoReport_v2"},
                        "url": TEXT,
                        "changeset": MOMENT,
                        "type": {"enum": ["production", "test"]},
                        "formats": _list({"enum": ["text/xml", "application/json"]}, 1),
                    }
                ),
                1,
            ),
        }
    ),
}
XML = {
    "services": ("services", "service"),
    "definition": ("service_definition", None),
    "requests": ("service_requests", "request"),
    "posted": ("service_requests", "request"),
    "tokens": ("service_requests", "request"),
    "errors": ("errors", "error"),
    "discovery": ("discovery", None),
}
"""The root and the records of each answer."""
LISTS = {"attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format"}
TYPED = {"true": True, "false": False}
BOOLEANS, NUMBERS = ("metadata", "variable", "required"), ("order", "code")


def check(name: str, value: Any) -> None:
    """Fail where a value is not what the specification prescribes."""
    jsonschema_rs.validator_for(SCHEMAS[name]).validate(value)


def read_xml(name: str, text: str) -> Any:
    """The records of an XML answer; fails where root, declaration or nesting are others."""
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(text.encode())
    expected, item = XML[name]
    assert root.tag == expected
    if item is None:
        return _record_of(root)
    assert {child.tag for child in root} <= {item}
    return [_record_of(child) for child in root]


def _record_of(element: ElementTree.Element) -> dict[str, Any]:
    return {child.tag: _value_of(child) for child in element}


def _value_of(element: ElementTree.Element) -> Any:
    if element.tag in LISTS:
        assert {child.tag for child in element} <= {LISTS[element.tag]}
        return [_record_of(child) if len(child) else child.text for child in element]
    if element.tag in BOOLEANS:
        return TYPED[element.text or ""]
    if element.tag in NUMBERS and (element.text or "").isdigit():
        return int(element.text or "")
    return element.text
