"""点单: the village worker orders for his own point, once, and sees what became of it."""

import re

import pytest

from bot.context import Context
from bot.tickets.service import Tickets

from .sample import actors

ORDER = {
    "key": "k1",
    "contact_name": "陈芳",
    "contact_phone": "13674508821",
    "expected_date": "2026-12-09",
    "expected_people": "60",
    "venue": "室内有投影",
    "topic": "心肺复苏",
    "audience": "老人",
}


def number_in(page: str) -> str:
    found = re.search(r"QT-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert found
    return found[0]


async def test_the_catalogue_holds_what_stations_order_and_nothing_else(browser, staffed: Context):
    page = await (await browser("chen")).get("/desk/orders")
    county = await staffed.directory.county()
    for service in county.services.values():
        assert (f"<h2>{service.name}</h2>" in page) == (service.contact == "station"), service.code
    assert "还没有点过" in page


async def test_an_order_is_filed_once_for_the_workers_point(browser, staffed: Context):
    desk = await browser("chen")
    form = await desk.get("/desk/orders/B09")
    assert (
        'name="expected_date"' in form and 'name="expected_people"' in form and 'name="station"' not in form
    )
    first = number_in(await desk.post("/desk/orders/B09", 200, **ORDER, station="T06-04"))
    again = await desk.post("/desk/orders/B09", 200, **ORDER)
    assert "已经交过" in again and number_in(again) == first
    ticket = await Tickets(staffed).view(first, (await actors(staffed))("huang"))
    assert ticket.fields["station"] == ticket.grid == "T01-05", (
        "the point is the worker's, whatever the form says"
    )
    assert ticket.fields["expected_people"] == 60 and ticket.channel == "station"
    page = await desk.get("/desk/orders")
    assert first in page and "等单位定日期" in page and "60 人" in page


async def test_a_second_order_of_the_same_kind_is_asked_for(browser):
    desk = await browser("chen")
    first = number_in(await desk.post("/desk/orders/B09", 200, **ORDER))
    shown = await desk.post("/desk/orders/B09", 409, **{**ORDER, "key": "k2"})
    assert first in shown and "再点一场" in shown and "心肺复苏" in shown
    second = number_in(await desk.post("/desk/orders/B09", 200, **{**ORDER, "key": "k2"}, anyway="1"))
    assert second != first


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(browser):
    desk = await browser("chen")
    page = await desk.post("/desk/orders/B09", 422, **{**ORDER, "contact_phone": "12345"})
    assert "电话" in page and 'value="12345"' in page and "心肺复苏" in page


@pytest.mark.parametrize("code", ["A07", "Z01", "X99"])
async def test_only_orders_are_ordered(browser, code):
    await (await browser("chen")).get(f"/desk/orders/{code}", 404)
