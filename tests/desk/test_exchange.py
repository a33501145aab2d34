"""Entries in and out in the browser: formula-safe, looked at first, a word on every line."""

import io

import pytest
from aiohttp import FormData
from openpyxl import Workbook, load_workbook
from ruamel.yaml import YAML
from sqlalchemy import func, select

from bot.context import Context
from bot.knowledge.exchange import FileError
from bot.knowledge.models import FaqPhrasing, FaqVersion
from bot.knowledge.workbook import COLUMNS, read_book, write_book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW = {
    "id": "CL-77",
    "org": "CL",
    "group": "残疾人",
    "question": "=1+1 能问吗？",
    "answer": "能。\n\n比例是【比例】。",
    "source": "条例",
    "handler": "县残联",
    "scope": "本县",
    "confirmed": True,
    "figures": {"比例": None, "人数": "3"},
    "phrasings": ["+86 打得通吗", "@谁"],
}


def book(*rows: list[object], head: list[str] | None = None) -> bytes:
    made = Workbook()
    made.active.append(head or list(COLUMNS.values()))
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


async def sent(desk, body: bytes, name: str, do: str, status: int = 200) -> str:
    form = FormData({"_csrf": desk.csrf, "do": do})
    form.add_field("file", body, filename=name, content_type="application/octet-stream")
    async with desk.client.post("/desk/faq-file", data=form) as response:
        text = await response.text()
        assert response.status == status, text[-1500:]
        return text


async def drafts(context: Context) -> int:
    async with context.db.read() as session:
        query = select(func.count()).select_from(FaqVersion).where(FaqVersion.state == "draft")
        return await session.scalar(query)


def test_what_is_written_comes_back_and_no_cell_is_a_formula():
    body = write_book([ROW])
    for cells in load_workbook(io.BytesIO(body)).active.iter_rows():
        assert all(cell.data_type in ("s", "n") for cell in cells)
        for cell in cells:
            assert cell.quotePrefix or str(cell.value or "")[:1] not in ("=", "+", "-", "@")
    ((line, identity, row),) = read_book(body)
    assert (line, identity) == (2, "CL-77")
    assert {name: getattr(row, name) for name in ROW} == ROW


def test_a_formula_a_strange_column_and_no_workbook_are_refused():
    ((_, _, said),) = read_book(book(["CL-77", "CL", "", '=HYPERLINK("http://x")', "", "答"]))
    assert said == "question: a formula is no text"
    with pytest.raises(FileError, match="不认识的列：密码"):
        read_book(book([], head=[*COLUMNS.values(), "密码"]))
    with pytest.raises(FileError, match="缺少的列：归口单位"):
        read_book(book([], head=["编号", "标准问法", "回答"]))
    with pytest.raises(FileError, match="不是 XLSX"):
        read_book(b"PK no workbook")


@pytest.mark.parametrize("kind", ["xlsx", "yml"])
async def test_what_is_exported_changes_nothing_when_it_comes_back(browser, staffed: Context, kind):
    desk = await browser("han")
    async with desk.client.get(f"/desk/faq-file/{kind}") as response:
        assert f'.{kind}"' in response.headers["Content-Disposition"]
        body = await response.read()
    page = await sent(desk, body, f"all.{kind}", "keep")
    assert page.count("没有变化") == 142 and "没有收" not in page
    assert await drafts(staffed) == 0


async def test_looking_keeps_nothing_and_every_line_is_told(browser, staffed: Context):
    good = ["CL-77", "CL", "残疾人", "轮椅坏了修吗？", "", "能修。", "条例", "县残联", "本县", "是"]
    body = book(
        good,
        ["CL-77", "CL", "", "又一次", "", "答"],
        ["XX-01", "没有", "", "问", "", "答"],
        ["CL-78", "CL", "", "问", "", "答", "", "", "", "也许"],
    )
    desk = await browser("han")
    page = await sent(desk, body, "new.xlsx", "look")
    assert "如果存成草稿，会收 1 条" in page and "3 条没有收" in page
    for said in ("和前面的编号重复", "没有 没有 这个代码", "已核对：只能写“是”或“否”"):
        assert said in page, said
    assert await drafts(staffed) == 0
    page = await sent(desk, body, "new.xlsx", "keep")
    assert "收了 1 条" in page and await drafts(staffed) == 1
    assert "轮椅坏了修吗" in await desk.get("/desk/faq/CL-77")


async def test_imported_phrasings_wait_with_the_draft(browser, staffed: Context):
    desk = await browser("han")
    async with desk.client.get("/desk/faq-file/yml") as response:
        rows = YAML().load(await response.text())
    row = next(row for row in rows["entries"] if row["id"] == "CL-09")
    row["phrasings"].append("轮椅上哪儿讨")
    out = io.StringIO()
    YAML().dump({"entries": [row]}, out)
    assert "新问法 1 句" in await sent(desk, out.getvalue().encode(), "one.yml", "keep")
    async with staffed.db.read() as session:
        state = await session.scalar(select(FaqPhrasing.state).where(FaqPhrasing.text == "轮椅上哪儿讨"))
    assert state == "adding" and await drafts(staffed) == 1


async def test_a_broken_file_is_refused_whole_in_words(browser, staffed: Context):
    desk = await browser("han")
    assert "第 3 行" in await sent(desk, b"entries:\n  - id: [\n", "x.yml", "keep", 422)
    assert "不是 UTF-8" in await sent(desk, b"\xff\xfe\x00", "x.yml", "keep", 422)
    assert "先选一个文件" in await desk.post("/desk/faq-file", 422, do="keep")
