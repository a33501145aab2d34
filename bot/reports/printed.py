"""A scorecard as lines of text, for the command line."""

import unicodedata

from bot.clock import local
from bot.reports import words
from bot.reports.scorecard import BY_NAMES, Line, Scorecard


def printed(card: Scorecard) -> str:
    """A table: groups down, measures across; then how each is computed."""
    names = [measure.name.replace("（不计延期）", "*") for measure in card.measures]
    rows = [[BY_NAMES[card.by], *names], *(_cells(card, line) for line in (card.county, *card.lines))]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    start = f"{local(card.period.start):%Y-%m-%d}"
    lines = [f"{start} 至 {card.period.last_day}，截止 {local(card.period.as_of):%Y-%m-%d %H:%M}", ""]
    lines += ["  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines += ["", "* 不计延期；带“年”的是滚动一年；“3/5 件”是少于 10 件，只报件数", ""]
    lines += [f"{measure.name}：{measure.formula}。不计：{measure.out}" for measure in card.measures]
    return "\n".join(line.rstrip() for line in lines)


def _cells(card: Scorecard, line: Line) -> list[str]:
    cells = [line.name]
    for measure in card.measures:
        figure = line.figures[measure.code]
        long = " 年" if figure.basis == "year" and figure.rate is not None else ""
        cells.append(words.rate(figure) + long)
    return cells


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
