"""Attachments: for who reads the ticket in full, and every opening is recorded."""

import io

import pytest
from PIL import Image
from sqlalchemy import select, update

from bot.context import Context
from bot.conversations import pictures
from bot.tickets.models import Access, Attachment, Ticket
from bot.tickets.service import Tickets

from .sample import actors, file_one

FIELDS = {"applicant_name": "周志远", "phone": "13974501357", "village": "T01-05", "demand_desc": "申请轮椅"}


@pytest.fixture
async def pictured(staffed: Context) -> tuple[str, int]:
    """A ticket that 县残联 leads, with a picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    number = await file_one(staffed, "A07", FIELDS, key="f")
    picture = await pictures.keep(staffed, "web", "zhou", out.getvalue(), "家门口台阶.jpg")
    async with staffed.db.write() as session:
        ticket = await session.scalar(select(Ticket.id).where(Ticket.number == number))
        await session.execute(update(Attachment).where(Attachment.id == picture).values(ticket=ticket))
    await Tickets(staffed).step(number, "awaiting_sign", (await actors(staffed))("huang"))
    return number, picture


async def test_the_lead_opens_it_and_it_is_recorded(browser, staffed: Context, pictured):
    number, picture = pictured
    desk = await browser("yang")
    assert "家门口台阶.jpg" in await desk.get(f"/desk/tickets/{number}")
    async with desk.client.get(f"/desk/tickets/{number}/files/{picture}") as response:
        assert response.status == 200 and response.content_type == "image/jpeg"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert Image.open(io.BytesIO(await response.read())).size == (40, 30)
    async with staffed.db.read() as session:
        assert await session.scalar(select(Access.what)) == f"attachment {picture}"


@pytest.mark.parametrize("login", ["wang", "tan", "ning", "chen"])
async def test_nobody_else_opens_it(browser, pictured, login):
    number, picture = pictured
    await (await browser(login)).get(f"/desk/tickets/{number}/files/{picture}", 403)


async def test_a_picture_of_another_ticket_is_not_found(browser, staffed: Context, pictured):
    _, picture = pictured
    other = await file_one(
        staffed, "A07", {**FIELDS, "applicant_name": "别人", "phone": "13800002222"}, key="g"
    )
    await Tickets(staffed).step(other, "awaiting_sign", (await actors(staffed))("huang"))
    await (await browser("yang")).get(f"/desk/tickets/{other}/files/{picture}", 404)
