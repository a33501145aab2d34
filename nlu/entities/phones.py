"""Mainland mobile and landline numbers, as typed, spaced or spoken (幺三八 …)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.model import Message, Span
from nlu.entities.numerals import digits_of

_DIGIT = "0-9零〇一二两三四五六七八九幺么"
# Groups of digits with at most two separators between them; a comma joins only within one spoken number.
_RUN = re.compile(
    rf"(?<![A-Za-z0-9._])(?:[(（]?\+ ?|[(（])?[{_DIGIT}](?:[ \-.()（）—·,，、]{{0,3}}[{_DIGIT}oO])"
    r"*(?![A-Za-z0-9_]|\.\d)"
)
_GROUP = re.compile(rf"[{_DIGIT}oO]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:010|02[0-57-9])[1-9]\d{7}|0[3-9]\d{2}[1-9]\d{6,7}")
_DECIMAL = re.compile(r"\d\.$")
_COMMA = re.compile("[,，、]")
_COUNTRY = re.compile(r"(?:0086|86)(?=1[3-9]\d{9}$|0?[1-9]\d{8,10}$)")
_EXTENSION = re.compile(r" ?(?:转|分机|-) ?(\d{1,5})(?!\d)")
_CUE = re.compile(r"电话|手机|号码|联系|打我|打这个|拨|座机|tel|phone", re.IGNORECASE)
_NOT_PHONE = re.compile(r"身份证|证号|卡号|账号|账户|信用代码|订单|单号|编号|邮编|qq|QQ|工号|执照")
_UNIT_AFTER = re.compile(r" ?(?:万|亿|元|块|个|人|斤|亩|平|年|月|日|号(?!码)|岁|%|点|届|楼|室|栋)")
_HOTLINE = re.compile(r"[48]00\d{7}|95\d{3,6}|1\d{2,4}")


def find(message: Message) -> Iterator[Span]:
    """Yield `phone` (value: digits only) and `phone_invalid` (data: reason, digits)."""
    for run in _RUN.finditer(message.text):
        if message.is_free(*run.span()):
            yield from _split(message, run.start(), run.end())


def _split(message: Message, start: int, end: int) -> Iterator[Span]:
    groups = [(start + g.start(), start + g.end()) for g in _GROUP.finditer(message.text[start:end])]
    at, rejected = 0, []
    while at < len(groups):
        for stop in range(len(groups), at, -1):
            span = _phone(message, groups[at][0], groups[stop - 1][1], start)
            if span is not None:
                break
        else:
            rejected.append(groups[at])
            at += 1
            continue
        yield from _near_ones(message, rejected)
        rejected = []
        yield span
        at = stop
        extension = _EXTENSION.match(message.text, span.end)
        if extension and at < len(groups) and len(span.value) != 11:
            at += 1
    yield from _near_ones(message, rejected)


def _phone(message: Message, first: int, last: int, run_start: int) -> Span | None:
    written = message.text[first:last]
    digits = digits_of(written)
    if not 10 <= len(digits) <= 17 or _DECIMAL.search(message.text[max(0, first - 2) : first]):
        return None
    if _COMMA.search(written) and min(len(group) for group in _GROUP.findall(written)) < 3:
        return None
    if (
        message.text[run_start] in "+(（"
        and "+" in message.text[run_start : run_start + 2]
        and not digits.startswith("86")
    ):
        return None
    digits = _COUNTRY.sub("", digits)
    if _MOBILE.fullmatch(digits[1:]) and digits[0] == "0":
        digits = digits[1:]
    if len(digits) in (9, 10, 11) and digits[0] not in "01" and message.text[run_start] in "+(（":
        digits = "0" + digits
    if not (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)):
        return None
    if _UNIT_AFTER.match(message.text, last):
        return None
    start = run_start if message.text[run_start:first].strip("+（( ") == "" else first
    text = message.text
    if text[start] in "(（" and not any(close in text[start:last] for close in ")）"):
        start = first
    data = {}
    extension = _EXTENSION.match(text, last)
    if extension and digits[0] == "0":
        data = {"extension": extension[1]}
    return Span("phone", digits, start, last, data)


def _near_ones(message: Message, groups: list[tuple[int, int]]) -> Iterator[Span]:
    """Near-phones among the groups that are part of no phone: 张三，1380013800 holds one."""
    together: list[tuple[int, int]] = []
    for group in groups:
        if together:
            gap = message.text[together[-1][1] : group[0]]
            lone = together[-1][1] - together[-1][0] == 1 and not message.text[together[-1][0]].isascii()
            if lone or _COMMA.search(gap):
                yield from _near(message, together)
                together = []
        together.append(group)
    yield from _near(message, together)


def _near(message: Message, groups: list[tuple[int, int]]) -> Iterator[Span]:
    """A number that was meant as a phone but cannot be one."""
    if not groups:
        return
    start, end = groups[0][0], groups[-1][1]
    before = message.text[max(0, start - 12) : start]
    digits = digits_of(message.text[start:end])
    cued = message.expected == "phone" or bool(_CUE.search(before))
    if _NOT_PHONE.search(before) or _HOTLINE.fullmatch(digits) or _UNIT_AFTER.match(message.text, end):
        return
    looks_mobile = re.match(r"1[3-9]", digits) is not None and 9 <= len(digits) <= 13 and len(digits) != 11
    if not (looks_mobile or (cued and 6 <= len(digits) <= 14)):
        return
    if not cued and len(groups) > 1 and (len(groups) > 4 or groups[0][1] - groups[0][0] != 3):
        return
    yield Span("phone_invalid", digits, start, end, {"reason": _reason(digits), "digits": len(digits)})


def _reason(digits: str) -> str:
    if len(digits) == 11:
        return "unknown prefix"
    if len(digits) in (7, 8) and digits[0] in "23456789":
        return "no area code"
    return f"{len(digits)} digits"
