"""Typing a ticket into another system: its fields in that form's order; and results back from a workbook."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.desk.form.content import SKIPPED
from bot.desk.formats import long_moment, short_label
from bot.directory.models import Setting
from bot.tickets import outside
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden, TicketError
from bot.tickets.views import TicketView

SETTING = "outside_forms"
LARGEST = 2 * 2**20
UNPACKED = 40 * 2**20
MOST_LINES = 500
NUMBER_HEADS = ("编号", "受理号", "工单编号", "外系统编号")
RESULT_HEADS = ("结果", "办理结果", "答复", "办理情况")


@dataclass(frozen=True)
class OutsideForm:
    """Another system's form: its name, and its boxes from top to bottom."""

    name: str
    columns: tuple[str, ...]


DEFAULT = OutsideForm(
    "12345 平台",
    (
        "诉求人",
        "联系电话",
        "所属区域",
        "事项类别",
        "诉求内容",
        "补充情况",
        "受理时间",
        "办理单位",
        "办理期限",
        "办理情况",
    ),
)
SOURCES = {
    "本县工单号": lambda view: view.number,
    "诉求人": lambda view: _first(view, "applicant_name", "contact_name"),
    "联系电话": lambda view: _first(view, "phone", "contact_phone"),
    "所属区域": lambda view: view.grid_name or "",
    "事项类别": lambda view: view.service_name,
    "诉求内容": lambda view: str(view.fields.get("demand_desc", view.title)),
    "补充情况": lambda view: "；".join(
        f"{short_label(row.label)}：{row.value}" for row in view.rows if row.slot not in SKIPPED
    ),
    "受理时间": lambda view: long_moment(view.created_at),
    "办理单位": lambda view: view.lead.name,
    "办理期限": lambda view: long_moment(view.due) if view.due else "",
    "办理情况": lambda view: view.result or "",
}
"""What a box may be filled with; a box of any other name stays empty, to be typed by hand."""


class WorkbookError(ValueError):
    """Why a workbook is not read, in words."""


@dataclass(frozen=True)
class Told:
    """What became of a line of the workbook."""

    line: int
    outside: str
    number: str | None
    ok: bool
    said: str


async def forms(session: AsyncSession) -> list[OutsideForm]:
    """The county's outside forms; one to begin with."""
    row = await session.get(Setting, SETTING)
    kept = row.value if row is not None else []
    return [OutsideForm(one["name"], tuple(one["columns"])) for one in kept] or [DEFAULT]


async def keep_form(session: AsyncSession, name: str, columns: Sequence[str]) -> None:
    """Keep a form under its name; without columns it goes."""
    found = {one.name: one.columns for one in await forms(session)}
    found[name] = tuple(columns)
    kept = [{"name": key, "columns": list(value)} for key, value in found.items() if value]
    await session.merge(Setting(name=SETTING, value=kept))


def copied(form: OutsideForm, view: TicketView) -> list[tuple[str, str]]:
    """(box, what to put into it), in the form's order."""
    return [(name, SOURCES[name](view) if name in SOURCES else "") for name in form.columns]


def _first(view: TicketView, *slots: str) -> str:
    return next((str(view.fields[slot]) for slot in slots if view.fields.get(slot)), "")


def read_results(content: bytes) -> list[tuple[int, str, str]]:
    """(line, number there, result) of a workbook's first sheet; WorkbookError says what is wrong with it."""
    if len(content) > LARGEST:
        raise WorkbookError("文件太大，最多 2 MB。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise WorkbookError("文件太大。")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = [
            [_text(cell) for cell in row]
            for row in book.worksheets[0].iter_rows(values_only=True, max_row=MOST_LINES + 2)
        ]
    except WorkbookError:
        raise
    except Exception as error:
        raise WorkbookError("这不是 Excel 文件（.xlsx），或者坏了。") from error
    if not rows:
        raise WorkbookError("表是空的。")
    head = rows[0]
    number = next((at for at, name in enumerate(head) if name in NUMBER_HEADS), None)
    result = next((at for at, name in enumerate(head) if name in RESULT_HEADS), None)
    if number is None or result is None:
        raise WorkbookError("第一行要有“编号”和“办理结果”两列。")
    if len(rows) > MOST_LINES + 1:
        raise WorkbookError(f"一次最多 {MOST_LINES} 行，分几次导。")
    wanted = max(number, result) + 1
    filled = [(line, (row + [""] * wanted)) for line, row in enumerate(rows[1:], start=2)]
    return [(line, row[number], row[result]) for line, row in filled if row[number] or row[result]]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() if cell is not None else ""


async def take_in(
    context: Context, system: str, lines: Sequence[tuple[int, str, str]], actor: Actor
) -> list[Told]:
    """Take the results in, line by line; one refusal stops no other."""
    said = {
        outside.TAKEN: "写进了经过",
        outside.REPEATED: "这个结果导入过，没有再写",
        outside.UNKNOWN: "没有工单记着这个编号",
    }
    found = []
    for line, number, result in lines:
        if not number or not result:
            found.append(Told(line, number, None, False, "缺编号" if not number else "缺结果"))
            continue
        try:
            how, ours = await outside.take_result(context, system, number, result[:2000], actor)
        except Forbidden:
            found.append(Told(line, number, None, False, said[outside.UNKNOWN]))
            continue
        except TicketError as error:
            found.append(Told(line, number, None, False, error.message))
            continue
        found.append(Told(line, number, ours, how != outside.UNKNOWN, said[how]))
    return found
