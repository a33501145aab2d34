"""The village point: its own part of the grid, ordinary privacy, reports that arrive once."""

import io

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.context import Context
from bot.tickets.models import Attachment, Ticket, TicketEvent
from bot.tickets.service import Tickets

from .sample import actors, file_one

HERE = {
    "applicant_name": "周建国",
    "phone": "13974501357",
    "town": "T01",
    "village": "T01-05",
    "demand_desc": "柑橘叶子发黄",
}


@pytest.fixture
async def number(staffed: Context) -> str:
    """A matter of ordinary privacy in 石岭村, being handled."""
    number = await file_one(staffed, "A24", HERE, key="here")
    who = await actors(staffed)
    await Tickets(staffed).step(number, "awaiting_sign", who("huang"), org="KX")
    return number


async def send(desk, number: str, status: int = 200, photo: bytes | None = None, **data) -> dict:
    form = aiohttp.FormData({"_csrf": desk.csrf, **{"id": "r1", "done": "yes", "text": "量了门宽", **data}})
    if photo is not None:
        form.add_field("photo", photo, filename="a.jpg", content_type="image/jpeg")
    async with desk.client.post(f"/desk/station/{number}", data=form) as response:
        assert response.status == status, await response.text()
        return await response.json()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (50, 40), "olive").save(out, "JPEG")
    return out.getvalue()


async def test_the_point_sees_its_village_masked_and_nothing_delicate(browser, staffed: Context, number):
    other = await file_one(
        staffed, "A24", {**HERE, "town": "T02", "village": "T02-02", "phone": "13800001111"}, key="there"
    )
    private = await file_one(
        staffed, "A11", {"safe_contact": "13700002222", "village": "T01-05"}, key="private", urgent=True
    )
    desk = await browser("chen")
    page = await desk.get("/desk?tab=unsigned")
    assert number in page and "石岭村服务点" in page and "周*国" in page and "13974501357" not in page
    assert other not in page and private not in page
    for hidden in (other, private):
        await desk.get(f"/desk/station/{hidden}", 403)
        await desk.post(f"/desk/station/{hidden}", 403, id="x", text="x", done="yes")


async def test_a_report_sent_twice_counts_once_and_brings_its_pictures(browser, staffed: Context, number):
    desk = await browser("chen")
    assert (await send(desk, number, photo=picture()))["again"] is False
    assert (await send(desk, number, photo=picture()))["again"] is True
    async with staffed.db.read() as session:
        assert (
            await session.scalar(
                select(func.count()).select_from(TicketEvent).where(TicketEvent.type == "remark")
            )
            == 1
        )
        file = await session.scalar(select(Attachment))
    assert file.media_type == "image/jpeg" and file.added_by.startswith("staff:")
    assert "站点回报，办好了：量了门宽（照片 1 张）" in await (await browser("huang")).get(
        f"/desk/tickets/{number}"
    )


async def test_a_ticket_that_changed_hands_is_told_and_a_broken_picture_too(
    browser, staffed: Context, number
):
    desk = await browser("chen")
    assert "不是图片" in (await send(desk, number, 422, photo=b"GIF89a nonsense"))["message"]
    assert "写一句" in (await send(desk, number, 422, text=" "))["message"]
    async with staffed.db.write() as session:
        (await session.scalar(select(Ticket).where(Ticket.number == number))).state = "merged"
    assert "已合并" in (await send(desk, number, 409, id="r2"))["message"]
    async with staffed.db.read() as session:
        assert (
            await session.scalar(
                select(func.count()).select_from(TicketEvent).where(TicketEvent.type == "remark")
            )
            == 0
        )


async def test_stations_alone_report(browser, number):
    for login in ("yang", "huang"):
        await (await browser(login)).get(f"/desk/station/{number}", 403)
