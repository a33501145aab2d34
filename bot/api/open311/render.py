"""Answers of GeoReport v2 as JSON or XML, errors among them.

A value is a list of plain records; `Shape` says how XML names the root, each record, and lists within it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

MEDIA = {"json": "application/json", "xml": "text/xml"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""


@dataclass(frozen=True)
class Shape:
    """XML names: of the root, of each record, and of the items of lists by the list's name."""

    root: str
    item: str | None = None
    lists: tuple[tuple[str, str], ...] = ()


SERVICES = Shape("services", "service")
DEFINITION = Shape("service_definition", None, (("attributes", "attribute"), ("values", "value")))
REQUESTS = Shape("service_requests", "request")
ERRORS = Shape("errors", "error")
DISCOVERY = Shape("discovery", None, (("endpoints", "endpoint"), ("formats", "format")))


class Fault(Exception):
    """An error of GeoReport v2: HTTP status and code are the same number."""

    def __init__(self, code: int, description: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.headers = headers or {}


def answer(
    value: Any, shape: Shape, form: str, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A value in the wanted format, always as UTF-8."""
    text = json.dumps(value, ensure_ascii=False) if form == "json" else as_xml(value, shape)
    return web.Response(
        text=text,
        status=status,
        content_type=MEDIA[form],
        charset="utf-8",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def fault(error: Fault, form: str) -> web.Response:
    """The error as the specification wants it: a list, even of one."""
    value = [{"code": error.code, "description": error.description}]
    return answer(value, ERRORS, form, error.code, error.headers)


def as_xml(value: Any, shape: Shape) -> str:
    """The XML with its declaration."""
    root = ElementTree.Element(shape.root)
    if shape.item is None:
        _fill(root, value, dict(shape.lists))
    else:
        for record in value:
            _fill(ElementTree.SubElement(root, shape.item), record, dict(shape.lists))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _fill(element: ElementTree.Element, value: Any, lists: dict[str, str]) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            _fill(ElementTree.SubElement(element, name), one, lists)
    elif isinstance(value, list):
        for one in value:
            _fill(ElementTree.SubElement(element, lists[element.tag]), one, lists)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _FORBIDDEN.sub("", str(value))
