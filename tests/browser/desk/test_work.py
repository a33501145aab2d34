"""The commonest work in Chromium, by keyboard alone where the issue asks for it."""

import pytest
from playwright.async_api import Page, expect

from bot.context import Context
from bot.tickets.service import Tickets
from tests.browser.desk.conftest import WHEELCHAIR, shot
from tests.desk.sample import actors, file_one
from tests.desk.test_takeover import talk

pytestmark = pytest.mark.chromium


async def here(page: Page) -> str:
    return await page.evaluate("document.querySelector('tr.here')?.dataset.number || ''")


async def test_a_reviewer_dispatches_by_keyboard_alone(desk, staffed: Context, numbers):
    page = await desk("huang")
    number = numbers[WHEELCHAIR]
    for _ in range(20):
        await page.keyboard.press("j")
        if await here(page) == number:
            break
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#acts")
    assert number in page.url
    await page.keyboard.press("d")
    await page.wait_for_url("**sent**")
    await expect(page.locator("h1 + .badge")).to_have_text("待签收")
    await expect(page.locator("#timeline")).to_contain_text("黄文静 派单")


async def test_picking_and_bulk_dispatch_by_keyboard(desk, staffed: Context, numbers):
    page = await desk("huang", "/desk?service=A07")
    for _ in range(2):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await expect(page.locator("[data-picked]")).to_have_text("已选 2 件")
    await shot(page, "desk-bulk")
    await page.keyboard.press("d")
    await page.wait_for_url("**/dispatch?numbers=**")
    await expect(page.locator("h1")).to_have_text("派 2 件，去 1 个单位")
    await page.get_by_role("button", name="派出去").press("Enter")
    await expect(page.locator("h1")).to_have_text("派出 2 件")


async def test_search_by_slash_finds_the_number(desk, numbers):
    page = await desk("huang")
    await page.keyboard.press("/")
    await page.keyboard.type(numbers[WHEELCHAIR])
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#acts")
    assert numbers[WHEELCHAIR] in page.url


async def test_the_help_sheet_and_switching_single_keys_off(desk, numbers):
    page = await desk("huang")
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.locator("[data-keys-on]").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    assert await here(page) == ""


async def test_unmasking_shows_the_number_and_a_message_waits_for_its_blanks(desk, wheelchair):
    page = await desk("yang", f"/desk/tickets/{wheelchair}")
    await page.get_by_role("button", name="看完整号码（会留记录）").click()
    await expect(page.locator("#fields")).to_contain_text("13974501357")
    await expect(page.locator("#fields a[href='tel:13974501357']")).to_be_visible()
    await page.get_by_role("button", name="遮回去").click()
    await expect(page.locator("#fields")).not_to_contain_text("13974501357")
    box = page.get_by_label("留言内容")
    await box.fill("刘医生【评估日期】上门，请家里留人。")
    await expect(page.get_by_role("button", name="发送")).to_be_disabled()
    await box.fill("刘医生 12-04 上门，请家里留人。")
    await box.press("Control+Enter")
    await expect(page.locator("#timeline")).to_contain_text("刘医生 12-04 上门")
    await page.get_by_role("button", name="投递").click()
    await expect(page.locator("#timeline")).not_to_contain_text("刘医生")


async def test_a_conflict_keeps_what_was_typed(desk, staffed: Context, wheelchair):
    page = await desk("yang", f"/desk/tickets/{wheelchair}")
    await page.get_by_role("button", name="请居民补充").click()
    form = page.locator("form:visible", has=page.locator("[name=name][value=info_asked]"))
    await form.locator("textarea").fill("写了很久的一段话")
    who = await actors(staffed)
    await Tickets(staffed).note(wheelchair, "我先看看", who("huang"), internal=True)
    await form.get_by_role("button", name="请居民补充").click()
    await expect(page.get_by_role("alert")).to_contain_text("黄文静")
    await expect(page.locator("textarea", has_text="写了很久的一段话")).to_be_visible()
    await shot(page, "desk-conflict")


async def test_new_tickets_announce_themselves_and_taken_ones_grey_out(desk, staffed: Context, numbers):
    page = await desk("huang")
    await expect(page.locator("[data-live]")).to_be_visible()
    rows = await page.locator("tr[data-number]").count()
    await file_one(
        staffed, "Z01", {"applicant_name": "李明", "phone": "13800001111", "demand_desc": "新来的"}, key="new"
    )
    await expect(page.locator("[data-newcomers-text]")).to_have_text("有 1 件新来的", timeout=2500)
    assert await page.locator("tr[data-number]").count() == rows
    who = await actors(staffed)
    await Tickets(staffed).step(numbers[WHEELCHAIR], "awaiting_sign", who("gao"))
    row = page.locator(f"tr[data-number='{numbers[WHEELCHAIR]}']")
    await expect(row).to_contain_text("高建军 已处理", timeout=2500)
    await shot(page, "desk-newcomers")
    await page.keyboard.press("r")
    await expect(page.locator("#list")).to_contain_text("新来的")
    await expect(row).to_have_count(0)


async def test_a_resident_is_taken_over_and_answered_live(desk, staffed: Context):
    page = await desk("huang", "/desk/takeover")
    waiting = await talk(staffed, "luo", "公司不交社保怎么办")
    await expect(page.locator("#queue")).to_contain_text("公司不交社保怎么办", timeout=2500)
    assert (await page.title()).startswith("(1) ")
    await page.get_by_role("button", name="接入").press("Enter")
    await page.wait_for_url(f"**/takeover/{waiting}")
    await page.get_by_label("写给居民").fill("您好，我是黄文静")
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines")).to_contain_text("您好，我是黄文静")
    await expect(page.get_by_label("写给居民")).to_have_value("")
    await shot(page, "desk-takeover-talk")
    await page.get_by_role("button", name="交回助手").click()
    await expect(page.locator("h2").first).to_have_text("等人接")


async def test_a_maintainers_draft_saves_itself_and_shows_as_the_resident_reads_it(desk, staffed: Context):
    page = await desk("han", "/desk/faq/CL-09")
    await page.locator("#draft [name=answer]").fill("找村里的残协就行。")
    await expect(page.locator("#preview")).to_contain_text("找村里的残协就行。", timeout=4000)
    await expect(page.locator("#faq-state")).to_contain_text("草稿 v2")
    await page.reload()
    await expect(page.locator("#draft [name=answer]")).to_have_value("找村里的残协就行。")
