"""The workbook of organisations, grid and staff: its sheets, writing it, reading its lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.desk.admin.common import AdminError
from bot.reports.sheet import write

MOST_ROWS = 5000


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, its columns as the file's head has them, what stands under each."""

    key: str
    title: str
    columns: Mapping[str, str]


SHEETS = (
    Sheet("orgs", "单位", {"代码": "code", "名称": "name", "启用日期": "active_from", "上班时间": "hours"}),
    Sheet(
        "grid",
        "网格",
        {
            "代码": "code",
            "名称": "name",
            "类别": "kind",
            "归哪里": "parent",
            "地址": "address",
            "说明": "note",
        },
    ),
    Sheet(
        "staff",
        "人员",
        {"用户名": "login", "姓名": "name", "角色": "role", "单位": "org", "站点": "grid"},
    ),
)


@dataclass(frozen=True)
class Row:
    """A line of a sheet with its texts."""

    sheet: Sheet
    line: int
    values: dict[str, str]


def build(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> bytes:
    """The workbook's bytes; every text stays a text."""
    book = Workbook()
    book.remove(book.active)
    for sheet in SHEETS:
        made = book.create_sheet(sheet.title)
        write(made, list(sheet.columns), bold=True)
        made.freeze_panes = "A2"
        for row in rows.get(sheet.key, ()):
            write(made, [str(row.get(name) or "") for name in sheet.columns.values()])
        for letter in "ABCDEF"[: len(sheet.columns)]:
            made.column_dimensions[letter].width = 22
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def parse(content: bytes) -> list[Row]:
    """The lines of all known sheets; AdminError when the file as a whole cannot be read."""
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise AdminError("这不是 XLSX 表格，或者文件坏了。先下载现在的表格，在里面改。") from error
    known = [sheet for sheet in SHEETS if sheet.title in book.sheetnames]
    if not known:
        raise AdminError("表格里没有“单位”“网格”“人员”这几张表。先下载现在的表格，在里面改。")
    return [row for sheet in known for row in _rows(sheet, book[sheet.title])]


def _rows(sheet: Sheet, found: Any) -> list[Row]:
    lines = found.iter_rows(values_only=True, max_row=MOST_ROWS + 2)
    head = [_text(cell) for cell in next(lines, ())]
    missing = [name for name in sheet.columns if name not in head]
    if missing:
        raise AdminError(f"“{sheet.title}”第 1 行缺这几列：{'、'.join(missing)}。")
    rows = []
    for line, cells in enumerate(lines, start=2):
        texts = dict(zip(head, map(_text, cells), strict=False))
        if not any(texts.values()):
            continue
        if len(rows) == MOST_ROWS:
            raise AdminError(f"“{sheet.title}”最多 {MOST_ROWS} 行。")
        rows.append(Row(sheet, line, {key: texts.get(name, "") for name, key in sheet.columns.items()}))
    return rows


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "date") and callable(cell.date):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
