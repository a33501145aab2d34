"""The chat as a resident uses it: boards 1 and 3."""

import pytest
from playwright.async_api import expect

from tests.browser.resident.conftest import DESKTOP, PHONE, faults, press, say, shot

pytestmark = pytest.mark.chromium


async def test_from_question_to_ticket(visitor):
    page = await visitor()
    await shot(page, "00-greeting")
    assert await faults(page) == []
    await say(page, "我爸中风后走不了路，想给他申请个轮椅，怎么弄？")
    await shot(page, "01-answer")
    assert await page.get_by_text("依据：《残疾预防和残疾人康复条例》").count() == 1
    assert await page.get_by_text("补贴目录、比例").count() == 1
    assert await faults(page) == []
    await press(page, "登记办理：康复辅助器具适配")
    await shot(page, "02-form")
    await expect(page.locator("#form-bar p")).to_have_text("正在登记：康复辅助器具适配 已填 5 项，还差 2 项")
    assert await faults(page) == []
    await press(page, "肢体")
    chosen = page.get_by_role("button", name="肢体，已选")
    assert await chosen.is_disabled()
    assert await page.get_by_role("button", name="视力").is_disabled()
    await shot(page, "03-summary")
    await expect(page.locator("#form-left")).to_have_text("已填完，请核对")
    assert await page.locator("dt").all_inner_texts() == [
        "当事人",
        "联系电话",
        "住址",
        "残疾人证",
        "所需辅具",
    ]
    assert await faults(page) == []
    await press(page, "确认提交")
    await shot(page, "04-ticket")
    assert await page.locator(".big").first.inner_text() == "QT-7K3M-92XF"
    assert await page.locator("#form-bar").is_hidden()
    assert await faults(page) == []
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="存成图片").click()
    assert (await waiting.value).suggested_filename == "工单-QT-7K3M-92XF.png"


async def test_danger_puts_the_telephone_first(visitor):
    page = await visitor()
    await say(page, "他又打我了，我带着孩子躲在里屋")
    await shot(page, "10-danger")
    calls = page.get_by_role("alert").get_by_role("link")
    assert [await call.get_attribute("href") for call in await calls.all()] == [
        "tel:110",
        "tel:120",
        "tel:12338",
    ]
    assert await page.locator("#pinned").is_visible()
    assert await page.get_by_role("link", name="马上离开").is_visible()
    assert await page.get_by_role("link", name="查进度").is_hidden()
    assert await faults(page) == []


async def test_a_calm_tone_where_someone_thinks_of_ending_his_life(visitor):
    page = await visitor()
    await say(page, "最近心里很难受，不想活了")
    await shot(page, "11-calm")
    said = await page.locator('.turn[data-author="assistant"]').nth(1).inner_text()
    assert said.index("听到您这么说") < said.index("12356") < said.index("您身边有家里人")
    assert await faults(page) == []


@pytest.mark.parametrize(
    ("name", "viewport"), [("desktop", DESKTOP), ("narrow", {"width": 320, "height": 640}), ("phone", PHONE)]
)
@pytest.mark.parametrize("look", ["standard.auto", "large.auto", "huge.high"])
async def test_nothing_runs_out_of_the_page(visitor, browser, site, name, viewport, look):
    context = await browser.new_context(viewport=viewport, locale="zh-CN")
    await context.add_cookies([{"name": "qf_display", "value": f"{look}.off", "url": site}])
    page = await visitor(context=context)
    await say(page, "想给他申请个轮椅")
    await shot(page, f"20-{name}-{look}-answer")
    await press(page, "登记办理：康复辅助器具适配")
    await shot(page, f"21-{name}-{look}-form")
    await press(page, "肢体")
    await press(page, "确认提交")
    await shot(page, f"22-{name}-{look}-ticket")
    wide = await page.evaluate(
        "[document.documentElement, document.getElementById('content')].map(n => n.scrollWidth - n.clientWidth)"
    )
    assert wide == [0, 0]
    assert await faults(page) == []
    await context.close()
