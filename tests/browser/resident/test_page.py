"""What a page must stand: breaks, reloads, pictures, keys, settings, leaving."""

import io

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.conversations import push, store
from tests.browser.resident.conftest import faults, say, shot

pytestmark = pytest.mark.chromium


def said(page):
    return page.locator(".mine")


async def test_a_break_loses_and_doubles_nothing(visitor, rasa):
    page = await visitor()
    await say(page, "第一句")
    await page.context.set_offline(True)
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await expect(page.get_by_text("正在重新连接，您的话会补发")).to_be_visible()
    await shot(page, "30-offline")
    await page.fill("#say", "第二句")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("连上后自动发出")).to_be_visible()
    await page.context.set_offline(False)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_text("听到了：第二句", exact=True)).to_have_count(1)
    await expect(page.locator("#net")).to_be_hidden()
    assert await said(page).count() == 2
    assert [asked["message"] for asked in rasa.asked] == ["第一句", "第二句"]


async def test_history_comes_back_in_order_with_what_was_pressed(visitor):
    page = await visitor()
    await say(page, "想申请个轮椅")
    await page.get_by_role("button", name="有用").click()
    await expect(page.get_by_text("谢谢，记下了。")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("谢谢，记下了。")).to_be_visible()
    assert await page.get_by_role("button", name="有用，已选").is_disabled()
    assert await page.get_by_role("button", name="登记办理：康复辅助器具适配").is_enabled()
    assert await said(page).count() == 2


async def test_a_private_matter_leaves_nothing_on_reload_and_on_leaving(visitor):
    page = await visitor()
    await say(page, "他又打我了，我带着孩子躲在里屋")
    second = await visitor(context=page.context)
    assert await second.get_by_text("他又打我了").count() == 0
    await expect(second.get_by_role("link", name="马上离开")).to_be_visible()
    before = await page.evaluate("history.length")
    await page.get_by_role("link", name="马上离开").click()
    await page.wait_for_url("**/neutral")
    assert await page.evaluate("history.length") == before
    fresh = await visitor(context=page.context)
    assert await fresh.get_by_role("link", name="马上离开").is_hidden()
    assert await fresh.locator(".mine").count() == 0


async def test_two_tabs_of_one_resident_show_the_same(visitor):
    one = await visitor()
    two = await visitor(context=one.context)
    await say(one, "你好")
    await expect(two.get_by_text("听到了：你好", exact=True)).to_have_count(1)
    assert await said(two).count() == 1


async def test_a_person_on_duty_is_named(visitor, county):
    page = await visitor()
    await say(page, "转人工")
    async with county.db.read() as session:
        (conversation,) = await session.scalars(store.Conversation.__table__.select())
    await push.reply(county, conversation, "李晓芸", "我是李晓芸，我在。", org="县妇联")
    await expect(page.get_by_text("值班员 李晓芸 · 县妇联")).to_be_visible()
    await expect(page.get_by_text("本人回复")).to_be_visible()
    assert await faults(page) == []
    await shot(page, "31-person")


async def test_a_picture_is_sent_and_what_is_none_is_refused(visitor, rasa):
    page = await visitor()
    raw = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(raw, "PNG")
    await page.set_input_files(
        "#pictures", [{"name": "证.png", "mimeType": "image/png", "buffer": raw.getvalue()}]
    )
    await expect(page.get_by_text("传好了")).to_be_visible()
    await shot(page, "32-preview")
    await page.fill("#say", "这是证")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("听到了：这是证", exact=True)).to_be_visible()
    assert len(rasa.asked[-1]["metadata"]["attachments"]) == 1
    await page.reload()
    picture = page.get_by_alt_text("您发的图片 1")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("node => node.decode().then(() => node.naturalWidth)") == 300
    visitor.errors.clear()
    await page.set_input_files(
        "#pictures", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}]
    )
    await expect(page.get_by_text("这不是图片，请发 JPG 或 PNG。")).to_be_visible()
    visitor.errors.clear()


async def test_everything_can_be_reached_by_keys(visitor):
    page = await visitor()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "跳到内容"
    await say(page, "想申请个轮椅")
    await page.locator("#content").focus()
    names = []
    while "say" not in names and len(names) < 20:
        await page.keyboard.press("Tab")
        names.append(
            await page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()")
        )
        ring = await page.evaluate(
            "getComputedStyle(document.querySelector('#pictures-label:has(+ :focus-visible)') ?? document.activeElement).outlineStyle"
        )
        assert ring == "solid", names
    for name in ("看全文", "登记办理：康复辅助器具适配", "有用", "没用", "转人工", "pictures", "say"):
        assert name in names
    await page.get_by_role("button", name="登记办理：康复辅助器具适配").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="肢体")).to_be_visible()


async def test_large_letters_at_once_and_on_the_next_page(visitor):
    page = await visitor()
    await page.get_by_role("button", name="大字版").click()
    assert await page.evaluate("document.documentElement.dataset.size") == "large"
    await page.get_by_role("button", name="显示").click()
    await shot(page, "33-settings")
    assert await faults(page) == []
    await page.get_by_text("高对比").click()
    await page.get_by_role("button", name="返回").click()
    await page.goto(page.url + "track")
    assert await page.evaluate(
        "[document.documentElement.dataset.size, document.documentElement.dataset.contrast]"
    ) == ["large", "high"]
    assert await faults(page) == []
    await shot(page, "34-track-large")


@pytest.mark.parametrize("path", ["/track", "/privacy", "/display"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_the_other_pages(visitor, path, width):
    page = await visitor(path, {"width": width, "height": 800})
    await shot(page, f"40{path.replace('/', '-')}-{width}")
    assert (
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        == 0
    )
    assert await faults(page) == []
