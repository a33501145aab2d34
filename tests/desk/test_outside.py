"""Copying into another system's form, keeping its number, importing results line by line."""

import io
import re
from datetime import timedelta

import aiohttp
import pytest
from openpyxl import Workbook
from sqlalchemy import select

from bot.context import Context
from bot.desk.outside import WorkbookError, read_results
from bot.tickets.models import Access, OutsideCase, Ticket
from bot.tickets.service import Tickets

from .sample import DAY, actors, fill

SYSTEM = "12345 平台"
THERE = "SJ20261124-0098"


@pytest.fixture
async def number(staffed: Context) -> str:
    """A ticket that 县残联 handles and has typed into the other system."""
    number = (await fill(staffed))["父亲中风后走不了路，申请轮椅"]
    who, tickets = await actors(staffed), Tickets(staffed)
    await tickets.step(number, "awaiting_sign", who("huang"))
    await tickets.step(number, "in_progress", who("yang"))
    return number


def book(*rows: tuple[object, ...]) -> bytes:
    made = Workbook()
    for row in (("编号", "办理结果"), *rows):
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


async def send(desk, content: bytes, status: int = 200) -> str:
    form = aiohttp.FormData()
    form.add_field("_csrf", desk.csrf)
    form.add_field("system", SYSTEM)
    form.add_field("file", content, filename="x.xlsx", content_type="application/octet-stream")
    async with desk.client.post("/desk/outside", data=form) as response:
        assert response.status == status
        return await response.text()


def lines(page: str) -> list[str]:
    body = page.split("怎么样了")[1].split("</table>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", body, re.S)]


async def test_the_sheet_has_the_boxes_in_the_outside_order_and_is_recorded(browser, staffed, number):
    desk = await browser("yang")
    assert "抄到外系统" in await desk.get(f"/desk/tickets/{number}")
    page = await desk.post(f"/desk/tickets/{number}/copy", 200)
    boxes = ["诉求人", "联系电话", "所属区域", "事项类别", "诉求内容", "受理时间", "办理单位"]
    places = [page.index(f"<span>{name}</span>") for name in boxes]
    assert places == sorted(places) and "13974501357" in page and "周志远" in page
    async with staffed.db.read() as session:
        assert f"copied for {SYSTEM}" in list(await session.scalars(select(Access.what)))


async def test_who_does_not_read_in_full_copies_nothing_and_keeps_no_number(browser, staffed, number):
    for login in ("wang", "tan"):
        desk = await browser(login)
        await desk.post(f"/desk/tickets/{number}/copy", 403)
        await desk.post(f"/desk/tickets/{number}/outside", 403, system=SYSTEM, outside=THERE)
    async with staffed.db.read() as session:
        assert await session.scalar(select(OutsideCase.id)) is None


async def test_the_number_is_kept_once_and_no_other_ticket_takes_it(browser, staffed, number):
    desk, huang = await browser("yang"), await browser("huang")
    await desk.post(f"/desk/tickets/{number}/outside", system=SYSTEM, outside=THERE)
    assert THERE in await desk.post(f"/desk/tickets/{number}/copy", 200)
    assert f"{SYSTEM}编号：{THERE}" in await desk.get(f"/desk/tickets/{number}")
    async with staffed.db.read() as session:
        other = await session.scalar(
            select(Ticket.number).where(Ticket.number != number, Ticket.service == "A07")
        )
    refused = await huang.post(f"/desk/tickets/{other}/outside", 422, system=SYSTEM, outside=THERE)
    assert "已经记在另一张工单上" in refused
    assert "写对方的编号" in await desk.post(
        f"/desk/tickets/{number}/outside", 422, system=SYSTEM, outside=" "
    )


async def test_results_are_imported_line_by_line_and_once(browser, staffed: Context, number):
    desk, who, tickets = await browser("yang"), await actors(staffed), Tickets(staffed)
    await desk.post(f"/desk/tickets/{number}/outside", system=SYSTEM, outside=THERE)
    await tickets.step(
        number, "awaiting_external", who("yang"), note="市残联，受理号 98", until=DAY + timedelta(days=20)
    )
    content = book((THERE, "市里已批，可以配发"), ("没有的", "x"), ("", "x"), (THERE, "市里已批，可以配发"))
    told = lines(await send(desk, content))
    assert [line.split()[0] for line in told] == ["2", "3", "4", "5"]
    assert "写进了经过" in told[0] and number in told[0]
    assert "没有工单记着这个编号" in told[1] and "缺编号" in told[2] and "没有再写" in told[3]
    view = await tickets.view(number, who("yang"), masked=True)
    assert view.state == "in_progress"
    assert sum("市里已批" in (event.note or "") for event in view.events) == 1
    assert "没有再写" in lines(await send(desk, content))[0]
    assert "写进了经过" in lines(await send(desk, book((THERE, "第二批也批了"))))[0]
    assert "第二批也批了" in await desk.get(f"/desk/tickets/{number}")


async def test_another_organisation_imports_nothing_and_learns_nothing(browser, staffed: Context, number):
    await (await browser("yang")).post(f"/desk/tickets/{number}/outside", system=SYSTEM, outside=THERE)
    told = lines(await send(await browser("tan"), book((THERE, "我来写一个"))))
    assert "没有工单记着这个编号" in told[0] and number not in told[0]
    view = await Tickets(staffed).view(number, (await actors(staffed))("huang"), masked=True)
    assert not any("我来写一个" in (event.note or "") for event in view.events)


async def test_a_file_that_is_none_is_said_and_loses_nothing(browser, number):
    desk = await browser("yang")
    assert "不是 Excel 文件" in await send(desk, b"PK\x03\x04 nonsense", 422)
    odd = Workbook()
    odd.active.append(("甲", "乙"))
    out = io.BytesIO()
    odd.save(out)
    assert "两列" in await send(desk, out.getvalue(), 422)


def test_formulas_and_numbers_are_read_as_what_they_show():
    assert read_results(book((20260098, "好"), ("=1+1", "x"))) == [(2, "20260098", "好"), (3, "", "x")]
    with pytest.raises(WorkbookError, match="最多 500 行"):
        read_results(book(*((str(n), "x") for n in range(501))))
    with pytest.raises(WorkbookError, match="2 MB"):
        read_results(b"x" * (2 * 2**20 + 1))


async def test_the_administrator_sets_the_order(browser, number):
    admin = await browser("admin")
    await admin.post("/desk/outside/forms", name="市残联系统", columns="联系电话\n残疾证号\n诉求人")
    page = await (await browser("yang")).post(f"/desk/tickets/{number}/copy", 200, system="市残联系统")
    places = [page.index(f"<span>{name}</span>") for name in ("联系电话", "残疾证号", "诉求人")]
    assert places == sorted(places)
    await (await browser("yang")).post("/desk/outside/forms", 403, name="x", columns="x")


async def test_who_asked_to_be_called_again_stands_apart(browser, number):
    desk = await browser("yang")
    await desk.post(f"/desk/calls/{number}", name="contacted", outcome="call_back")
    page = await desk.get("/desk/calls")
    assert number in page.split("约了再打的")[1] and "要联系的" not in page
