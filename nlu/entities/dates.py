"""Dates, months, years and intervals, relative to now; ISO 8601 values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nlu.entities.date_meanings import Context
from nlu.entities.date_rules import (
    ANCHORED,
    ASKED_MONTH_RULES,
    ASKED_RULES,
    BORN_RULE,
    RULES,
    SLASH_RULE,
    Rule,
)
from nlu.entities.model import Message, Span
from nlu.entities.numerals import parse
from nlu.entities.period import Period, interval

_MAY_HOLD_DATE = re.compile(
    r"[年月日号天周期拜晚早晨节夕儿午]|初|廿|\d{4}|/|元旦|国庆|清明|端午|中秋|重阳|立|冬至|夏至|"
    r"分|暑|寒|露|霜|谷雨|惊蛰|芒种|小满|腊八|元宵|五一|六一|十一"
)
_LOOKS_BACK = re.compile(
    r"没发|没给|没结|欠|拖|受(?:的|了)?伤|摔|入职|进厂|进的|离职|辞退|开除|解除|出生|生的|生于|"
    r"以来|去世|走的|确诊|查出|当时|那时|过世|毕业|"
    r"嫁|结婚|离婚|办过|办的|发的|交的|签的|来的|开始(?:就)?没|就没|打的|打我|打了|住院|做了|停了|"
    r"出事|出的|上过|已经|评的|领的|上次"
)
_JOIN = re.compile(r" ?(?:一直|连续)?(?:干|做|欠|拖|住|忙|打工|上班)?了?(?:到|至|-|~|～|—+|–) ?")
_BEFORE = re.compile(r" ?(?:或|及|和)?(?:之|以)?前(?!面|夕|妻|夫|锋|台|后|来|往|去|天|年|几)|为止|截止")
_AFTER = re.compile(
    r" ?(?:或|及|和)?(?:之后|以后|以来|后(?!面|天|果|勤|备|来(?!的)|悔|门|年)|起(?!来|床|诉)|开始)"
)
_TILL_NOW = re.compile(r"[^，。,；;\d]{0,4}?(?:到|至)(?:现在|今(?!年)|目前|如今|今天|今日)")
_SHIFT = re.compile(r"(?:的)?(?P<way>前|后)(?P<n>[一二两三四五六七八九十]|\d{1,2})天")
_UNTIL = re.compile(r"(?:截止到?|截至|不超过|最迟|最晚)$")
_TOD = r"上午|下午|中午|早上|早晨|清早|一早|大早上|晚上|傍晚|凌晨|夜里|晚间|早间|半夜"
_CLOCK = (
    rf"(?:的? ?(?P<tod>{_TOD})(?![了])|(?P<short>早|晚)(?=\d|[一二三四五六七八九十]+点))? ?"
    r"(?:(?P<h>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点|时(?!间|候|分|常))(?:钟|整)?(?P<m>半|"
    r"一刻|三刻|\d{1,2}分?|[一二三四五]?十[一二三四五六七八九]?分?)?"
    r"|(?P<h2>\d{1,2})[:：](?P<m2>\d{2}))?(?:左右|钟)?"
)
_TIME = re.compile(_CLOCK)
_CLOCK_END = re.compile(
    rf" ?(?:到|至|-|~) ?(?P<tod>{_TOD})?(?P<h>\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})(?:点|"
    r"[:：])(?:钟|整)?(?P<m>半|\d{2})?"
)
_PARTS = {
    "上午": "AM",
    "早上": "AM",
    "早晨": "AM",
    "清早": "AM",
    "一早": "AM",
    "大早上": "AM",
    "早间": "AM",
    "早": "AM",
    "中午": "noon",
    "下午": "PM",
    "傍晚": "evening",
    "晚上": "evening",
    "晚间": "evening",
    "晚": "evening",
    "夜里": "night",
    "凌晨": "night",
    "半夜": "night",
}
_LIST = re.compile(
    r"(?<![\d一二三四五六七八九十年])(?<![期周拜个])(?P<a>\d{1,4}|"
    r"[一二三四五六七八九十]{1,3}) ?(?:到|至|-|~|—|–) ?(?P<b>\d{1,4}|"
    r"[一二三四五六七八九十]{1,3})(?P<u>年|月份?|[日号])"
)


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    period: Period
    rule: Rule


def find(message: Message) -> Iterator[Span]:
    """Yield `date`: a day, or an interval first/last.

    Data: `grain` (day, month, year, interval), and where known `time` (AM, PM, noon, evening, night or
    HH:MM), `past` (what the words mean looking back), `bound` (after), `approx`.
    """
    asked = message.expected in ("date", "month")
    if not asked and not _MAY_HOLD_DATE.search(message.text):
        return
    today = message.now.date()
    atoms = _atoms(message, today, asked)
    at = 0
    while at < len(atoms):
        atom = atoms[at]
        at += 1
        period, start, end = atom.period, atom.start, atom.end
        if period.grain == "none":
            continue
        if at < len(atoms) and _repeats(message.text, atom, atoms[at]):
            end = atoms[at].end + (message.text[atoms[at].end : atoms[at].end + 1] in (")", "）"))
            at += 1
        end, data = _time(message.text, end, {})
        if at < len(atoms):
            gap = message.text[end : atoms[at].start]
            between = gap in ("和", "与") and re.match(r"之?间", message.text[atoms[at].end :])
            if _JOIN.fullmatch(gap) or between:
                joined = _join(message.text, period, atoms[at])
                if joined:
                    period, end = joined
                    end, data = _time(message.text, end, data)
                    at += 1
        bound = end
        period, end, start = _bounded(message.text, period, start, end, today)
        while at < len(atoms) and atoms[at].start < end:
            at += 1
        if message.is_free(start, end) and not _is_noise(message, period, start, end):
            if _AFTER.match(message.text, bound) and end > bound:
                data = {**data, "bound": "after"}
            yield Span("date", period.value, start, end, _data(period, data))


def _atoms(message: Message, today: date, asked: bool) -> list[_Found]:
    text = message.text
    context = Context(today, past=bool(_LOOKS_BACK.search(text)), asked=asked)
    rules = [*RULES, SLASH_RULE, BORN_RULE]
    if message.expected == "date":
        rules += ASKED_RULES
    if message.expected == "month":
        rules = [*ASKED_MONTH_RULES, *rules]
        context = replace(context, past=True)
    found: list[_Found] = list(_lists(message, context))
    for rule in rules:
        pattern, meaning = rule
        for match in pattern.finditer(text):
            if match.end() > match.start() and message.is_free(*match.span()):
                period = meaning(match, context)
                if period is not None:
                    found.append(_Found(match.start(), match.end(), period, rule))
    found.sort(key=lambda f: (f.start, -f.end))
    kept: list[_Found] = []
    for candidate in found:
        if kept and candidate.start < kept[-1].end:
            if candidate.end - candidate.start > kept[-1].end - kept[-1].start:
                kept[-1] = candidate
            continue
        kept.append(candidate)
    return kept


def _lists(message: Message, context: Context) -> Iterator[_Found]:
    """3到5月, 1995-1997年, 10-12号: the first number borrows the unit of the second."""
    for match in _LIST.finditer(message.text):
        a, b = parse(match["a"]), parse(match["b"])
        if not a or not b or not message.is_free(*match.span()):
            continue
        if match["u"] == "年" and len(match["a"]) != 4:
            continue
        first = _read(f"{match['a']}{match['u']}", context)
        second = first and _read(f"{match['b']}{match['u']}", Context(first.start or context.today))
        if first and second and first.start and second.end and first.start <= second.end:
            yield _Found(match.start(), match.end(), interval(first.start, second.end), RULES[0])


def _read(text: str, context: Context) -> Period | None:
    for pattern, meaning in RULES:
        match = pattern.fullmatch(text)
        period = meaning(match, context) if match else None
        if period:
            return period
    return None


def _join(text: str, first: Period, second: _Found) -> tuple[Period, int] | None:
    """The interval of two dates; the second takes what it leaves out from the first."""
    if first.start is None:
        return None
    pattern, meaning = second.rule
    match = pattern.match(text, second.start)
    anchored = (
        meaning in ANCHORED
        and match is not None
        and match.end() == second.end
        and not match.groupdict().get("rel")
    )
    period = meaning(match, Context(first.start)) if anchored and match else second.period
    if period is None or period.end is None or period.end < first.start:
        return None
    return interval(first.start, period.end), second.end


def _repeats(text: str, atom: _Found, other: _Found) -> bool:
    """Whether a weekday only repeats the day before it: 10月12号，星期一; 12月5日（周六）."""
    named = re.match(r"(?:周|星期|礼拜)[一二三四五六日天]", text[other.start : other.end])
    weekday = re.search(r"(?:周|星期|礼拜)[一二三四五六日天]$", text[atom.start : atom.end])
    return (
        bool(named)
        and not weekday
        and atom.period.grain == "day"
        and re.fullmatch(r"[，, (（]?", text[atom.end : other.start]) is not None
    )


def _time(text: str, end: int, data: dict) -> tuple[int, dict]:
    match = _TIME.match(text, end)
    if not match or match.end() == end:
        inner = re.search(r"([晚早晨夜])$", text[:end])
        if inner and text[end - 2 : end - 1] in "今昨明前":
            clock = _TIME.match(text, end)
            return (clock.end() if clock else end), {
                **data,
                "time": "evening" if inner[1] in "晚夜" else "AM",
            }
        return end, data
    part = match["tod"] or match["short"] or ("晚" if text[end - 1] in "晚夜" else "")
    hour = match["h"] or match["h2"]
    if not hour:
        return (
            (match.end(), {**data, "time": _PARTS[part]}) if match["tod"] or match["short"] else (end, data)
        )
    parsed = parse(hour)
    if parsed is None or parsed.value > 24:
        return end, data
    clock = f"{_hour(int(parsed.value), part):02d}:{_minutes(match):02d}"
    until = _CLOCK_END.match(text, match.end())
    if not until:
        return match.end(), {**data, "time": clock}
    last = parse(until["h"])
    hours = _hour(int(last.value), until["tod"] or part) if last else 0
    return until.end(), {**data, "time": f"{clock}/{hours:02d}:{_minutes(until):02d}"}


def _hour(hours: int, part: str) -> int:
    return hours + 12 if hours < 12 and _PARTS.get(part) in ("PM", "evening") else hours


def _minutes(match: re.Match[str]) -> int:
    raw = (match.groupdict().get("m2") or match["m"] or "").removesuffix("分")
    if raw in ("半", "一刻", "三刻"):
        return {"半": 30, "一刻": 15, "三刻": 45}[raw]
    parsed = parse(raw) if raw else None
    return int(parsed.value) if parsed and parsed.value < 60 else 0


def _bounded(text: str, period: Period, start: int, end: int, today: date) -> tuple[Period, int, int]:
    """Apply 之前, 以后, 起 … to a date."""
    if period.grain == "interval" and (period.start is None or period.end is None):
        return period, end, start
    shift = _SHIFT.match(text, end)
    if shift and period.grain == "day" and period.start:
        by = parse(shift["n"])
        days = int(by.value) * (1 if shift["way"] == "后" else -1) if by else 0
        return (
            replace(
                period,
                start=period.start + timedelta(days=days),
                end=period.start + timedelta(days=days),
                past=None,
            ),
            shift.end(),
            start,
        )
    till_now = _TILL_NOW.match(text, end)
    if till_now and period.start and period.start < today:
        return interval(period.start, today), till_now.end(), start
    before, after = _BEFORE.match(text, end), _AFTER.match(text, end)
    until = _UNTIL.search(text[:start])
    if (before or until) and period.end is not None:
        if until:
            start = until.start()
        last = period.end if period.grain == "day" or period.start is None or until else period.start
        if before and last == period.start and period.grain != "day" and period.end != period.start:
            last = period.start - timedelta(days=1)
        end = before.end() if before else end
        return interval(today if last >= today else None, last), end, start
    if after and period.start is not None:
        return replace(period, past=None), after.end(), start
    return period, end, start


def _is_noise(message: Message, period: Period, start: int, end: int) -> bool:
    """A bare year says too little to be a date, unless a form asked for one or somebody was born in it."""
    if period.grain != "year" or message.expected in ("date", "month"):
        return False
    around = message.text[max(0, start - 4) : start], message.text[end : end + 4]
    return not (re.search(r"生于|出生|生日", around[0]) or re.match(r"的?(?:生|出生)", around[1]))


def _data(period: Period, data: dict) -> dict:
    out = {"grain": period.grain, **data}
    if period.past is not None and period.past.value != period.value:
        out["past"] = period.past.value
    if period.approx:
        out["approx"] = True
    return out
