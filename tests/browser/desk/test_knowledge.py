"""The FAQ workbench in Chromium: from a draft over its replay and second reader to the residents."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update

from bot.context import Context
from bot.knowledge import uses
from bot.knowledge.answers import Answers
from bot.knowledge.models import FaqVersion
from tests.browser.desk.conftest import NARROW, PHONE, faults, shot
from tests.desk.test_faq import small

__all__ = ["small"]
pytestmark = pytest.mark.chromium
WIDE = {"width": 1280, "height": 914}


async def sound(page: Page, name: str) -> None:
    """Nothing serious for axe, nothing sideways; pictures at both sizes."""
    for size, suffix in ((WIDE, ""), (PHONE, "-phone"), (NARROW, None)):
        await page.set_viewport_size(size)
        found = await faults(page)
        assert found == [], "\n".join(found)
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{name} at {size}: {wider} px too wide"
        if suffix is not None:
            await shot(page, f"desk-{name}{suffix}")
    await page.set_viewport_size(WIDE)


@pytest.fixture
async def used(small: Context) -> Context:
    """A month of use, an entry that is over, and one that lacks a figure."""
    at = small.clock()
    async with small.db.write() as session:
        for entry, hit, offered, chosen, helpful, unhelpful in (
            ("CL-01", 302, 40, 12, 88, 9),
            ("CL-09", 214, 61, 20, 51, 17),
            ("GH-01", 96, 4, 1, 30, 0),
        ):
            counted = {
                "hit": hit,
                "offered": offered,
                "chosen": chosen,
                "helpful": helpful,
                "unhelpful": unhelpful,
            }
            await uses.count(session, [(entry, k) for k, n in counted.items() for _ in range(n)], at)
        await session.execute(
            update(FaqVersion)
            .where(FaqVersion.entry == "FL-03")
            .values(valid_until=(at - timedelta(days=8)).date())
        )
        await session.execute(
            update(FaqVersion)
            .where(FaqVersion.entry == "CL-09")
            .values(
                answer="持残疾人证向村（社区）残协或县残联提需求，由专业人员评估适配。补贴比例是【补贴比例】。",
                figures={"补贴比例": None},
            )
        )
    return small


async def test_a_draft_is_replayed_reviewed_and_published(desk, used: Context):
    han = await desk("han", "/desk/faq/CL-09", WIDE)
    await han.locator("#draft [name=question]").fill("怎么加入工会？")
    await expect(han.locator("#faq-state")).to_contain_text("草稿 v2", timeout=8000)
    await expect(han.locator("#faq-steps")).to_contain_text("还差 2 步才能发布")
    await expect(han.get_by_role("button", name="送复核").first).to_be_disabled()
    await han.get_by_role("button", name="放一遍").click()
    await expect(han.get_by_role("progressbar", name="回放进度")).to_be_visible()
    await shot(han, "desk-faq-replaying")
    await expect(han.locator("#replay")).to_contain_text("不变", timeout=120_000)
    while await han.get_by_role("button", name="接受变差").count():
        left = await han.get_by_role("button", name="接受变差").count()
        if left == 1:
            await sound(han, "faq-replay")
        await han.get_by_role("button", name="接受变差").first.click()
        await expect(han.get_by_role("button", name="接受变差")).to_have_count(left - 1)
    await han.get_by_role("button", name="送复核").first.click()
    await expect(han.locator("#faq-state")).to_contain_text("待复核 v2")
    await expect(han.locator("#draft [name=answer]")).to_have_attribute("readonly", "")
    yang = await desk("yang", "/desk/faq/CL-09", WIDE)
    await sound(yang, "faq-review")
    await yang.get_by_role("button", name="复核通过").first.click()
    await expect(yang.locator("#faq-state")).not_to_contain_text("待复核")
    assert (await Answers(used).answer("CL-09")).question == "怎么加入工会？"


async def test_the_workbench_with_phrasings_that_others_have(desk, used: Context):
    han = await desk("han", "/desk/faq/CL-09#phrasings", WIDE)
    await han.get_by_label("加问法，一行一句").fill(
        "我爸瘫了想要轮椅找谁\n我在厂里上班，想加入工会怎么弄\n假肢坏了给换不"
    )
    await han.get_by_role("button", name="加问法").click()
    await expect(han.locator("#phrasings")).to_contain_text("假肢坏了给换不")
    await expect(han.locator("#phrasings .badge.ok")).to_have_count(3)
    await expect(han.locator("#phrasings .say", has_text="想加入工会")).to_contain_text("GH-01 也有")
    await sound(han, "faq-phrasings")


async def test_a_handler_fills_in_his_sheet(desk, used: Context):
    yang = await desk("yang", "/desk/sheets", WIDE)
    await sound(yang, "sheet")
    card = yang.locator("#CL-09")
    await card.get_by_label("补贴比例").fill("七成")
    await card.get_by_label("我核对过").check()
    await card.get_by_role("button", name="确认这一条").click()
    await expect(yang.get_by_role("status").first).to_contain_text("CL-09 已确认", timeout=120_000)
    answer = await Answers(used).answer("CL-09")
    assert "补贴比例是七成。" in answer.text and not answer.unconfirmed


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/desk/sheets", "sheets"),
        ("/desk/uses", "uses"),
        ("/desk/faq", "faq-list"),
        ("/desk/faq-file", "exchange"),
    ],
)
async def test_the_maintainers_lists_are_sound(desk, used: Context, path, name):
    page = await desk("han", path, WIDE)
    await sound(page, name)
