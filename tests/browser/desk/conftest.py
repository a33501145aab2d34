"""A real Chromium at the desk, over the sample county and a morning's tickets."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from actions.intake.preview import IntakePreview
from bot.context import Context
from bot.desk.app import add_desk
from tests.browser.resident.conftest import browser, faults, shot
from tests.desk.conftest import PASSWORD, server, staffed
from tests.desk.sample import fill, wheelchair_in_progress

__all__ = ["browser", "faults", "server", "shot", "staffed"]

WIDE = {"width": 1440, "height": 1036}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
WHEELCHAIR = "父亲中风后走不了路，申请轮椅"


@pytest.fixture
async def numbers(staffed: Context) -> dict[str, str]:
    """The morning's tickets, by plea."""
    return await fill(staffed)


@pytest.fixture
async def wheelchair(staffed: Context, numbers: dict[str, str]) -> str:
    """The ticket of the story, being handled by 县残联."""
    await wheelchair_in_progress(staffed, numbers[WHEELCHAIR])
    return numbers[WHEELCHAIR]


@pytest.fixture
async def site(staffed: Context) -> AsyncIterator[str]:
    """The desk's address."""
    app = web.Application()
    add_desk(app, staffed, IntakePreview(staffed))
    running = TestServer(app)
    await running.start_server()
    yield str(running.make_url("/")).rstrip("/")
    await running.close()


@pytest.fixture
async def desk(browser: Browser, site: str) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Opens a window signed in as somebody; an error of the pages' scripts fails the test."""
    errors: list[str] = []
    contexts = []

    async def open_one(login: str | None, path: str = "/desk", viewport: dict[str, int] = WIDE) -> Page:
        context = await browser.new_context(
            viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None,
        )
        if login:
            await page.goto(f"{site}/desk/login")
            await page.fill("[name=login]", login)
            await page.fill("[name=password]", PASSWORD)
            await page.keyboard.press("Enter")
            await page.wait_for_selector("nav")
        await page.goto(site + path)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert errors == []
