"""The workbook: downloaded, changed, looked at line by line, taken whole or not at all."""

import html
import re
from io import BytesIO

import pytest
from aiohttp import FormData
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from bot.context import Context
from bot.directory.models import Change, GridPoint, Organisation, Staff

from ..sample import DAY, at

HEADS = {
    "单位": ["代码", "名称", "启用日期", "上班时间"],
    "网格": ["代码", "名称", "类别", "归哪里", "地址", "说明"],
    "人员": ["用户名", "姓名", "角色", "单位", "站点"],
}
GOOD = {
    "单位": [["KXY", "县科学院", "2026-12-01", "9:00-12:00"], ["CL", "县残疾人联合会", "", ""]],
    "网格": [["T09-01", "新一村", "村", "T09", "", "山里"], ["T09", "新镇", "乡镇", "C0", "", ""]],
    "人员": [["liu", "刘建华", "经办人", "县科学院", ""], ["luo", "罗大山", "站点工作人员", "ZX", "T09-01"]],
}


def book(sheets: dict[str, list[list[str]]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in [HEADS[title], *rows]:
            sheet.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
async def admin(browser, staffed: Context, monkeypatch):
    monkeypatch.setattr("bot.knowledge.publish.publish", lambda _root, _items, _places: "v")
    at(staffed, DAY)
    return await browser("admin")


async def send(desk, content: bytes, status: int = 200) -> str:
    form = FormData()
    form.add_field("_csrf", desk.csrf)
    form.add_field("file", content, filename="county.xlsx")
    async with desk.client.post("/desk/admin/import", data=form) as response:
        text = html.unescape(await response.text())
        assert response.status == status, text[:1500]
        return text


async def confirm(desk, page: str, status: int = 200) -> str:
    rows = re.search(r'name="rows" value="(.*?)"><input type="hidden" name="file_name"', page, flags=re.S)[1]
    return await desk.post("/desk/admin/import", status, rows=rows, file_name="county.xlsx")


async def counts(context: Context) -> tuple[int, ...]:
    async with context.db.read() as session:
        return tuple(
            [
                await session.scalar(select(func.count()).select_from(table))
                for table in (Organisation, GridPoint, Staff, Change)
            ]
        )


async def test_what_was_looked_at_is_written_at_once_and_the_passwords_open(admin, browser, staffed: Context):
    before = await counts(staffed)
    page = await send(admin, book(GOOD))
    assert "5 行新加" in page and "1 行要改" in page
    assert await counts(staffed) == before, "looking writes nothing"
    page = await confirm(admin, page)
    assert "新 5 行，改 1 行" in page
    county = await staffed.directory.county()
    assert county.orgs["CL"].name == "县残疾人联合会"
    assert county.place_name("T09-01") == "新镇 新一村"
    password = re.search(r'luo</td><td class="mono"><b>([^<]+)', page)[1]
    await (await browser()).sign_in("luo", password)
    assert await counts(staffed) == (before[0] + 1, before[1] + 2, before[2] + 2, 1)


@pytest.mark.parametrize(
    ("sheet", "row", "line", "why"),
    [
        ("单位", ["1", "x", "", ""], 4, "代码用 2 到 8 个"),
        ("单位", ["KXZ", "县妇联", "", ""], 4, "有两个单位叫这个名称"),
        ("单位", ["KXZ", "县科协会", "明天", ""], 4, "启用日期要写成"),
        ("单位", ["KXZ", "县科协会", "", "早上"], 4, "上班时间要写成"),
        ("单位", ["KXY", "又一个", "", ""], 4, "出现了两次"),
        ("网格", ["T09-02", "新二村", "村", "S1", "", ""], 4, "村要归乡镇"),
        ("网格", ["T09-02", "新二村", "寨", "T09", "", ""], 4, "类别要是"),
        ("网格", ["T01-05", "石岭村", "社区", "T01", "", ""], 4, "不能换类别"),
        ("人员", ["Liu", "刘", "老板", "ZX", ""], 4, "出现了两次"),
        ("人员", ["zhu", "朱", "老板", "ZX", ""], 4, "角色要是"),
        ("人员", ["zhu", "朱", "经办人", "县没有会", ""], 4, "没有“县没有会”"),
        ("人员", ["zhu", "朱", "站点工作人员", "ZX", "T77"], 4, "要写站点的代码"),
        ("人员", ["admin", "管理员", "审核员", "ZX", ""], None, "这样就没有管理员了"),
    ],
)
async def test_one_wrong_line_refuses_all_and_is_named(admin, staffed: Context, sheet, row, line, why):
    before = await counts(staffed)
    sheets = {title: rows + ([row] if title == sheet else []) for title, rows in GOOD.items()}
    page = await send(admin, book(sheets), 422)
    assert why in page and "整份都没导入" in page and 'name="rows"' not in page
    if line:
        assert re.search(rf'{sheet}</td><td class="right" data-label="第">{line} ', page)
    assert await counts(staffed) == before


async def test_a_forged_confirmation_is_looked_at_again(admin, staffed: Context):
    before = await counts(staffed)
    page = await send(admin, book(GOOD))
    assert "不对" in await confirm(admin, page.replace("经办人", "老板"), 422)
    assert "内容丢了" in await admin.post("/desk/admin/import", 422, rows="[1]", file_name="x")
    assert await counts(staffed) == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", "单位,代码".encode()])
async def test_what_is_no_workbook_is_refused(admin, content):
    assert "不是 XLSX 表格" in await send(admin, content, 422)


async def test_missing_columns_are_named(admin):
    made = Workbook()
    made.active.title = "单位"
    made.active.append(["代码"])
    out = BytesIO()
    made.save(out)
    assert "缺这几列：名称、启用日期、上班时间" in await send(admin, out.getvalue(), 422)


async def test_what_was_downloaded_comes_back_unchanged(admin, staffed: Context):
    async with admin.client.get("/desk/admin/import/directory.xlsx") as response:
        content = await response.read()
    assert load_workbook(BytesIO(content))["单位"]["B2"].value == "群团综合服务中心"
    page = await send(admin, content)
    assert "0 行新加" in page and "0 行要改" in page
