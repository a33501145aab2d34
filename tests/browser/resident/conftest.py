"""A real Chromium on the residents' page, over the stand-in for Rasa."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.channels.app import add_channels
from bot.context import Context
from bot.dialogue import Dialogue
from bot.settings import ROOT
from tests.browser.resident.story import story
from tests.channels.conftest import clock, dialogue, rasa, server
from tests.channels.stand_in import StandIn
from tests.conftest import lacking

__all__ = ["clock", "dialogue", "rasa", "server"]

CHROMIUM = os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("TEST_SCREENSHOTS")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not shutil.which(CHROMIUM):
        lacking("chromium", f"there is no {CHROMIUM}")
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        await made.close()


@pytest.fixture
async def site(county: Context, dialogue: Dialogue, rasa: StandIn) -> AsyncIterator[str]:
    """The address of the residents' page."""
    rasa.script = story
    app = web.Application()
    app.router.add_get("/neutral", _neutral)
    add_channels(app, county, dialogue)
    running = TestServer(app)
    await running.start_server()
    county.settings.exit_url = str(running.make_url("/neutral"))
    yield str(running.make_url("/")).rstrip("/")
    await running.close()


async def _neutral(_request: web.Request) -> web.Response:
    return web.Response(text="<link rel=icon href=data:,><title>天气</title>晴", content_type="text/html")


@pytest.fixture
async def visitor(browser: Browser, site: str) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Opens a page with a profile of its own; fails the test on an error of the page's scripts."""
    errors: list[str] = []
    opened: list[BrowserContext] = []

    async def visit(
        path: str = "/", viewport: dict[str, int] = PHONE, context: BrowserContext | None = None, **more
    ):
        if context is None:
            context = await browser.new_context(
                viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", **more
            )
            opened.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        await page.goto(site + path)
        if path == "/":
            await page.wait_for_selector("#log[aria-live=polite][data-idle]", state="attached")
        return page

    visit.errors = errors
    yield visit
    for context in opened:
        await context.close()
    assert [
        error for error in errors if "ERR_INTERNET_DISCONNECTED" not in error and "WebSocket" not in error
    ] == []


async def say(page: Page, text: str) -> None:
    """Type and send; returns when the turn is over."""
    turns = await page.locator('.turn[data-author="assistant"]').count()
    await page.fill("#say", text)
    await page.keyboard.press("Enter")
    await _answered(page, turns)


async def press(page: Page, title: str) -> None:
    """Press the newest button of that name; returns when the turn is over."""
    turns = await page.locator('.turn[data-author="assistant"]').count()
    await page.get_by_role("button", name=title, exact=True).last.click()
    await _answered(page, turns)


async def _answered(page: Page, turns: int) -> None:
    await expect(page.locator('.turn[data-author="assistant"]').nth(turns)).to_be_attached()
    await expect(page.locator("#typing")).to_be_hidden()
    await expect(page.locator("#log[data-idle]")).to_be_attached()


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong; its source is evaluated because the page allows no foreign script."""
    if not AXE.is_file():
        lacking("chromium", "node_modules/axe-core is not installed")
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]
    ]


async def shot(page: Page, name: str) -> None:
    """Keep a picture where TEST_SCREENSHOTS names a folder."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=f"{SHOTS}/{name}.png")
