"""Entries as a workbook: one row an entry, in the columns of the file; what is text stays text.

Reading gives the rows of `exchange.read_rows`, so both kinds of file pass the same checks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException

from bot.directory.seed import FaqRow
from bot.knowledge.exchange import FileError, checked

COLUMNS: Mapping[str, str] = {
    "id": "编号",
    "org": "归口单位",
    "group": "人群",
    "question": "标准问法",
    "short": "按钮短名",
    "answer": "回答",
    "source": "依据",
    "handler": "谁来办",
    "scope": "适用范围",
    "confirmed": "已核对",
    "service": "答完可办",
    "figures": "本县标准",
    "valid_until": "有效到",
    "phrasings": "问法",
}
"""Field and column, in order. Several phrasings, or figures as `name：value`, stand one a line."""
WIDTHS = {"question": 32, "answer": 60, "source": 36, "handler": 24, "figures": 28, "phrasings": 44}
YES, NO = "是", "否"
MOST_ROWS = 20_000


def write_book(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The workbook's bytes. A text that begins like a formula is marked as text."""
    book = Workbook()
    sheet = book.active
    sheet.title = "问答"
    for place, (name, title) in enumerate(COLUMNS.items(), start=1):
        sheet.cell(1, place, title).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = WIDTHS.get(name, 14)
    sheet.freeze_panes = "B2"
    for line, row in enumerate(rows, start=2):
        for place, name in enumerate(COLUMNS, start=1):
            text = ILLEGAL_CHARACTERS_RE.sub("", _text(row.get(name)))
            cell = sheet.cell(line, place)
            cell.value, cell.data_type = text or None, "s" if text else "n"
            cell.quotePrefix = text[:1] in ("=", "+", "-", "@", "\t", "\r")
            cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Mapping):
        return "\n".join(f"{name}：{figure or ''}" for name, figure in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return str(value)


def read_book(body: bytes) -> list[tuple[int, str, FaqRow | str]]:
    """Each entry with its row and id: the checked row, or the reason why it is none."""
    try:
        book = load_workbook(BytesIO(body), read_only=True, data_only=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise FileError("这不是 XLSX 文件，或者文件坏了") from error
    lines = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1)
    titles = [str(cell.value or "").strip() for cell in next(lines, ())]
    names = {title: name for name, title in COLUMNS.items()}
    unknown = [title for title in titles if title and title not in names]
    missing = [title for title in ("编号", "归口单位", "标准问法", "回答") if title not in titles]
    if unknown or missing:
        what = f"不认识的列：{'、'.join(unknown)}" if unknown else f"缺少的列：{'、'.join(missing)}"
        raise FileError(f"第 1 行：{what}。先导出一份，照它的列填")
    found: list[tuple[int, str, FaqRow | str]] = []
    seen: set[str] = set()
    for number, cells in enumerate(lines, start=2):
        values = {
            names[title]: cell
            for title, cell in zip(titles, cells, strict=False)
            if title and cell.value is not None and str(cell.value).strip()
        }
        if not values:
            continue
        identity = str(values["id"].value).strip() if "id" in values else "?"
        row: FaqRow | str = _row(values)
        if not isinstance(row, str) and identity in seen:
            row = f"id: {identity} stands in the file for the second time"
        seen.add(identity)
        found.append((number, identity, row))
    return found


def _row(cells: Mapping[str, Any]) -> FaqRow | str:
    formulas = [name for name, cell in cells.items() if cell.data_type == "f"]
    if formulas:
        return f"{formulas[0]}: a formula is no text"
    values: dict[str, Any] = {name: _plain(cell.value) for name, cell in cells.items()}
    values.setdefault("group", "")
    values.setdefault("scope", "全国")
    values.setdefault("source", "")
    values.setdefault("handler", "")
    said = values.get("confirmed", NO)
    values["confirmed"] = {YES: True, NO: False}.get(said, said)
    if "phrasings" in values:
        values["phrasings"] = [line.strip() for line in values["phrasings"].split("\n") if line.strip()]
    if "figures" in values:
        pairs = [line.replace(":", "：", 1).partition("：") for line in values["figures"].split("\n") if line]
        values["figures"] = {name.strip(): value.strip() or None for name, _, value in pairs}
    return checked(values)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip()
