"""Signing in, the lock after wrong tries, the end of sessions, one's own password."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.desk.models import StaffSession
from bot.desk.sessions import TRIES, WrongSignIn, sign_in
from bot.directory.models import Staff

from .conftest import PASSWORD


async def test_signing_in_and_out(browser):
    desk = await browser()
    assert await desk.sign_in("huang") == "/desk"
    assert "黄文静" in await desk.get("/desk/account")
    await desk.post("/desk/logout")
    await desk.get("/desk/account", 303)


async def test_the_cookie_is_out_of_reach_of_scripts_and_its_value_is_not_stored(browser, staffed: Context):
    desk = await browser("huang")
    cookie = next(c for c in desk.client.session.cookie_jar if c.key == "desk")
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/desk"
    async with staffed.db.read() as session:
        row = await session.scalar(select(StaffSession))
    assert cookie.value not in (row.digest, str(row.id)) and len(row.digest) == 64


@pytest.mark.parametrize("login", ["huang", "nobody"])
async def test_wrong_password_and_unknown_name_sound_the_same_and_lock_the_same(
    browser, staffed: Context, login
):
    desk = await browser()
    for _ in range(5):
        assert "用户名或密码不对。" in await desk.sign_in(login, "wrong", 401)
    assert "请过 1 分钟再试" in await desk.sign_in(login, PASSWORD, 401)


@pytest.mark.parametrize("login", ["huang", "nobody"])
async def test_wrong_passwords_side_by_side_are_judged_five_times_and_no_more(staffed: Context, login):
    async def attempt() -> str:
        try:
            return await sign_in(staffed, login, "wrong")
        except WrongSignIn as error:
            return str(error)

    said = await asyncio.gather(*(attempt() for _ in range(30)))
    assert said.count("用户名或密码不对。") == TRIES
    assert sum("错的次数太多了" in text for text in said) == 30 - TRIES


async def test_the_lock_opens_after_the_wait(browser, staffed: Context):
    desk = await browser()
    for _ in range(5):
        await desk.sign_in("huang", "wrong", 401)
    moment = staffed.clock() + timedelta(seconds=61)
    staffed.clock = lambda: moment
    await desk.sign_in("huang")


async def test_a_session_ends_after_twelve_hours_and_with_the_account(browser, staffed: Context):
    desk, other = await browser("huang"), await browser("yang")
    async with staffed.db.write() as session:
        (await session.scalar(select(Staff).where(Staff.login == "yang"))).active = False
    await other.get("/desk/account", 303)
    moment = staffed.clock() + timedelta(hours=12, seconds=1)
    staffed.clock = lambda: moment
    await desk.get("/desk/account", 303)


async def test_a_sign_in_form_of_another_page_is_refused(browser):
    desk = await browser()
    await desk.post("/desk/login", 403, csrf=False, login="huang", password=PASSWORD)
    desk.csrf = "0" * 32
    await desk.post("/desk/login", 403, login="huang", password=PASSWORD)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/desk", "/\\evil.example", "/deskx", "/webhooks"]
)
async def test_signing_in_leads_nowhere_else(browser, address):
    desk = await browser()
    desk.csrf = (await desk.get("/desk/login")).split('name="_csrf" value="')[1][:32]
    where = await desk.post("/desk/login", 303, login="huang", password=PASSWORD, next=address)
    assert where == "/desk"


async def test_a_new_password_ends_the_other_sessions(browser):
    here, there = await browser("huang"), await browser("huang")
    for old, new, again, why in (
        ("wrong", "a-long-new-one", "a-long-new-one", "现在的密码不对"),
        (PASSWORD, "short", "short", "至少 10 个字符"),
        (PASSWORD, "a-long-new-one", "another-one-here", "不一样"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "太容易猜"),
    ):
        assert why in await here.post("/desk/account", 422, old=old, new=new, again=again)
    await here.post("/desk/account", old=PASSWORD, new="a-long-new-one", again="a-long-new-one")
    await here.get("/desk/account")
    await there.get("/desk/account", 303)
    await (await browser()).sign_in("huang", PASSWORD, 401)
    await (await browser()).sign_in("huang", "a-long-new-one")
