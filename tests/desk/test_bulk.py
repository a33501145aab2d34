"""Many tickets at once: previewed, one refusal stops no other, mergers are taken back, exports are masked."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.context import Context
from bot.tickets.models import Access, Ticket
from bot.tickets.service import Tickets

from .sample import actors, file_one, fill


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


async def send(desk, chosen: list[str], status: int = 200, path: str = "dispatch", **more: str) -> str:
    data = [("_csrf", desk.csrf), *more.items(), *(("ticket", one) for one in chosen)]
    async with desk.client.post(f"/desk/{path}", data=data) as response:
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


def ticked(page: str) -> list[str]:
    return re.findall(r'name="ticket" value="([^"]+)" checked', page)


async def state_of(context: Context, number: str) -> tuple[str, str]:
    async with context.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == number))
    return row.state, row.lead


async def test_another_lead_is_previewed_and_only_what_may_move_moves(browser, staffed: Context, numbers):
    desk, who = await browser("huang"), await actors(staffed)
    await Tickets(staffed).step(numbers[2], "awaiting_sign", who("gao"))
    joined = " ".join(numbers)
    assert "改由谁主办" in await desk.get(f"/desk/bulk/lead?numbers={joined}")
    page = await desk.get(f"/desk/bulk/lead?numbers={joined}&org=HSZ")
    assert "3 件改由县红十字会主办" in page and "1 件不会动" in page and "原建议 县残联" in page
    assert (await state_of(staffed, numbers[0]))[1] == "CL", "a preview changes nothing"
    answer = await send(desk, ticked(page), path="bulk/lead", org="HSZ", note="红十字会有现货")
    assert "改派 3 件" in answer and "已派给县红十字会，签收到" in answer
    assert await state_of(staffed, numbers[0]) == ("awaiting_sign", "HSZ")
    assert (await state_of(staffed, numbers[2]))[1] != "HSZ"
    await send(desk, ticked(page), 403, "bulk/lead", org="nobody")


async def test_a_return_is_reassigned_in_bulk(browser, staffed: Context, numbers):
    who, tickets = await actors(staffed), Tickets(staffed)
    await tickets.step(numbers[0], "awaiting_sign", who("huang"))
    await tickets.step(numbers[0], "return_review", who("yang"), note="不归我们")
    desk = await browser("gao")
    assert "没有可以改派的" in await desk.get(f"/desk/bulk/lead?numbers={numbers[0]}&org=CL")
    page = await desk.get(f"/desk/bulk/lead?numbers={numbers[0]}&org=HSZ")
    await send(desk, ticked(page), path="bulk/lead", org="HSZ")
    assert await state_of(staffed, numbers[0]) == ("awaiting_sign", "HSZ")


async def test_mergers_say_what_differs_and_are_taken_back(browser, staffed: Context, numbers):
    same = await file_one(
        staffed,
        "A07",
        {"applicant_name": "周志远", "phone": "13974501357", "village": "T01-05", "demand_desc": "轮椅的事"},
        key="again",
    )
    desk = await browser("huang")
    page = await desk.get(f"/desk/bulk/merge?numbers={numbers[0]} {same} {numbers[1]}&into={numbers[0]}")
    assert [one.split(":")[0] for one in ticked(page)] == [same], "only what looks the same is ticked"
    assert "电话不同" in page and "地方不同" in page
    answer = await send(desk, ticked(page), path="bulk/merge", into=numbers[0])
    assert "撤销" in answer and await state_of(staffed, same) == ("merged", "CL")
    assert "撤销合并 1 件" in await send(desk, [], path="bulk/merge/undo", numbers=same)
    assert (await state_of(staffed, same))[0] == "in_review"
    assert "没撤成" in await send(desk, [], path="bulk/merge/undo", numbers=same)
    assert "两件以上" in await desk.get(f"/desk/bulk/merge?numbers={same}", 403)


async def test_a_single_merger_offers_to_be_undone(browser, staffed: Context, numbers):
    desk = await browser("huang")
    where = await desk.post(f"/desk/tickets/{numbers[1]}/step", name="merged", to="merged", into=numbers[0])
    page = await desk.get(where)
    toast = re.search(r'<form class="toast-line".*?</form>', page, re.S)[0]
    assert f"已合并到 {numbers[0]}" in toast
    hidden = dict(re.findall(r'name="(name|to|version)" value="([^"]*)"', toast))
    await desk.post(f"/desk/tickets/{numbers[1]}/step", **hidden)
    assert (await state_of(staffed, numbers[1]))[0] == "in_review"


async def test_an_export_is_masked_recorded_and_safe_from_formulas(browser, staffed: Context, numbers):
    evil = await file_one(
        staffed,
        "Z01",
        {"applicant_name": "李明", "phone": "13800001111", "demand_desc": '=HYPERLINK("http://x","点")'},
        key="evil",
    )
    secret = await file_one(
        staffed, "A11", {"safe_contact": "13700003333", "demand_desc": "丈夫打人"}, key="secret"
    )
    desk = await browser("huang")
    chosen = " ".join([numbers[0], evil, secret])
    page = await desk.get(f"/desk/bulk/export?numbers={chosen}")
    assert "导出 3 件" in page and "139****1357" in page and "13974501357" not in page
    data = {"_csrf": desk.csrf, "numbers": chosen}
    async with desk.client.post("/desk/bulk/export", data=data) as response:
        assert response.status == 200 and ".xlsx" in response.headers["Content-Disposition"]
        sheet = load_workbook(io.BytesIO(await response.read())).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" for cell in cells)
    texts = [str(cell.value) for cell in cells]
    assert (
        "周*远" in texts and "139****1357" in texts and any(text.startswith("=HYPERLINK") for text in texts)
    )
    assert not {"13974501357", "周志远", "丈夫打人", "13700003333"} & set(texts)
    async with staffed.db.read() as session:
        logged = list(await session.scalars(select(Access.what)))
    assert logged == ["list xlsx, masked"] * 3
    await send(desk, [], 403, "bulk/export", numbers="QT-0000-0000")
