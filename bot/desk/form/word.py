"""The form as a Word file, to be filled on and kept by the office."""

import io

import segno
from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from bot.desk.form.rows import COLUMNS, Cell, Head, Row

SONG, HEI = "宋体", "黑体"
LATIN = "Times New Roman"


def docx(head: Head, rows: tuple[Row, ...]) -> bytes:
    """The bytes of the file."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(14)
    document.core_properties.title = f"{head.number} 群众诉求办理单"
    document.core_properties.author = f"{head.county}群团综合服务中心"
    _head(document, head)
    table = document.add_table(rows=0, cols=len(COLUMNS))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for row in rows:
        _row(table, row)
    foot = _paragraph(document, f"{head.printed}\t经过记录 {head.events} 条", size=9)
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(182), WD_TAB_ALIGNMENT.RIGHT)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _head(document, head: Head) -> None:  # type: ignore[no-untyped-def]
    code = io.BytesIO()
    segno.make(head.number, error="m", micro=False).save(code, kind="png", scale=8, border=0)
    code.seek(0)
    place = document.add_paragraph()
    place.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    place.paragraph_format.space_after = Pt(0)
    place.add_run().add_picture(code, width=Mm(18))
    for text, size in ((f"{head.county}群团综合服务中心", 19), ("群　众　诉　求　办　理　单", 15)):
        line = _paragraph(document, text, size=size, bold=True)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = _paragraph(document, f"编号：{head.number}\t登记：{head.filed}\t密级：内部，含个人信息")
    line.paragraph_format.tab_stops.add_tab_stop(Mm(91), WD_TAB_ALIGNMENT.CENTER)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(182), WD_TAB_ALIGNMENT.RIGHT)


def _paragraph(place, text: str, *, size: float = 10.5, bold: bool = False, font: str = SONG):  # type: ignore[no-untyped-def]
    paragraph = place.add_paragraph()
    _say(paragraph, text, size=size, bold=bold, font=font)
    return paragraph


def _say(paragraph, text: str, *, size: float = 10.5, bold: bool = False, font: str = SONG) -> None:  # type: ignore[no-untyped-def]
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
    run = paragraph.add_run(_clean(text))
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, LATIN
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _row(table, row: Row) -> None:  # type: ignore[no-untyped-def]
    line = table.add_row()
    if row.height:
        line.height, line.height_rule = Mm(row.height), WD_ROW_HEIGHT_RULE.AT_LEAST
    whole = OxmlElement("w:cantSplit")
    line._tr.get_or_add_trPr().append(whole)
    for cell, width in zip(line.cells, COLUMNS, strict=True):
        cell.width = Mm(width)
    at = 0
    for cell in row.cells:
        place = line.cells[at]
        if cell.span > 1:
            place = place.merge(line.cells[at + cell.span - 1])
        _fill(place, cell)
        at += cell.span


def _fill(place: _Cell, cell: Cell) -> None:
    place.vertical_alignment = (
        WD_CELL_VERTICAL_ALIGNMENT.TOP if cell.sign else WD_CELL_VERTICAL_ALIGNMENT.CENTER
    )
    texts = [*(cell.lines or ("",))]
    first = place.paragraphs[0]
    for at, text in enumerate(texts):
        paragraph = first if at == 0 else place.add_paragraph()
        _say(paragraph, text, font=HEI if cell.label else SONG)
        if cell.label:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if cell.sign:
        paragraph = place.add_paragraph()
        _say(paragraph, cell.sign)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _clean(text: str) -> str:
    """Without what XML forbids."""
    return "".join(char for char in text if char in "\t\n" or ord(char) >= 32)
