"""Bulk dispatch: previewed by organisation, one refusal stops no other."""

import re

import pytest

from bot.context import Context
from bot.tickets.service import Tickets

from .sample import actors, fill


@pytest.fixture
async def numbers(staffed: Context) -> list[str]:
    """Four tickets of the morning."""
    found = await fill(staffed)
    return [
        found[plea]
        for plea in (
            "父亲中风后走不了路，申请轮椅",
            "母亲助听器坏了，想换",
            "厂里 86 人，还没有工会",
            "茶叶合作社贷款，想贷 20 万",
        )
    ]


async def send(desk, chosen: list[str], status: int = 200) -> str:
    data = [("_csrf", desk.csrf), *(("ticket", one) for one in chosen)]
    async with desk.client.post("/desk/dispatch", data=data) as response:
        assert response.status == status
        return await response.text()


async def test_the_preview_shows_what_goes_to_whom_and_changes_nothing(browser, staffed: Context, numbers):
    desk = await browser("huang")
    page = await desk.get(f"/desk/dispatch?numbers={' '.join(numbers)}")
    assert "派 4 件，去 3 个单位" in page
    assert page.index("县残联") < page.index("县总工会")
    view = await Tickets(staffed).view(numbers[0], (await actors(staffed))("huang"), masked=True)
    assert view.state == "in_review"


async def test_what_changed_since_the_preview_is_left_and_the_rest_goes_out(
    browser, staffed: Context, numbers
):
    desk, who = await browser("huang"), await actors(staffed)
    page = await desk.get(f"/desk/dispatch?numbers={' '.join(numbers)}")
    chosen = re.findall(r'name="ticket" value="([^"]+)"', page)
    await Tickets(staffed).note(numbers[0], "先等等", who("gao"), internal=True)
    answer = await send(desk, chosen)
    assert (
        "派出 3 件，1 件没派成" in answer and "刚被别人改过" in answer and "已派给县总工会，签收到" in answer
    )
    await Tickets(staffed).view(numbers[1], who("yang"), masked=True)


async def test_what_is_no_longer_in_review_is_named(browser, staffed: Context, numbers):
    await Tickets(staffed).step(numbers[0], "awaiting_sign", (await actors(staffed))("gao"))
    page = await (await browser("huang")).get(f"/desk/dispatch?numbers={' '.join(numbers)}")
    assert "1 件已不在待审核" in page and "派 3 件" in page


async def test_nothing_chosen_is_refused_kindly(browser, numbers):
    desk = await browser("huang")
    assert "一件也没有选" in await desk.get("/desk/dispatch?numbers=x", 403)
    assert "一件也没有选" in await send(desk, [], 403)
