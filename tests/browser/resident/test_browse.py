"""Browsing by group, and the button on another site, in a real browser."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from tests.browser.resident.conftest import DESKTOP, PHONE, faults, shot

pytestmark = pytest.mark.chromium


@pytest.mark.parametrize(
    "viewport", [PHONE, DESKTOP, {"width": 320, "height": 640}], ids=["phone", "desktop", "narrow"]
)
async def test_from_a_group_to_a_request(visitor, viewport):
    page = await visitor("/", viewport=viewport)
    await page.get_by_role("link", name="按人找").click()
    assert await faults(page) == []
    await shot(page, f"40-browse-{viewport['width']}")
    await page.get_by_role("link", name="残疾人和家里人").click()
    await page.locator("summary").first.click()
    await expect(page.locator("details[open] .source")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await faults(page) == []
    await shot(page, f"41-group-{viewport['width']}")
    await page.get_by_role("link", name="登记：康复辅助器具适配申请").click()
    await expect(page.locator("#say")).to_have_value("我要登记：康复辅助器具适配申请")
    assert page.url.endswith("/")
    assert await page.locator(".mine").count() == 0, "nothing is sent before the resident sends it"


async def test_the_button_on_another_site_opens_the_assistant(visitor, browser, site):
    async def foreign(_request: web.Request) -> web.Response:
        return web.Response(
            text=f'<!doctype html><html lang="zh-CN"><link rel=icon href=data:,><title>县政府</title>'
            f'<h1>新闻</h1><script src="{site}/embed.js" defer data-label="问群团"></script></html>',
            content_type="text/html",
        )

    app = web.Application()
    app.router.add_get("/", foreign)
    other = TestServer(app)
    await other.start_server()
    try:
        page = await (await browser.new_context(viewport=DESKTOP, locale="zh-CN")).new_page()
        await page.goto(str(other.make_url("/")))
        button = page.get_by_role("link", name="问群团（在新窗口打开）")
        await shot(page, "42-embed")
        async with page.context.expect_page() as opened:
            await button.click()
        chat = await opened.value
        await expect(chat.locator("#say")).to_be_visible()
        assert chat.url.rstrip("/") == site
        assert await chat.evaluate("window.opener") is None
        await page.context.close()
    finally:
        await other.close()
