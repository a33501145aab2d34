"""The call list and the administration of staff."""

import re

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.directory.models import Staff
from bot.tickets.models import Access, Ticket
from bot.tickets.service import Tickets

from .sample import actors, fill


@pytest.fixture
async def number(staffed: Context) -> str:
    """A ticket that 县残联 has to call about."""
    number = (await fill(staffed))["父亲中风后走不了路，申请轮椅"]
    await Tickets(staffed).step(number, "awaiting_sign", (await actors(staffed))("huang"))
    return number


async def test_a_call_is_logged_in_two_taps_and_leaves_the_list(browser, staffed: Context, number):
    desk = await browser("yang")
    page = await desk.get("/desk/calls")
    assert number in page and "13974501357" not in page
    assert 'href="tel:13974501357"' in await desk.post(f"/desk/calls/{number}/phone", 200)
    async with staffed.db.read() as session:
        assert await session.scalar(select(Access.actor_name)) == "杨帆"
    await desk.post(f"/desk/calls/{number}", name="contacted", outcome="no_answer")
    assert "已试 1 次" in await desk.get("/desk/calls")
    await desk.post(f"/desk/calls/{number}", name="contacted", outcome="reached")
    assert number not in await desk.get("/desk/calls")
    async with staffed.db.read() as session:
        assert (await session.scalar(select(Ticket).where(Ticket.number == number))).contacted_at is not None


@pytest.mark.parametrize("login", ["wang", "tan"])
async def test_nobody_elses_calls_and_numbers(browser, number, login):
    desk = await browser(login)
    assert number not in await desk.get("/desk/calls")
    await desk.post(f"/desk/calls/{number}/phone", 403)


async def test_the_call_list_takes_no_other_step(browser, number):
    desk = await browser("yang")
    await desk.post(f"/desk/calls/{number}", 403, name="signed", to="in_progress")


async def test_a_new_person_signs_in_with_the_password_shown_once(browser, staffed: Context):
    admin = await browser("admin")
    page = await admin.post("/desk/people", 200, login="liu", name="刘建华", role="organisation", org="CL")
    password = re.search(r'<b class="mono">([^<]+)</b>', page)[1]
    assert password not in await admin.get("/desk/people")
    desk = await browser()
    await desk.sign_in("liu", password)
    assert "刘建华" in await desk.get("/desk")
    page = await admin.post("/desk/people/liu", 200, do="password")
    await desk.get("/desk", 303)
    await (await browser()).sign_in("liu", password, 401)
    await (await browser()).sign_in("liu", re.search(r'<b class="mono">([^<]+)</b>', page)[1])


async def test_changing_and_switching_off_ends_the_sessions_at_once(browser, staffed: Context):
    admin, yang = await browser("admin"), await browser("yang")
    await admin.post("/desk/people/yang", name="杨帆", role="organisation", org="GGW")
    await yang.get("/desk", 303)
    yang = await browser("yang")
    assert "县关工委" in await yang.get("/desk")
    await admin.post("/desk/people/yang", do="off")
    await yang.get("/desk", 303)
    await (await browser()).sign_in("yang", status=401)
    await admin.post("/desk/people/yang", do="on")
    await browser("yang")
    async with staffed.db.read() as session:
        logged = list(await session.scalars(select(Access.what).order_by(Access.id)))
    assert logged == ["staff changed: yang", "staff off: yang", "staff on: yang"]


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"login": "Li Ming", "name": "x", "role": "reviewer", "org": "ZX"}, "用户名用小写字母"),
        ({"login": "yang", "name": "x", "role": "reviewer", "org": "ZX"}, "已经有人用了"),
        ({"login": "new", "name": "x", "role": "channel", "org": "ZX"}, "要选角色"),
        ({"login": "new", "name": "x", "role": "reviewer", "org": "XX"}, "要选单位"),
        ({"login": "new", "name": "x", "role": "station", "org": "ZX"}, "要选所在的点"),
        ({"login": "new", "name": " ", "role": "reviewer", "org": "ZX"}, "要写姓名"),
    ],
)
async def test_an_account_that_does_not_fit_together_is_refused(browser, staffed: Context, form, why):
    admin = await browser("admin")
    assert why in await admin.post("/desk/people", 422, **form)
    async with staffed.db.read() as session:
        assert await session.scalar(select(Staff.id).where(Staff.login == "new")) is None


async def test_the_last_administrator_stays(browser):
    admin = await browser("admin")
    assert "不能停用自己" in await admin.post("/desk/people/admin", 422, do="off")
    assert "最后一个管理员" in await admin.post(
        "/desk/people/admin", 422, name="x", role="reviewer", org="ZX"
    )
