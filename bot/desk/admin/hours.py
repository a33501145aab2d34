"""Office hours as people type them: 08:30-12:00 14:30-17:30."""

import itertools
import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from bot.desk.admin.common import AdminError, text

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-—–~～至到]+\s*(\d{1,2})[:：](\d{2})")
_BETWEEN = re.compile(r"[\s,，、;；和]*")


def read_hours(form: Mapping[str, Any], name: str = "hours") -> list[str] | None:
    """The hours of a form as the directory keeps them; None for none of one's own."""
    return parse_hours(text(form, name, 80), name)


def parse_hours(value: str, name: str = "hours") -> list[str] | None:
    """`["08:30-12:00", "14:30-17:30"]`; AdminError for what is no hours, overlaps or runs backwards."""
    if not value.strip():
        return None
    if _BETWEEN.fullmatch(_SPAN.sub("", value)) is None:
        raise AdminError("上班时间要写成 08:30-12:00 14:30-17:30 这样。", name)
    spans = []
    for found in _SPAN.finditer(value):
        numbers = [int(part) for part in found.groups()]
        try:
            spans.append((time(numbers[0], numbers[1]), time(numbers[2], numbers[3])))
        except ValueError as error:
            raise AdminError(f"没有 {found[0]} 这样的钟点。", name) from error
    ends = [moment for span in spans for moment in span]
    if any(later <= earlier for earlier, later in itertools.pairwise(ends)):
        raise AdminError("上班时间要从早到晚写，前后不能重叠。", name)
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in spans]


def written(hours: tuple[str, ...] | list[str] | None) -> str:
    """Hours as the form shows them."""
    return " ".join(hours or ())
