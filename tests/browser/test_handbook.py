"""Takes the handbooks' pictures from the real pages: `UPDATE_DOCS=1 pytest tests/browser/test_handbook.py`."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update

from bot.channels.app import add_channels
from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.desk.app import add_desk
from bot.dialogue import Dialogue, Rasa
from bot.knowledge.gaps import record_gap
from bot.knowledge.models import FaqVersion
from bot.knowledge.publish import index_items
from bot.tickets import filing
from nlu.retrieval.index import publish
from tests.browser.handbook import Assistant, Numbers, keep
from tests.browser.resident.conftest import browser, press, say
from tests.channels.stand_in import SECRET
from tests.desk import sample
from tests.desk.conftest import PASSWORD, server, staffed
from tests.desk.sample import DAY, at
from tests.desk.test_takeover import talk

__all__ = ["browser", "server", "staffed"]

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not os.environ.get("UPDATE_DOCS"), reason="UPDATE_DOCS=1 takes the pictures anew"),
]

NUMBER = "QT-7K3M-92XF"
PHONE = {"width": 390, "height": 1000}
WINDOW = {"width": 1280, "height": 800}
MOST_PHRASINGS = 4
CHECKED = datetime(2026, 11, 20, 10, tzinfo=COUNTY_ZONE)
GAPS = (
    ("村里老人想学用手机，哪里有人教", ("KX-01", 0.46)),
    ("老人想学用手机，哪里有人教", ("KX-01", 0.44)),
    ("老人想学用智能手机，哪里有人教", ("KX-01", 0.41)),
    ("孩子放暑假没人带，有没有托管班", ("FL-03", 0.33)),
    ("村里能不能办个书法班", ("KX-01", 0.38)),
    ("旧衣服想捐，送到哪里", ("HSZ-01", 0.35)),
)


@pytest.fixture
async def site(staffed: Context, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Residents' pages and desk at one address, at 09:36 of the sample's morning."""
    numbers = Numbers(NUMBER)
    monkeypatch.setattr(filing, "new_number", numbers.story)
    monkeypatch.setattr(
        sample, "PLEAS", tuple(plea for plea in sample.PLEAS if plea[2].get("device_type") != "轮椅")
    )
    at(staffed, DAY - timedelta(minutes=22))
    async with staffed.db.write() as session:
        await session.execute(update(FaqVersion).values(created_at=CHECKED, published_at=CHECKED))
    assistant = TestServer(Assistant(staffed).app())
    await assistant.start_server()
    dialogue = Dialogue(staffed, Rasa(str(assistant.make_url("/")), SECRET))
    app = web.Application()
    add_channels(app, staffed, dialogue)
    add_desk(app, staffed)
    running = TestServer(app)
    await running.start_server()
    yield str(running.make_url("/")).rstrip("/")
    await running.close()
    await dialogue.close()
    await assistant.close()


async def shot(page: Page, name: str) -> None:
    await page.evaluate("document.fonts.ready")
    keep(name, await page.screenshot(animations="disabled", caret="hide"))


async def phone(browser: Browser, site: str) -> Page:
    context = await browser.new_context(
        viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", device_scale_factor=2
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(DAY - timedelta(minutes=22))
    await page.goto(site)
    await page.wait_for_selector("#log[aria-live=polite][data-idle]", state="attached")
    return page


async def desk(browser: Browser, site: str, login: str) -> Page:
    context = await browser.new_context(viewport=WINDOW, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
    await page.goto(f"{site}/desk/login")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_selector("nav.rail")
    return page


async def small_index(context: Context) -> None:
    """An index of the disabled persons' federation alone, with a few phrasings of each entry."""
    items = [
        replace(item, phrasings=item.phrasings[:MOST_PHRASINGS])
        for item in await index_items(context)
        if item.key.startswith("faq/CL-")
    ]
    county = await context.directory.county()
    folder = context.settings.state_dir / "index"
    await asyncio.to_thread(publish, folder, items, county.gazetteer_rows())


@pytest.mark.timeout(900)
async def test_pictures(site: str, browser: Browser, staffed: Context, monkeypatch: pytest.MonkeyPatch):
    resident = await phone(browser, site)
    await say(resident, "您好")
    await say(resident, "我爸中风后走不了路，想给他申请个轮椅，怎么弄？")
    await shot(resident, "resident-chat")
    await press(resident, "登记办理：康复辅助器具适配申请")
    await say(resident, "我叫周志远，我爸周建国，我的电话 13974501357，住青陂镇石岭村")
    await say(resident, "有证")
    await shot(resident, "resident-summary")
    await press(resident, "确认提交")
    await expect(resident.locator(".big").first).to_have_text(NUMBER)
    await shot(resident, "resident-ticket")

    danger = await phone(browser, site)
    await say(danger, "他又打我了，我带着孩子躲在里屋")
    await shot(danger, "resident-danger")

    monkeypatch.setattr(filing, "new_number", Numbers(NUMBER).other)
    await sample.fill(staffed)
    luo = await talk(staffed, "luo", "公司不交社保怎么办", "我想找个人说说，超市收银干了三年")
    for number, (text, nearest) in enumerate(GAPS):
        await record_gap(staffed, text, "unknown", f"gap{number}", [nearest])

    reviewer = await desk(browser, site, "huang")
    await reviewer.wait_for_selector("table.tickets")
    await shot(reviewer, "desk-inbox")
    await reviewer.goto(f"{site}/desk/takeover")
    row = reviewer.locator(".talk-row", has_text="超市收银")
    await row.get_by_role("button", name="接入").click()
    await reviewer.wait_for_url(f"**/takeover/{luo}")
    await reviewer.fill(".talk-write textarea", "您好，我是黄文静。劳动合同签了吗，社保断了几个月？")
    await reviewer.get_by_role("button", name="发送").click()
    await expect(reviewer.locator("#lines .said.staff")).to_have_count(1)
    await shot(reviewer, "desk-takeover")

    await small_index(staffed)
    maintainer = await desk(browser, site, "han")
    await maintainer.goto(f"{site}/desk/faq/CL-09")
    await maintainer.fill("aside [name=text]", "轮椅能免费给一个吗")
    await maintainer.get_by_role("button", name="试", exact=True).click()
    await maintainer.wait_for_selector(".verdicts", timeout=120_000)
    await shot(maintainer, "desk-faq")
    await maintainer.goto(f"{site}/desk/gaps")
    await shot(maintainer, "desk-gaps")

    await sample.wheelchair_in_progress(staffed, NUMBER)
    handler = await desk(browser, site, "yang")
    await handler.goto(f"{site}/desk/tickets/{NUMBER}")
    await shot(handler, "desk-ticket")
    await resident.goto(f"{site}/track/{NUMBER}")
    await shot(resident, "resident-progress")
