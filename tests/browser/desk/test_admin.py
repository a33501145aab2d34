"""The administration in Chromium: every page sound, and a service made, tried and published by its forms."""

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from bot.clock import local
from bot.context import Context
from bot.desk.admin.catalogue import EMPTY
from bot.directory.first_run import begin_first_run
from bot.directory.models import DeliveryTarget, GridMove, ServiceDraft
from tests.browser.desk.conftest import NARROW, PHONE, faults, shot
from tests.desk.sample import DAY, at

pytestmark = pytest.mark.chromium

DESKTOP = {"width": 1280, "height": 860}
PAGES = (
    ("/desk/admin", "home"),
    ("/desk/admin/start", "start"),
    ("/desk/admin/orgs", "orgs"),
    ("/desk/admin/orgs/CL", "org"),
    ("/desk/admin/targets", "targets"),
    ("/desk/admin/services", "services"),
    ("/desk/admin/services/A07", "service"),
    ("/desk/admin/services/A25", "service-new"),
    ("/desk/admin/grid?point=T01-05", "grid"),
    ("/desk/admin/calendar?day=2026-11-26", "calendar"),
    ("/desk/admin/terms", "terms"),
    ("/desk/admin/templates", "templates"),
    ("/desk/admin/import", "import"),
    ("/desk/admin/changes", "changes"),
)


@pytest.fixture
async def county_at_work(staffed: Context, monkeypatch) -> Context:
    """A county with a target, a draft, a planned move and some changes; publishing does not encode."""
    monkeypatch.setattr("bot.knowledge.publish.publish", lambda _root, _items, _places: "v")
    at(staffed, DAY)
    async with staffed.db.write() as session:
        await begin_first_run(session)
        session.add(DeliveryTarget(org="CL", kind="email", address="canlian@example.cn"))
        session.add(GridMove(point="T01-06", parent="T02", from_day=local(DAY).date().replace(day=30)))
        session.add(
            ServiceDraft(
                code="A25",
                content={**EMPTY, "name": "失能老人上门助浴", "lead": "HSZ"},
                author="管理员",
                updated_at=DAY,
            )
        )
    return staffed


@pytest.mark.parametrize(("path", "name"), PAGES, ids=[name for _, name in PAGES])
async def test_a_page_is_sound_at_every_width(desk, county_at_work, path, name):
    page = await desk("admin", "/desk/admin/orgs/GGW", DESKTOP)
    await page.get_by_label("名称").fill("县关心下一代工作委员会")
    await page.get_by_role("button", name="存", exact=True).click()
    await page.goto(page.url.split("/desk")[0] + path)
    found = await faults(page)
    assert found == [], "\n".join(found)
    await shot(page, f"admin-{name}")
    for size in (DESKTOP, {"width": 1100, "height": 800}, PHONE, NARROW):
        await page.set_viewport_size(size)
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{size}: {wider} px too wide"
    await page.set_viewport_size(PHONE)
    assert await faults(page) == []
    await shot(page, f"admin-{name}-phone")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_service_is_made_tried_and_published(desk, county_at_work: Context, size):
    page = await desk("admin", "/desk/admin/services", DESKTOP)
    await page.set_viewport_size(size)
    await page.get_by_label("名称").fill("独居老人送餐")
    await page.get_by_role("button", name="开始写").click()
    await expect(page.locator("h1")).to_have_text("独居老人送餐")
    await page.get_by_label("服务给谁").fill("独居老人")
    await page.locator("select[name=lead]").select_option("HSZ")
    await page.get_by_label("居民会怎么说").fill(
        "我爷爷一个人住，做不了饭\n能不能给老人送饭\n独居老人吃饭没人管"
    )
    for code in ("mobility", "home_visit"):
        await page.locator("[data-builder-choice]").select_option(code)
        await page.get_by_role("button", name="加上", exact=True).click()
    rows = page.locator("[data-builder] [data-row]")
    await expect(rows).to_have_count(3)
    await rows.nth(2).get_by_role("button", name="上移").press("Enter")
    await expect(rows.nth(1).locator("[name=slot]")).to_have_value("home_visit")
    await rows.nth(0).get_by_role("button", name="去掉").click()
    await expect(rows).to_have_count(2)
    await page.get_by_label("像居民那样说").fill("我爷爷一个人住做不了饭，我叫周远，13912341357，石岭村")
    await page.get_by_role("button", name="说", exact=True).click()
    await expect(page.locator("#talk")).to_contain_text("登记“独居老人送餐”", timeout=30_000)
    await page.get_by_label("像居民那样说").fill("爷爷叫李大山，83 岁")
    await page.get_by_role("button", name="说", exact=True).click()
    await expect(page.locator("#talk")).to_contain_text("李大山", timeout=30_000)
    assert await faults(page) == []
    await shot(page, f"admin-preview-{size['width']}")
    await page.get_by_role("button", name="发布", exact=True).click()
    await expect(page.get_by_role("status").first).to_contain_text("发布服务“独居老人送餐”")
    service = (await county_at_work.directory.county()).services["A26"]
    assert service.asked == ("home_visit", "mobility")


async def test_a_village_is_dragged_to_another_town_and_nothing_moves_before_the_press(desk, county_at_work):
    page = await desk("admin", "/desk/admin/grid?point=T01-05", DESKTOP)
    village = page.locator("[data-point='T01-05'] > .point")
    await village.drag_to(page.locator("[data-point=T02] > .point"))
    await page.wait_for_url("**point=T01-05&to=T02**")
    await expect(page.locator("select[name=parent]").first).to_have_value("T02")
    async with county_at_work.db.read() as session:
        assert await session.scalar(select(GridMove).where(GridMove.point == "T01-05")) is None
    await shot(page, "admin-grid-dragged")
    await page.get_by_role("button", name="移过去").press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("起归柳渡镇")
    assert (await county_at_work.directory.county()).place_name("T01-05") == "柳渡镇 石岭村"


async def test_by_keyboard_alone_a_refusal_is_read_and_mended(desk, county_at_work: Context):
    page = await desk("admin", "/desk/admin/orgs/CL", DESKTOP)
    await page.get_by_label("从哪天起不用").fill("2027-01-01")
    await page.get_by_role("button", name="停用").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("停用后没人接")
    await expect(page.get_by_label("从哪天起不用")).to_have_value("2027-01-01")
    await shot(page, "admin-org-refused")
    await page.get_by_label("由谁接替").select_option("HSZ")
    await page.get_by_role("button", name="停用").press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("由县红十字会接替")


async def test_the_first_run_leads_and_can_be_left(desk, county_at_work: Context):
    page = await desk("admin", "/desk/admin/start", DESKTOP)
    await page.set_viewport_size(PHONE)
    await page.get_by_label("县名").fill("安溪县")
    await page.get_by_role("button", name="定下来").click()
    await page.get_by_role("button", name="单位都对了").click()
    await expect(page.locator("h1 + .meta")).to_contain_text("要紧的都做了")
    await shot(page, "admin-start-done")
    await page.get_by_role("button", name="不用再带我来了").click()
    await expect(page.locator("h1")).to_have_text("管理")
