"""Head-counts: 一家五口, 三十来个人, 40名职工; and the bare numbers that answer a form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.model import Message, Span
from nlu.entities.numerals import as_plain, parse

_N = r"(?:\d{1,6}(?:\.\d)?[百千万]?|[一二两三四五六七八九十百千万零俩几]+)"
_PEOPLE = (
    r"(?=孩子|小孩|老人|娃|崽|学生|工人|工友|职工|员工|村民|党员|居民|妇女|儿子|女儿|劳动力|残疾|"
    r"病人|志愿者|青年|老乡|同事|农民工|民工|伢|妹|女工|师傅)"
)
_COUNT = re.compile(
    rf"(?<![\d第一二三四五六七八九十百千万.后前尾末])(?P<n>{_N})(?P<few>多|来|余)? ?"
    r"(?P<u>个人|口人|号人|口(?=之家|$|[，。,.；;！!？?\s、]|的|都|要|吃|住|挤|靠)|人(?!民|家|才|"
    r"次|均|工|事|大|生|道|力|行|口|命|身|间|格|物|类|员|群|士|选|社)|名(?!字|单|额|称|声|牌|片|"
    rf"义)|位(?!置|于|数)|个{_PEOPLE})"
)
_BARE = re.compile(rf"(?<![\d第.])(?P<n>{_N})(?P<few>多|来|余)? ?(?P<u>个|岁)?(?![\d年月日号]|多?月)")

_UNITS = {"口人": "口", "号人": "人", "岁": ""}


def find(message: Message) -> Iterator[Span]:
    """Yield `count` (data: `unit`, `approx`, `high`).

    Where a form asked for an integer, the first number is one, whatever follows it.
    """
    found = False
    for match in _COUNT.finditer(message.text):
        span = _span(match) if message.is_free(*match.span()) else None
        if span:
            found = True
            yield span
    if message.expected == "integer" and not found and not any(span.type == "age" for span in message.found):
        for match in _BARE.finditer(message.text):
            span = _span(match) if message.is_free(*match.span()) else None
            if span:
                yield span
                return


def _span(match: re.Match[str]) -> Span | None:
    number = parse(match["n"] + (match["few"] or ""))
    if number is None or number.value != int(number.value) or match["n"].startswith(("千", "万", "百千")):
        return None
    data: dict = {"unit": _UNITS.get(match["u"], match["u"] or "")}
    if number.approx:
        data["approx"] = True
    if number.high is not None:
        data["high"] = as_plain(number.high)
    return Span("count", int(number.value), match.start(), match.end(), data)
