"""The form as Word and PDF: the same boxes in the same order, masked, recorded, long texts whole."""

import io
import re

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select

from bot.context import Context
from bot.desk.form.pdf import pdf
from bot.desk.form.rows import Cell, Head, Row
from bot.desk.form.word import docx
from bot.tickets.models import Access

from .sample import fill, wheelchair_in_progress

WHEELCHAIR = "父亲中风后走不了路，申请轮椅"
HEAD = Head("示例县", "QT-7K3M-92XF", "2026-11-24 周二 09:42", "打印：杨帆　2026-12-15 周二 09:05", 18)
LABELS = (
    "来源", "紧急程度", "当事人", "申请人", "联系电话", "住址", "村站联系人", "服务事项", "承诺时限", "诉求内容", "审核意见",
    "主办单位", "签收", "协办单位", "办理期限", "办理情况", "审结意见", "群众评价", "领导批示", "备注",
)  # fmt: skip


@pytest.fixture
async def wheelchair(staffed: Context) -> str:
    """The story's ticket."""
    numbers = await fill(staffed)
    await wheelchair_in_progress(staffed, numbers[WHEELCHAIR])
    return numbers[WHEELCHAIR]


def bare(text: str) -> str:
    return re.sub(r"[\s\x00]", "", text)


def pages(content: bytes) -> list[str]:
    return [bare(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def written(content: bytes) -> list[str]:
    """The texts of a Word file's table, each merged cell once."""
    [table] = Document(io.BytesIO(content)).tables
    found = []
    for row in table.rows:
        cells = {id(cell._tc): bare(cell.text) for cell in row.cells}
        found += cells.values()
    return found


async def taken(desk, number: str, kind: str, *, full: bool = False, status: int = 200) -> bytes:
    path = f"/desk/tickets/{number}/form.{kind}"
    more = {"data": {"_csrf": desk.csrf}} if full else {}
    async with desk.client.request("POST" if full else "GET", path, **more) as response:
        assert response.status == status
        if status == 200:
            assert response.headers["Content-Disposition"] == f'attachment; filename="{number}.{kind}"'
        return await response.read()


async def test_both_files_hold_the_boxes_of_the_page_in_its_order(browser, wheelchair):
    desk = await browser("yang")
    paper = await desk.get(f"/desk/tickets/{wheelchair}/print")
    on_paper = [bare(label) for label in re.findall(r"<th>([^<]+)</th>", paper)]
    assert on_paper == list(LABELS)
    cells = written(await taken(desk, wheelchair, "docx"))
    assert [cell for cell in cells if cell in LABELS] == on_paper
    [sheet] = pages(await taken(desk, wheelchair, "pdf"))
    places = [sheet.index(label) for label in LABELS if label not in ("签收", "备注")]
    assert places == sorted(places)
    for text in (
        "周*国",
        "139****1357",
        "青陂镇石岭村",
        "属县残联职责，材料基本齐全",
        "黄文静",
        "县红十字会",
        wheelchair,
    ):
        assert text in sheet and any(text in cell for cell in [*cells, wheelchair]), text


@pytest.mark.parametrize("kind", ["pdf", "docx"])
async def test_files_are_masked_and_full_ones_are_for_who_reads_in_full(
    browser, staffed: Context, wheelchair, kind
):
    def text(content: bytes) -> str:
        return "".join(pages(content) if kind == "pdf" else written(content))

    yang, wang, tan = [await browser(login) for login in ("yang", "wang", "tan")]
    masked = text(await taken(yang, wheelchair, kind))
    assert "13974501357" not in masked and "周建国" not in masked
    assert "13974501357" in text(await taken(yang, wheelchair, kind, full=True))
    await taken(wang, wheelchair, kind)
    await taken(wang, wheelchair, kind, full=True, status=403)
    await taken(tan, wheelchair, kind, status=403)
    await taken(tan, wheelchair, kind, full=True, status=403)
    async with staffed.db.read() as session:
        logged = [
            (row.actor_name, row.what) for row in await session.scalars(select(Access).order_by(Access.id))
        ]
    assert logged == [
        ("杨帆", f"form {kind}, masked"),
        ("杨帆", "full fields"),
        ("杨帆", f"form {kind}, full"),
        ("王志平", f"form {kind}, masked"),
    ]


def long_rows(text: str) -> tuple[Row, ...]:
    return (
        Row((Cell(("诉求内容",), label=True), Cell((text,), 5)), 27),
        Row((Cell(("备注",), label=True), Cell(("末行",), 5)), 17),
    )


def test_a_long_text_goes_on_on_the_next_page_and_loses_nothing():
    sentences = [f"第{number:04d}句，家里的情况又变了。" for number in range(260)]
    found = pages(pdf(HEAD, long_rows("".join(sentences))))
    assert len(found) == 3 and "QT-7K3M-92XF群众诉求办理单（续）" in found[1]
    assert "第1页，共3页" in found[0] and "第3页，共3页" in found[2] and "末行" in found[2]
    whole = "".join(found)
    assert all(f"第{number:04d}句" in whole for number in range(260))
    assert not any(re.match(r"[，。]", line) for line in found)


def test_a_row_that_does_not_fit_moves_to_the_next_page_whole():
    rows = (
        *long_rows("长。" * 760)[:1],
        Row((Cell(("办理情况",), label=True), Cell(("整行",), 5, sign="经办人：杨帆")), 60),
    )
    first, second = pages(pdf(HEAD, rows))
    assert "办理情况" not in first and "办理情况" in second and "经办人：杨帆" in second


def test_odd_characters_break_neither_file():
    rows = long_rows("=1+1 \x0b\x00 <b>粗</b> & 𠮷 😀 [链接](http://x)")
    assert "=1+1<b>粗</b>&〓〓[链接]" in "".join(pages(pdf(HEAD, rows)))
    assert "<b>粗</b>" in "".join(written(docx(HEAD, rows)))


def test_ticks_are_drawn_over_boxes():
    text = pages(pdf(HEAD, (Row((Cell(("来源",), label=True), Cell(("☑网页　☐电话",), 5))),)))[0]
    assert "□网页" in text and "√" in text and "□电话" in text
