"""The form as PDF: A4, Songti text and Heiti labels, the fonts' used glyphs within the file.

fpdf2 draws it and a packaged font goes with the application, so that it needs no network, no office program
and no font of the machine's. Rows are kept whole where a page holds them; the head is repeated.
"""

import io

import segno
from fpdf import FPDF
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path, serif_path

from bot.desk.form.rows import COLUMNS, OFF, ON, Cell, Head, Row

MARGIN = 14.0
BOTTOM = 297 - MARGIN - 6
SIZE, LINE = 10.5, 5.6
"""Text in points, its line in mm."""
PAD = 2.0
WHOLE = 120.0
"""A row of at most so many mm moves to the next page rather than being cut."""
LOST = "〓"
"""Stands, as printers have it, for a character that the font lacks."""
NO_START = "，。；：？！、）》”’】·%"
"""What does not begin a line."""
SONG, HEI = "song", "hei"


def pdf(head: Head, rows: tuple[Row, ...]) -> bytes:
    """The bytes of the file."""
    page = _Page(head)
    for row in rows:
        page.row(row)
    return page.done()


class _Page:
    """A pen on A4 that knows where the next row begins."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.pdf = pdf = FPDF(format="A4", unit="mm")
        pdf.set_auto_page_break(False)
        pdf.set_margin(MARGIN)
        pdf.c_margin = 0
        pdf.add_font(SONG, fname=str(serif_path()))
        pdf.add_font(HEI, fname=str(sans_path()))
        pdf.set_title(f"{head.number} 群众诉求办理单")
        pdf.set_lang("zh-CN")
        pdf.set_line_width(0.25)
        pdf.add_page()
        self.y = self._first_head()

    def _first_head(self) -> float:
        pdf, head = self.pdf, self.head
        self._write(MARGIN, 20, 182, f"{head.county}群团综合服务中心", SONG, 19, "C")
        self._write(MARGIN, 30, 182, "群　众　诉　求　办　理　单", SONG, 15, "C")
        code = io.BytesIO()
        segno.make(head.number, error="m", micro=False).save(code, kind="png", scale=8, border=0)
        pdf.image(Image.open(code), x=175, y=14, w=21, h=21)
        y = 38.0
        self._write(MARGIN, y, 60, f"编号：{head.number}", SONG, SIZE, "L")
        self._write(MARGIN, y, 182, f"登记：{head.filed}", SONG, SIZE, "C")
        self._write(MARGIN, y, 182, "密级：内部，含个人信息", SONG, SIZE, "R")
        return y + LINE + 1

    def _write(self, x: float, y: float, width: float, text: str, font: str, size: float, align: str) -> None:
        self.pdf.set_xy(x, y)
        self.pdf.set_font(font, size=size)
        self.pdf.cell(width, LINE, text, align=align)

    def row(self, row: Row) -> None:
        """Draw a row; a text longer than a page goes on, on the next."""
        widths = self._widths(row)
        texts = [self._wrapped(cell, width) for cell, width in zip(row.cells, widths, strict=True)]
        need = max(
            row.height, *(self._height(lines, cell) for lines, cell in zip(texts, row.cells, strict=True))
        )
        if self.y + need > BOTTOM and need <= WHOLE:
            self._turn()
        while self.y + need > BOTTOM:
            fits = int((BOTTOM - self.y - 2 * PAD) // LINE)
            self._cells(row, widths, [lines[:fits] for lines in texts], BOTTOM - self.y, last=False)
            texts = [
                lines if cell.label else lines[fits:] for lines, cell in zip(texts, row.cells, strict=True)
            ]
            need = max(self._height(lines, cell) for lines, cell in zip(texts, row.cells, strict=True))
            self._turn()
        self._cells(row, widths, texts, need, last=True)
        self.y += need

    def _turn(self) -> None:
        self.pdf.add_page()
        self._write(MARGIN, MARGIN, 182, f"{self.head.number} 群众诉求办理单（续）", HEI, 9, "L")
        self.y = MARGIN + LINE + 1

    @staticmethod
    def _widths(row: Row) -> list[float]:
        at, found = 0, []
        for cell in row.cells:
            found.append(sum(COLUMNS[at : at + cell.span]))
            at += cell.span
        return found

    @staticmethod
    def _height(lines: list[str], cell: Cell) -> float:
        return (len(lines) + bool(cell.sign)) * LINE + 2 * PAD

    def _wrapped(self, cell: Cell, width: float) -> list[str]:
        self.pdf.set_font(HEI if cell.label else SONG, size=SIZE)
        room = width - 2 * PAD
        return [line for text in cell.lines for line in self._broken(self._printable(text), room)]

    def _printable(self, text: str) -> str:
        known = self.pdf.fonts[SONG].cmap
        kept = (char for char in text if ord(char) >= 32)
        return "".join(char if ord(_plain(char)) in known else LOST for char in kept)

    def _broken(self, text: str, room: float) -> list[str]:
        """Lines that fit; marks that close a sentence hang on rather than begin a line."""
        found, line, used = [], "", 0.0
        for char in text:
            wide = self.pdf.get_string_width(_plain(char))
            if used + wide > room and line and char not in NO_START:
                found.append(line)
                line, used = "", 0.0
            line, used = line + char, used + wide
        return [*found, line] if line or not found else found

    def _cells(
        self, row: Row, widths: list[float], texts: list[list[str]], height: float, *, last: bool
    ) -> None:
        x = MARGIN
        for cell, width, lines in zip(row.cells, widths, texts, strict=True):
            self.pdf.rect(x, self.y, width, height)
            inner = len(lines) * LINE
            top = self.y + (
                PAD if cell.sign or (row.height > 20 and not cell.label) else (height - inner) / 2
            )
            for at, line in enumerate(lines):
                self._line(x, top + at * LINE, width, line, cell)
            if cell.sign and last:
                y = self.y + height - PAD - LINE
                self._write(x + PAD, y, width - 2 * PAD, self._printable(cell.sign), SONG, SIZE, "R")
            x += width

    def _line(self, x: float, y: float, width: float, line: str, cell: Cell) -> None:
        font = HEI if cell.label else SONG
        align = "C" if cell.label else "L"
        self._write(x + PAD, y, width - 2 * PAD, _plain(line), font, SIZE, align)
        for at, char in enumerate(line):
            if char == ON:
                before = self.pdf.get_string_width(_plain(line[:at]))
                self._write(x + PAD + before, y - 0.4, 5, "√", font, SIZE, "L")

    def done(self) -> bytes:
        """Close with the line below the table, and the pages' numbers."""
        pdf, head = self.pdf, self.head
        for number in range(1, pdf.pages_count + 1):
            pdf.page = number
            y = self.y + 1 if number == pdf.pages_count else BOTTOM + 1
            self._write(
                MARGIN, y, 182, f"{head.printed}　第 {number} 页，共 {pdf.pages_count} 页", SONG, 9, "L"
            )
            if number == pdf.pages_count:
                self._write(MARGIN, y, 182, f"经过记录 {head.events} 条", SONG, 9, "R")
        return bytes(pdf.output())


def _plain(text: str) -> str:
    """Without the boxes that the font lacks: both are drawn as an empty one, the tick over it."""
    return text.replace(ON, "□").replace(OFF, "□")
