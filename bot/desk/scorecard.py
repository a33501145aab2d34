"""The scorecard as the desk shows it: cells, the list behind a figure, the line of the last months."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.clock import local
from bot.reports import overview, words
from bot.reports.cases import REASONS, Case, Outcome
from bot.reports.definitions import BY_CODE, Measure, cases_of
from bot.reports.facts import Period
from bot.reports.figures import Figure
from bot.reports.scorecard import KEYS, Ledger, Line, Scorecard

SHORT = {
    "response": "响应",
    "signed_in_time": "签收",
    "done_in_time": "按时办结",
    "done_unextended": "不计延期",
    "solved": "解决",
    "satisfied": "满意",
    "raised_again": "重复",
    "rejected_return": "退单",
    "misdispatched": "派错",
    "helper_replied": "协办响应",
}
ORDER = (
    "done_in_time", "done_unextended", "signed_in_time", "response", "helper_replied",
    "solved", "satisfied", "raised_again", "rejected_return", "misdispatched",
)  # fmt: skip
PARTS = {"miss": (Outcome.MISS,), "hit": (Outcome.HIT, Outcome.HALF), "out": (Outcome.OUT,)}
PART_NAMES = {"miss": "没做到", "hit": "做到", "out": "不计"}
BAD_NAMES = {"miss": "没有", "hit": "有", "out": "不计"}
"""For measures where less is better, what counts is the bad thing."""
MOST = 200
DRAWN = 3
"""A line needs so many months of ten cases."""
MARKS = ("circle", "rect", "triangle")


@dataclass(frozen=True)
class Cell:
    """A figure in the table: the rate, what it is made of, and how far to trust it."""

    measure: str
    text: str
    made_of: str
    few: bool
    worse: bool
    """The whole interval lies on the bad side of the county's rate."""
    title: str
    address: str | None


@dataclass(frozen=True)
class Row:
    """A ticket behind a figure."""

    number: str
    at: datetime
    said: str


@dataclass(frozen=True)
class Detail:
    """The list behind a figure; `hits` + `misses` = `n`."""

    name: str
    measure: Measure
    part: str
    parts: list[tuple[str, str, int, str]]
    """(key, name, count, address)."""
    sentence: str
    rows: list[Row]
    left: int


def cells(card: Scorecard, line: Line, shown: Iterable[str], query: dict[str, str]) -> list[Cell]:
    """A line's cells in the table's order."""
    return [_cell(card, line, line.figures[code], query) for code in shown]


def _cell(card: Scorecard, line: Line, figure: Figure, query: dict[str, str]) -> Cell:
    tally, measure = figure.tally, BY_CODE[figure.measure]
    long = "年 " if figure.basis == "year" and figure.rate is not None else ""
    worse = False
    if figure.interval is not None and figure.county is not None:
        low, high = figure.interval
        worse = high < figure.county if measure.higher_is_better else low > figure.county
    title = [measure.name, f"区间 {words.interval(figure)}" if figure.interval else "", words.remark(figure)]
    if figure.adjusted is not None:
        title.append(f"难度调整后 {words.share(figure.adjusted)}")
    listed = tally.n or tally.out
    address = None
    if listed and line.key != card.county.key:
        address = "?" + urlencode({**query, "key": line.key, "measure": figure.measure}) + "#detail"
    return Cell(
        figure.measure,
        words.rate(figure),
        f"{long}{words.count(tally.successes)}/{tally.n}" if figure.rate is not None else "",
        figure.few and bool(tally.n),
        worse,
        "，".join(filter(None, title)),
        address,
    )


