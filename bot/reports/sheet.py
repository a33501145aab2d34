"""A scorecard as a workbook: figures, definitions, and the tickets behind every figure.

Text is written as text: what begins with `=`, `+`, `-` or `@` is never a formula.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.clock import local
from bot.reports import words
from bot.reports.cases import REASONS
from bot.reports.definitions import NOTES
from bot.reports.figures import Figure, Tally
from bot.reports.scorecard import BY_NAMES, Line, Scorecard

HEAD = ("名称", "指标", "做到", "件数", "率", "95% 区间", "调整率", "档", "口径", "不计")
PARTS = (("hits", "做到"), ("halves", "做到一半"), ("misses", "没做到"))


def workbook(card: Scorecard) -> bytes:
    """The workbook's bytes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "评价"
    start, end = local(card.period.start), card.period.last_day
    write(sheet, [f"评价（按{BY_NAMES[card.by]}）{start:%Y-%m-%d} 至 {end:%Y-%m-%d}"], bold=True)
    write(sheet, [f"截止 {local(card.period.as_of):%Y-%m-%d %H:%M}"])
    write(sheet, HEAD, bold=True)
    sheet.freeze_panes = "C4"
    for line in (card.county, *card.lines):
        for measure in card.measures:
            write(sheet, _row(line, measure.name, line.figures[measure.code]))
    _definitions(book.create_sheet("怎么算的"), card)
    _tickets(book.create_sheet("工单"), card)
    for one in book.worksheets:
        _widths(one)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def write(sheet: Worksheet, values: Iterable[Any], *, bold: bool = False) -> None:
    """Append a row; every text stays a text."""
    row = sheet.max_row + (1 if sheet.max_row > 1 or sheet["A1"].value is not None else 0)
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = value[:1] in "=+-@\t\r" and bool(value)
            cell.alignment = Alignment(vertical="top", wrap_text=len(value) > 30)
        if bold:
            cell.font = Font(bold=True)


def _row(line: Line, name: str, figure: Figure) -> list[Any]:
    tally = figure.tally
    return [
        line.name,
        name,
        tally.successes,
        tally.n,
        round(figure.rate, 4) if figure.rate is not None else "",
        words.interval(figure),
        round(figure.adjusted, 4) if figure.adjusted is not None else "",
        figure.band or "",
        words.remark(figure) or "本期",
        words.left_out(tally),
    ]


def _definitions(sheet: Worksheet, card: Scorecard) -> None:
    write(sheet, ("指标", "怎么算", "什么时候算到期", "不计什么"), bold=True)
    for measure in card.measures:
        write(sheet, (measure.name, measure.formula, measure.moment, measure.out))
    for note in NOTES:
        write(sheet, ("", note))


def _tickets(sheet: Worksheet, card: Scorecard) -> None:
    write(sheet, ("名称", "指标", "算在哪", "工单号"), bold=True)
    for line in card.lines:
        for measure in card.measures:
            for part, number in _numbers(line.figures[measure.code].period):
                write(sheet, (line.name, measure.name, part, number))


def _numbers(tally: Tally) -> Iterable[tuple[str, str]]:
    for attribute, name in PARTS:
        for number in getattr(tally, attribute):
            yield name, number
    for reason, numbers in tally.out.items():
        for number in numbers:
            yield f"不计：{REASONS[reason]}", number


def _widths(sheet: Worksheet) -> None:
    for place, column in enumerate(sheet.iter_cols(min_row=2), start=1):
        longest = max((len(str(cell.value)) for cell in column if cell.value is not None), default=4)
        sheet.column_dimensions[get_column_letter(place)].width = min(60, 4 + 1.6 * longest)
