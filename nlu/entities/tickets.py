"""Ticket numbers (QT-7K3M-92XF, Crockford base 32), however they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.model import Message, Span

_WITH_PREFIX = re.compile(
    r"(?<![A-Za-z0-9])Q ?T[ \-_—.]{0,2}([0-9A-Z]{4})[ \-_—.]{0,2}([0-9A-Z]{4})(?![A-Z0-9])", re.I
)
_BARE = re.compile(r"(?<![A-Za-z0-9-])([0-9A-Z]{4})[ \-_—]([0-9A-Z]{4})(?![A-Z0-9-])", re.I)
_CUE = re.compile(r"工单|单号|编号|号码|登记号|查.{0,4}$|进度|^\W*$")
_LOOK_ALIKES = str.maketrans("OIL", "011")
_ALPHABET = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")


def find(message: Message) -> Iterator[Span]:
    """Yield `ticket_number`; o is read as 0, i and l as 1."""
    for match in _WITH_PREFIX.finditer(message.text):
        yield from _span(match)
    for match in _BARE.finditer(message.text):
        body = match[1] + match[2]
        mixed = any(c.isdigit() for c in body) and any(c.isalpha() for c in body)
        if mixed and message.is_free(*match.span()) and _CUE.search(message.text[: match.start()][-12:]):
            yield from _span(match)


def _span(match: re.Match[str]) -> Iterator[Span]:
    body = (match[1] + match[2]).upper().translate(_LOOK_ALIKES)
    if _ALPHABET.fullmatch(body):
        yield Span("ticket_number", f"QT-{body[:4]}-{body[4:]}", *match.span())
