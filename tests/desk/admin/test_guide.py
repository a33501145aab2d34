"""The first-run guide: a fresh installation leads the administrator, who may leave and come back."""

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.directory.first_run import begin_first_run
from bot.directory.models import Change, Staff

from ..conftest import PASSWORD
from ..sample import DAY, at


@pytest.fixture
async def fresh(staffed: Context) -> Context:
    """An installation right after its first start: the administrator alone."""
    at(staffed, DAY)
    async with staffed.db.write() as session:
        for row in await session.scalars(select(Staff).where(Staff.login != "admin")):
            row.active = False
        await begin_first_run(session)
    return staffed


async def signed_in(browser) -> str:
    desk = await browser()
    return await desk.sign_in("admin", PASSWORD)


async def test_the_administrator_is_led_from_step_to_step_to_the_end(browser, fresh: Context):
    assert await signed_in(browser) == "/desk/admin/start"
    admin = await browser("admin")
    assert "4 步，还差 4 步" in await admin.get("/desk/admin/start")
    await admin.post("/desk/admin/start", do="county", county="安溪县")
    page = await admin.get("/desk/admin/start")
    assert "还差 3 步" in page and "安溪县" in page
    await admin.post("/desk/admin/start", do="confirm", step="orgs")
    await admin.post("/desk/people", 200, login="shen", name="沈", role="reviewer", org="ZX")
    assert "审核员 1 人，经办人 0 人" in await admin.get("/desk/admin/start")
    await admin.post("/desk/people", 200, login="jing", name="经", role="organisation", org="CL")
    assert "还差 1 步" in await admin.get("/desk/admin/start")
    assert "差 1 步" in await admin.get("/desk/admin")
    await admin.post("/desk/admin/targets", org="CL", kind="email", address="a@b.cn")
    page = await admin.get("/desk/admin/start")
    assert "要紧的都做了" in page and "还没有经办人" in page, "it says what is left"
    await admin.post("/desk/admin/start", do="leave")
    assert await signed_in(browser) == "/desk"
    assert "还没设好" not in await admin.get("/desk/admin")
    async with fresh.db.read() as session:
        assert "县名改为安溪县" in list(await session.scalars(select(Change.title)))


async def test_left_in_between_it_is_taken_up_where_it_was(browser, fresh: Context):
    admin = await browser("admin")
    await admin.post("/desk/admin/start", do="confirm", step="orgs")
    assert await admin.post("/desk/admin/start", do="leave") == "/desk/admin"
    assert await signed_in(browser) == "/desk"
    assert "差 3 步" in await admin.get("/desk/admin")
    await admin.post("/desk/admin/start", do="resume")
    assert await signed_in(browser) == "/desk/admin/start"
    assert "还差 3 步" in await admin.get("/desk/admin/start")


async def test_the_desk_alone_is_enough_but_people_must_be_there(browser, fresh: Context):
    admin = await browser("admin")
    await admin.post("/desk/admin/start", do="confirm", step="targets")
    assert "还差 3 步" in await admin.get("/desk/admin/start")
    assert "要做了才算" in await admin.post("/desk/admin/start", 422, do="confirm", step="staff")
    assert "要写县名" in await admin.post("/desk/admin/start", 422, do="county", county=" ")


async def test_a_county_that_runs_leads_nobody(browser, staffed: Context):
    assert await signed_in(browser) == "/desk"
    admin = await browser("admin")
    assert "还没设好" not in await admin.get("/desk/admin")


async def test_nobody_else_is_led(browser, staffed: Context):
    async with staffed.db.write() as session:
        await begin_first_run(session)
    desk = await browser()
    assert await desk.sign_in("huang") == "/desk"
