"""Ages in years: 六十七岁, 今年67, 十个月大, 他爸八十多."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities import persons
from nlu.entities.model import Message, Span
from nlu.entities.numerals import Number, as_plain, parse

_N = r"(?:\d{1,3}(?:\.\d)?|[二三四五六七八九]?十有[一二三四五六七八九]|[一二两三四五六七八九十百零]{1,5})"
_FEW = r"(?:多|来|几|好几|出头|开外|挂零|把)?"
_NOT_IN_NUMBER = r"(?<![\d一二三四五六七八九十百千万.第])"
_YEARS = re.compile(
    rf"(?:虚岁|实岁)?{_NOT_IN_NUMBER}(?:(?P<from>{_N}) ?(?:到|至|-|~|—|–) ?)?(?P<n>{_N}|"
    rf"半){_FEW} ?(?:个)?(?:周)?岁(?P<half>半)?"
    rf"(?:零?(?P<months>{_N})个月)?(?P<more>多)?"
)
_YOUNG = re.compile(
    rf"{_NOT_IN_NUMBER}(?P<n>{_N}|半){_FEW} ?(?P<half>个半|个)? ?多?(?P<u>月|周|星期|礼拜|天)(?:大|"
    r"(?=的(?:宝宝|孩子|小孩|娃|婴儿|毛毛|崽|宝贝|伢)))"
)
_PERSON = (
    r"(?:我|他|她|俺|爸爸?|妈妈?|爷爷?|奶奶?|公公|婆婆|外公|外婆|父亲|母亲|孩子|儿子|女儿|闺女|"
    r"老人|老人家|老伴|姐姐?|哥哥?|弟弟?|妹妹?|崽|娃|伢子?|孙子|孙女|"
    r"叔叔?|姨|舅舅?|邻居|老头子?|老太太|老公|丈夫|老婆|媳妇|妻子|爹|娘|婶|伯|本人|岳父|岳母|人|"
    r"一个|大的|小的|老大|老二)"
)
_STATED = re.compile(
    r"(?:今年|现年|虚岁|实岁|周岁|年龄|年纪|岁数|刚满|年满|未满|不满|满|年近|奔|快要|都快|都|已经|"
    r"快)(?:该|应该|是|已经|都|也|快|有|刚|才|满|大概|差不多|虚岁|：|:| |要)*"
    rf"{_NOT_IN_NUMBER}(?P<n>{_N})(?P<few>{_FEW})(?=了|$|[，。,；;！!？?\s、)）]|\.(?!\d)|的人|"
    r"的老|啦|吧|整|没|要|还|能|可|想|就|腿|身|一个|独|男|女|行动|走)"
)
_AFTER_PERSON = re.compile(
    rf"{_PERSON}(?:人家)?(?:今年|都|已经|也|快|就|才|有|大概|差不多|要| |"
    rf"，)*{_NOT_IN_NUMBER}(?P<n>\d{{2}}|1[01]\d|"
    rf"[一二三四五六七八九]?十[一二三四五六七八九]?)(?P<few>{_FEW})"
    r"(?=了|啦|整|吧|$|[，。,；;！!？?\s、]|\.(?!\d)|的人)(?! ?了? ?(?:个|年|月|天|块|元|次|斤))"
)
_CLASSIC = re.compile(
    r"(?<![一二三四五六七八九百])(?P<n>[二三四五六七八九]?十有[一二三四五六七八九])(?P<few>)"
)
# Alone, or as the field after a name: 罗家明 四十九 …
_ALONE = re.compile(
    r"^(?P<n>\d{2}|[二三四五六七八九]?十[一二三四五六七八九]?)(?P<few>(?:多|几)?)(?=了|"
    r"啦)(?!了 ?(?:个|年|月|天|块|元|次|斤))"
)
_FIELD = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,4})[，, ]{1,2}(?:男|女)?[，, ]?(?P<n>\d{2}|"
    r"[二三四五六七八九]?十[一二三四五六七八九]?)(?P<few>)(?=[，,。 ]|$)"
)
_ROUGH = re.compile(r"(?:快|将近|年近|奔|差不多|大概|大约|接近|不到|都快|上)(?:要|有|是)?$")
_EMERGENCY_NUMBERS = (110, 119, 120, 114, 122)


def find(message: Message) -> Iterator[Span]:
    """Yield `age` in years (months and weeks as a fraction, two decimals); data: `approx`, `high`."""
    text = message.text
    if not re.search(r"岁|大|十|今年|现年|年龄|年纪|满|快|都|了|多|已经|年近|奔|\d{2}|十", text):
        return
    taken: list[Span] = []
    for pattern, build in (
        (_YEARS, _in_years),
        (_YOUNG, _in_parts),
        (_STATED, _bare),
        (_AFTER_PERSON, _bare),
        (_CLASSIC, _bare),
        (_ALONE, _bare),
        (_FIELD, _field),
    ):
        for match in pattern.finditer(text):
            span = build(text, match)
            if (
                span
                and message.is_free(span.start, span.end)
                and not any(span.overlaps(other) for other in taken)
            ):
                taken.append(span)
                yield span


def _in_years(text: str, match: re.Match[str]) -> Span | None:
    number = _number(match["n"])
    if number is None or number.value > 130:
        return None
    value = number.value + (0.5 if match["half"] else 0)
    months = parse(match["months"]) if match["months"] else None
    if months:
        value += months.value / 12
    start = match.start()
    low = _number(match["from"]) if match["from"] else None
    rough = bool(match["more"]) or bool(re.search(r"[多来几把]|出头", match.group()))
    return _span(text, start, match.end(), number, value, rough, low)


def _in_parts(text: str, match: re.Match[str]) -> Span | None:
    number = _number(match["n"])
    if number is None:
        return None
    amount = number.value + (0.5 if match["half"] == "个半" else 0)
    per_year = {"月": 12, "天": 365}.get(match["u"], 52)
    return _span(
        text, match.start(), match.end(), number, round(amount / per_year, 2), "多" in match.group(), None
    )


def _bare(text: str, match: re.Match[str]) -> Span | None:
    number = _number(match["n"])
    if number is None or not 1 <= number.value <= 115 or int(number.value) in _EMERGENCY_NUMBERS:
        return None
    return _span(text, match.start("n"), match.end("few"), number, number.value, bool(match["few"]), None)


def _field(text: str, match: re.Match[str]) -> Span | None:
    end = match.end("name")
    is_name = any(
        persons.name_end(text, start, need_edge=True) == end for start in range(match.start(), end - 1)
    )
    return _bare(text, match) if is_name else None


def _number(text: str) -> Number | None:
    return Number(0.5) if text == "半" else parse(text.replace("有", ""))


def _span(
    text: str, start: int, end: int, number: Number, value: float, rough: bool, low: Number | None
) -> Span:
    data: dict = {}
    if low is not None and low.value < value:
        data["high"], value = as_plain(value), low.value
    elif number.high is not None:
        data["high"] = as_plain(number.high)
    if data or rough or number.approx or _ROUGH.search(text[max(0, start - 4) : start]):
        data["approx"] = True
    return Span("age", as_plain(round(value, 2)), start, end, data)
