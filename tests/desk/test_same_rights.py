"""A list that checks rights whose detail does not, and the other way round: every person, every ticket."""

import re

from bot.context import Context
from bot.tickets.service import Tickets

from .conftest import PEOPLE
from .sample import actors, file_one, fill

LISTS = ("/desk/tickets", "/desk/tickets?q=1397450", "/desk", "/desk/calls")
PARTS = ("", "/timeline", "/fields", "/print", "/form.docx")


async def test_what_is_listed_opens_and_nothing_else_does(browser, staffed: Context) -> None:
    numbers = list((await fill(staffed)).values())
    plain = {"applicant_name": "李明", "phone": "13800001111", "village": "T01-05", "demand_desc": "柑橘发黄"}
    numbers.append(await file_one(staffed, "A24", plain, key="plain"))
    who, tickets = await actors(staffed), Tickets(staffed)
    for number in numbers[::2]:
        await tickets.step(number, "awaiting_sign", who("huang"))
    opened: dict[str, int] = {}
    for login in PEOPLE:
        desk = await browser(login)
        listed: set[str] = set()
        for path in LISTS:
            async with desk.client.get(path) as response:
                assert response.status in (200, 403), (login, path)
                if response.status == 200:
                    page = await response.text()
                    found = set(re.findall(r"QT-[0-9A-Z]{4}-[0-9A-Z]{4}", page)) & set(numbers)
                    listed |= found
        for number in numbers:
            for part in PARTS:
                async with desk.client.get(f"/desk/tickets/{number}{part}") as response:
                    opens = response.status == 200
                    assert opens or response.status in (403, 404), (login, number, part, response.status)
                    assert opens == (number in listed), (login, number, part)
        opened[login] = len(listed)
    assert opened["huang"] == opened["ning"] == len(numbers)
    assert 0 < opened["yang"] < len(numbers) and opened["han"] == 0
    assert 0 < opened["chen"] < len(numbers)
