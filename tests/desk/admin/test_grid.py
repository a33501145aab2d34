"""The grid: points move and close on their day, and what is wrong is refused with what to do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.directory.models import Change

from ..sample import DAY, at


@pytest.fixture
async def admin(browser, staffed: Context, monkeypatch):
    monkeypatch.setattr("bot.knowledge.publish.publish", lambda _root, _items, _places: "v")
    at(staffed, DAY)
    return await browser("admin")


async def path(context: Context, code: str) -> str:
    return (await context.directory.county()).place_name(code)


async def test_a_village_belongs_elsewhere_from_its_day_on(admin, staffed: Context):
    where = await admin.post("/desk/admin/grid/T01-05", do="move", parent="T02", from_day="2026-11-26")
    page = await admin.get(where)
    assert "石岭村从 2026-11-26 起归柳渡镇" in page and "2026-11-26 周四 起归柳渡镇" in page
    assert await path(staffed, "T01-05") == "青陂镇 石岭村"
    at(staffed, DAY + timedelta(days=2))
    assert await path(staffed, "T01-05") == "柳渡镇 石岭村"
    at(staffed, DAY)
    assert await path(staffed, "T01-05") == "青陂镇 石岭村"


async def test_a_move_of_today_holds_at_once_and_a_planned_one_is_taken_back(admin, staffed: Context):
    await admin.post("/desk/admin/grid/T01-05", do="move", parent="T02", from_day="2026-11-24")
    assert await path(staffed, "T01-05") == "柳渡镇 石岭村"
    await admin.post("/desk/admin/grid/T01-05", do="move", parent="T03", from_day="2026-12-01")
    page = await admin.get("/desk/admin/grid?point=T01-05")
    number = page.split('name="move" value="')[1].split('"')[0]
    await admin.post("/desk/admin/grid/T01-05", do="forget", move=number)
    at(staffed, DAY + timedelta(days=30))
    assert await path(staffed, "T01-05") == "柳渡镇 石岭村"
    async with staffed.db.read() as session:
        assert len(list(await session.scalars(select(Change)))) == 3


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"parent": "T01-06", "from_day": "2026-11-26"}, "村要归乡镇"),
        ({"parent": "T01-05", "from_day": "2026-11-26"}, "村要归乡镇"),
        ({"parent": "X", "from_day": "2026-11-26"}, "村要归乡镇"),
        ({"parent": "T02", "from_day": "2026-11-01"}, "日期已经过了"),
        ({"parent": "T02", "from_day": ""}, "要选从哪天起"),
    ],
)
async def test_a_move_that_cannot_be_is_refused(admin, staffed: Context, form, why):
    assert why in await admin.post("/desk/admin/grid/T01-05", 422, do="move", **form)
    assert await path(staffed, "T01-05") == "青陂镇 石岭村"


async def test_the_centre_neither_moves_nor_closes(admin):
    assert "不能移" in await admin.post(
        "/desk/admin/grid/C0", 422, do="move", parent="T01", from_day="2026-12-01"
    )
    assert "不能停用" in await admin.post("/desk/admin/grid/C0", 422, do="close", from_day="2026-12-01")


async def test_a_new_point_and_another_name(admin, staffed: Context):
    form = {"code": "t01-99", "name": "新岭村", "kind": "village", "parent": "T01"}
    await admin.post("/desk/admin/grid", **form)
    assert await path(staffed, "T01-99") == "青陂镇 新岭村"
    assert "已经是新岭村的了" in await admin.post("/desk/admin/grid", 422, **form)
    assert "已经有一个新岭村了" in await admin.post("/desk/admin/grid", 422, **{**form, "code": "T01-98"})
    assert "村要归乡镇" in await admin.post(
        "/desk/admin/grid", 422, **{**form, "code": "T01-98", "parent": "S1"}
    )
    await admin.post("/desk/admin/grid/T01-99", do="save", name="新岭社区", address="村部旁", note="")
    assert await path(staffed, "T01-99") == "青陂镇 新岭社区"


async def test_a_point_closes_on_its_day_and_keeps_its_name(admin, browser, staffed: Context):
    assert "陈桂芳还在这个点" in await admin.post(
        "/desk/admin/grid/T01-05", 422, do="close", from_day="2026-11-25"
    )
    assert "先移到别处或停用" in await admin.post(
        "/desk/admin/grid/T01", 422, do="close", from_day="2026-11-25"
    )
    await admin.post("/desk/admin/grid/T01-06", do="close", from_day="2026-11-25")
    known = {row["code"] for row in (await staffed.directory.county()).gazetteer_rows()}
    assert "T01-06" in known
    at(staffed, DAY + timedelta(days=1))
    county = await staffed.directory.county()
    assert "T01-06" not in {row["code"] for row in county.gazetteer_rows()}
    assert county.place_name("T01-06").startswith("青陂镇")
    await (await browser("admin")).post("/desk/admin/grid/T01-06", do="reopen")
    assert "T01-06" in {row["code"] for row in (await staffed.directory.county()).gazetteer_rows()}


async def test_there_is_no_panel_of_an_unknown_point(admin):
    await admin.get("/desk/admin/grid?point=X", 404)
