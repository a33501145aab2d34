"""The village worker's phone: sound pages, and a report over a connection that drops."""

import io

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.context import Context
from bot.tickets.service import Tickets
from tests.browser.desk.conftest import NARROW, PHONE, faults, shot
from tests.desk.sample import actors, file_one
from tests.desk.test_station import HERE

pytestmark = pytest.mark.chromium


@pytest.fixture
async def number(staffed: Context) -> str:
    """A matter in 石岭村 that 县科协 has signed."""
    number = await file_one(staffed, "A24", {**HERE, "crop": "柑橘"}, key="here")
    who = await actors(staffed)
    await Tickets(staffed).step(number, "awaiting_sign", who("huang"), org="CL")
    await Tickets(staffed).step(number, "in_progress", who("yang"))
    return number


async def test_pages_are_sound_on_a_phone(desk, number):
    page = await desk("chen", viewport=PHONE)
    for name, path in (("tasks", "/desk"), ("report", f"/desk/station/{number}"), ("none", "/desk?tab=done")):
        await page.goto(page.url.split("/desk")[0] + path)
        found = await faults(page)
        assert found == [], "\n".join(found)
        small = await page.evaluate(
            "[...document.querySelectorAll('a,button,.choices label,.shoot')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 43 && !e.closest('p,span')).map(e => e.outerHTML.slice(0, 80))"
        )
        assert small == []
        await shot(page, f"desk-station-{name}")
        await page.set_viewport_size(NARROW)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        await page.set_viewport_size(PHONE)


async def test_a_report_written_without_a_net_goes_out_when_it_is_back(desk, staffed: Context, number):
    page = await desk("chen", f"/desk/station/{number}", PHONE)
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "seagreen").save(out, "JPEG")
    await page.get_by_role("radio", name="办好了").check()
    await page.get_by_label("情况说明").fill("带技术员看了，剪了病枝")
    await page.get_by_role("button", name="家属在场").click()
    await page.set_input_files(
        "[data-shoot]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    await expect(page.locator(".photos img")).to_have_count(1)
    await expect(page.locator("[data-saved]")).to_contain_text("已存在本机")
    await page.reload()
    await expect(page.get_by_label("情况说明")).to_have_value("带技术员看了，剪了病枝，家属在场")
    await expect(page.locator(".photos img")).to_have_count(1)
    await page.context.set_offline(True)
    await expect(page.locator("[data-net]")).to_contain_text("没有网络")
    await expect(page.locator("[data-submit]")).to_contain_text("存好，来网就发")
    await shot(page, "desk-station-offline")
    await page.locator("[data-submit]").click()
    await expect(page.locator("[data-net]")).to_contain_text("没有网络")
    await page.context.set_offline(False)
    await expect(page.locator("[data-net]")).to_be_hidden(timeout=5000)
    view = await Tickets(staffed).view(number, (await actors(staffed))("huang"))
    notes = [event.note for event in view.events if event.type == "remark"]
    assert notes == ["站点回报，办好了：带技术员看了，剪了病枝，家属在场（照片 1 张）"]
    assert len(view.attachments) == 1


async def test_the_report_arrives_once(desk, staffed: Context, number):
    page = await desk("chen", f"/desk/station/{number}", PHONE)
    await page.get_by_role("radio", name="还没办完").check()
    await page.get_by_label("情况说明").fill("约了周五再去")
    await page.locator("[data-submit]").click()
    await page.wait_for_url("**/desk")
    view = await Tickets(staffed).view(number, (await actors(staffed))("huang"))
    assert [event.note for event in view.events if event.type == "remark"] == [
        "站点回报，还没办完：约了周五再去"
    ]


async def test_an_order_is_placed_on_a_phone(desk):
    page = await desk("chen", "/desk", PHONE)
    await page.get_by_role("link", name="点单").click()
    assert await faults(page) == []
    await shot(page, "desk-station-orders")
    await page.get_by_role("link", name="点这个：义诊与应急救护培训进村").click()
    assert await faults(page) == []
    await page.get_by_label("联系人电话").fill("13674508821")
    await page.get_by_label("期望日期").fill("2026-12-09")
    await page.get_by_label("预计人数").fill("60")
    await page.get_by_label("场地").select_option("室内有投影")
    await page.get_by_label("主题").fill("心肺复苏")
    await page.get_by_label("受众").select_option("老人")
    await shot(page, "desk-station-order")
    await page.get_by_role("button", name="交上去").press("Enter")
    await expect(page.get_by_role("heading", name="点好了")).to_be_visible()
    await page.get_by_role("link", name="回点单").click()
    await expect(page.get_by_text("想在 2026-12-09，等单位定日期，60 人")).to_be_visible()
    await page.set_viewport_size(NARROW)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
