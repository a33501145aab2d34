"""Rows as lines of JSON, the same for every database.

A line is a list of values in the order of the manifest's columns. The manifest names the kind of each column:
how its values are written, whatever database they come from or go to.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.storage.base import Instant

Values = Sequence[Any]


def kind_of(column: sa.Column[Any]) -> str:
    """bytes, instant, date, json or plain (text, numbers, yes and no: as JSON has them)."""
    kinds = (
        (Instant, "instant"),
        (sa.LargeBinary, "bytes"),
        (sa.JSON, "json"),
        (sa.Date, "date"),
        (sa.Boolean | sa.Integer | sa.Float | sa.String, "plain"),
    )
    for types, kind in kinds:
        if isinstance(column.type, types):
            return kind
    raise TypeError(f"{column}: no way to write a {column.type!r}")


TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "instant": Instant(),
    "bytes": sa.LargeBinary(),
    "json": sa.JSON(none_as_null=True),
    "date": sa.Date(),
    "plain": sa.types.NullType(),
}

_ENCODE: dict[str, Callable[[Any], Any]] = {
    "instant": datetime.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode(),
    "date": date.isoformat,
}
_DECODE: dict[str, Callable[[Any], Any]] = {
    "instant": datetime.fromisoformat,
    "bytes": base64.b64decode,
    "date": date.fromisoformat,
    "json": lambda value: sa.JSON.NULL if value == "null" else json.loads(value),
}


def selected(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What to select of a column: JSON as its text, so that NULL and JSON's null stay two things."""
    return sa.cast(column, sa.Text) if kind_of(column) == "json" else column


def encode(kinds: Iterable[str], row: Values) -> bytes:
    """A row as its line."""
    values = [
        value if value is None or kind not in _ENCODE else _ENCODE[kind](value)
        for kind, value in zip(kinds, row, strict=True)
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(kinds: Iterable[str], line: bytes) -> list[Any]:
    """The row that a line holds, ready to bind."""
    return [
        value if value is None or kind not in _DECODE else _DECODE[kind](value)
        for kind, value in zip(kinds, json.loads(line), strict=True)
    ]