def detail(
    card: Scorecard, ledger: Ledger, key: str, code: str, part: str, query: dict[str, str], own: str | None
) -> Detail | None:
    """The list behind one figure; None for what is not on the card."""
    line = next((line for line in card.lines if line.key == key), None)
    if line is None or code not in BY_CODE:
        return None
    measure, figure = BY_CODE[code], line.figures[code]
    window = card.period.year() if figure.basis == "year" and figure.rate is not None else card.period
    chosen = [
        case
        for case in cases_of(measure, ledger.matters, card.period.as_of, ledger.clock)
        if window.covers(case.at) and KEYS[card.by](case) == key and (own is None or case.org == own)
    ]
    tally = figure.year if window is not card.period and figure.year is not None else figure.period
    out = words.left_out(tally)
    counts = {"miss": len(tally.misses), "hit": len(tally.hits) + len(tally.halves), "out": out}
    names = PART_NAMES if measure.higher_is_better else BAD_NAMES
    parts = [
        (
            one,
            names[one],
            count,
            "?" + urlencode({**query, "key": key, "measure": code, "part": one}) + "#detail",
        )
        for one, count in counts.items()
    ]
    dropped = {number for numbers in tally.out.values() for number in numbers}
    rows = [
        Row(case.number, case.at, _said(case))
        for case in chosen
        if case.outcome in PARTS[part]
        or (part == "miss" and case.reason == "policy" and case.number not in dropped)
    ]
    return Detail(
        line.name, measure, part, parts, _sentence(measure, figure, counts, window, card.period), rows[:MOST],
        max(0, len(rows) - MOST),
    )  # fmt: skip


def _sentence(
    measure: Measure, figure: Figure, counts: dict[str, int], window: Period, period: Period
) -> str:
    names = PART_NAMES if measure.higher_is_better else BAD_NAMES
    n = counts["hit"] + counts["miss"]
    when = (
        "" if window is period else f"本期少于 30 件，用到期末的一年（{local(window.start):%Y-%m-%d} 起）。"
    )
    made = f"{n} 件 ＝ {names['hit']} {counts['hit']} 件 ＋ {names['miss']} {counts['miss']} 件"
    out = f"，另有 {counts['out']} 件不计" if counts["out"] else ""
    rate = (
        f"，{measure.name} {words.share(figure.rate)}" if figure.rate is not None else "，少于 10 件只报件数"
    )
    return f"{when}{made}{out}{rate}。"


def _said(case: Case) -> str:
    if case.reason is not None and case.outcome is Outcome.OUT:
        return REASONS[case.reason]
    if case.outcome is Outcome.HALF:
        return "部分解决"
    if case.beside is not None:
        return "要求重办" if case.beside == case.number else f"又提出 {case.beside}"
    return ""


def trend(card: Scorecard, ledger: Ledger, chosen: str | None, own: str | None) -> dict[str, Any]:
    """按时办结率 of the last six months in three lines: county, highest group, chosen or lowest one."""
    measure = BY_CODE["done_in_time"]
    cases = cases_of(measure, ledger.matters, card.period.as_of, ledger.clock)
    key, names = KEYS[card.by], {line.key: line.name for line in card.lines}
    county = overview.monthly(cases, card.period, lambda case: True)
    cases = [case for case in cases if own is None or case.org == own]
    by_key = {
        one: overview.monthly(cases, card.period, lambda case, one=one: key(case) == one) for one in names
    }
    drawn = [one for one, points in by_key.items() if sum(p.rate is not None for p in points) >= DRAWN]
    rates = {line.key: line.figures["done_in_time"].rate or 0 for line in card.lines}
    ranked = sorted(drawn, key=lambda one: rates[one])
    picked = ranked[-1:] + ranked[:1]
    if chosen is not None and any(line.key == chosen for line in card.lines):
        picked = [*[key for key in picked if key != chosen][:1], chosen]
    lines = [("全县", county), *((names[one], by_key[one]) for one in dict.fromkeys(picked))]
    return {
        "months": [f"{month.month}月" for month in overview.months(card.period)],
        "lines": [
            {
                "name": name,
                "mark": MARKS[place],
                "rates": [None if p.rate is None else round(100 * p.rate, 1) for p in points],
                "counts": [f"{words.count(p.successes)}/{p.n}" for p in points],
            }
            for place, (name, points) in enumerate(lines)
        ],
    }
