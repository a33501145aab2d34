"""Script in names, file names and free text: every page that shows it shows text."""

import io
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from PIL import Image
from sqlalchemy import select, update

from bot.context import Context
from bot.conversations import pictures
from bot.directory.load import touch_directory
from bot.directory.models import Organisation, Staff
from bot.tickets.models import Attachment, Ticket
from bot.tickets.service import Tickets

from .sample import actors, file_one

MARK = "zqx"
EVIL = (
    f"<{MARK}-tag>周</{MARK}-tag>\"><img src=x onerror={MARK}()>' onfocus='{MARK}()' x='"
    f'</script><script>{MARK}()</script>{{{{{MARK}}}}}<a href="javascript:{MARK}()">点</a>&lt;{MARK}&gt;'
)
FIELDS = {
    "applicant_name": EVIL,
    "phone": "13974501357",
    "village": "T01-05",
    "demand_desc": EVIL + "申请轮椅",
}


class Reader(HTMLParser):
    """Finds what a browser would run: tags, handlers, addresses and scripts that carry the mark."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []
        self.texts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MARK in tag:
            self.found.append(tag)
        for name, value in attrs:
            runs = name.startswith(("on", "hx-on", "x-")) or name in ("style", "srcdoc") or MARK in name
            leads = name in ("href", "src", "action", "formaction") and "script:" in (value or "")
            if (runs or leads) and MARK in name + (value or ""):
                self.found.append(f"{tag} {name}={value}")
        self.inside = [tag]

    def handle_data(self, data: str) -> None:
        if MARK in data:
            self.texts += 1
            if self.inside[-1:] in (["script"], ["style"]):
                self.found.append(f"{self.inside[-1]}: {data[:80]}")

    def handle_endtag(self, tag: str) -> None:
        self.inside = []


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_reader_sees_what_it_should() -> None:
    for page in (
        EVIL,
        f'<p onclick="{MARK}()">',
        f"<script>let a = '{MARK}'</script>",
        f'<a href="javascript:{MARK}">',
    ):
        assert read(page).found
    assert not read("<p>&lt;script&gt;zqx()</p>").found


@pytest.fixture
async def hostile(staffed: Context) -> dict[str, str]:
    """Tickets, people, an organisation and a file whose names are attacks."""
    numbers = {"first": await file_one(staffed, "A07", FIELDS, key="f")}
    numbers["second"] = await file_one(staffed, "A07", FIELDS, key="g")
    numbers["plain"] = await file_one(staffed, "A24", FIELDS, key="h")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    name = f'{MARK}"><img src=x onerror={MARK}()>.jpg\r\nX-Evil: 1'
    file = await pictures.keep(staffed, "web", "zhou", picture.getvalue(), name)
    async with staffed.db.write() as session:
        ticket = await session.scalar(select(Ticket.id).where(Ticket.number == numbers["first"]))
        await session.execute(update(Attachment).where(Attachment.id == file).values(ticket=ticket))
        for row in await session.scalars(select(Staff)):
            row.name = EVIL[:80] if row.login != "huang" else row.name
        (await session.get_one(Organisation, "WL")).name = EVIL[:60]
        await touch_directory(session)
    who, tickets = await actors(staffed), Tickets(staffed)
    number = numbers["first"]
    await tickets.step(number, "awaiting_sign", who("huang"), note=EVIL)
    await tickets.step(number, "in_progress", who("yang"), note=EVIL)
    await tickets.note(number, EVIL, who("yang"), internal=True)
    await tickets.note(number, EVIL, who("yang"), internal=False)
    await tickets.step(number, "awaiting_info", who("yang"), note=EVIL)
    await tickets.step(number, "in_progress", who("yang"), note=EVIL)
    numbers["file"] = str(file)
    return numbers


def pages(numbers: dict[str, str]) -> Iterator[tuple[str, str]]:
    one = f"/desk/tickets/{numbers['first']}"
    new = f"/desk/tickets/{numbers['second']}"
    both = f"numbers={numbers['first']}+{numbers['second']}"
    for login, paths in {
        "huang": ("/desk", "/desk/tickets", f"/desk/tickets?q={MARK}", one, new, f"{one}/print", f"{one}/timeline",
                  f"{one}/fields", f"/desk/dispatch?{both}", f"/desk/bulk/merge?{both}", f"/desk/bulk/lead?{both}&org=CL",
                  f"/desk/bulk/export?{both}", "/desk/calls", "/desk/scorecard", "/desk/takeover", "/desk/register"),
        "yang": ("/desk", one, f"{one}/print", "/desk/calls", "/desk/outside", "/desk/register"),
        "chen": ("/desk", "/desk/tickets", f"/desk/tickets/{numbers['plain']}", f"/desk/station/{numbers['plain']}"),
        "ning": (one, "/desk/inspection", "/desk/scorecard"),
        "lu": ("/desk", one),
        "admin": ("/desk/people", "/desk/admin/orgs", "/desk/admin", "/desk/account"),
    }.items():  # fmt: skip
        for path in paths:
            yield login, path


async def test_no_page_of_the_desk_runs_it(browser, hostile: dict[str, str]) -> None:
    shown = 0
    desks = {}
    for login, path in pages(hostile):
        desk = desks.get(login) or desks.setdefault(login, await browser(login))
        async with desk.client.get(path) as response:
            page = await response.text()
            assert response.status == 200, (login, path, response.status)
        reader = read(page)
        assert reader.found == [], (login, path)
        shown += reader.texts > 0
    assert shown >= 15, "the attack stood on hardly any page"


async def test_shown_on_demand_it_is_text_too(browser, hostile: dict[str, str]) -> None:
    desk = await browser("huang")
    page = await desk.post(f"/desk/tickets/{hostile['first']}/unmask", 200)
    assert MARK in page and read(page).found == []
    page = await desk.post(f"/desk/tickets/{hostile['first']}/print", 200)
    assert MARK in page and read(page).found == []


async def test_a_file_name_writes_no_header(browser, hostile: dict[str, str]) -> None:
    desk = await browser("yang")
    async with desk.client.get(f"/desk/tickets/{hostile['first']}/files/{hostile['file']}") as response:
        assert response.status == 200 and "X-Evil" not in response.headers
        assert response.headers["Content-Type"] == "image/jpeg" and MARK not in str(response.headers)
