"""The look-up pages as a resident sees them: board 4."""

import pytest
from playwright.async_api import expect

from tests.browser.resident.conftest import faults, shot
from tests.tickets.conftest import LEAD, Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.chromium


async def open_ticket(page, number: str, code: str) -> None:
    await page.get_by_label("工单号").fill(number)
    await page.get_by_label("取回码（6 位数字）").fill(code)
    await page.get_by_role("button", name="查询").click()


async def test_wrong_code_then_progress(visitor, desk: Desk):
    number = await desk.at_work()
    code = (await desk.file(key="draft-1")).retrieval_code
    await desk.tickets.note(number, "评估那天请备好残疾人证和身份证，医生要看。", LEAD, internal=False)
    page = await visitor("/track")
    await open_ticket(page, number, "000000")
    await expect(page.get_by_text("号码和取回码对不上。还可以试 4 次。")).to_be_visible()
    assert await page.get_by_label("工单号").input_value() == number
    await shot(page, "50-wrong")
    assert await faults(page) == []
    visitor.errors.clear()
    await open_ticket(page, number, code)
    await expect(page.get_by_role("heading", name=f"工单 {number}")).to_be_visible()
    await shot(page, "51-progress")
    assert await page.locator("[aria-current=step]").count() == 1
    assert await faults(page) == []


async def test_rating(visitor, desk: Desk):
    number = await desk.rated()
    code = (await desk.file(key="draft-1")).retrieval_code
    page = await visitor("/track")
    await open_ticket(page, number, code)
    await shot(page, "52-rating")
    assert await faults(page) == []
    await page.get_by_text("满意", exact=True).click()
    await page.get_by_role("button", name="提交评价").click()
    await expect(page.get_by_text("谢谢，评价已经记下。")).to_be_visible()
    assert (await desk.tickets.progress(number, (await desk_actor(number)))).state == "closed"


async def desk_actor(number: str):
    from bot.tickets.actors import bearer_of_code

    return bearer_of_code(number)
