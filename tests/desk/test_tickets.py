"""Inbox and ticket page: who sees what, what is masked, which buttons work, what happens in a conflict."""

import re

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.desk.models import SavedFilter
from bot.tickets.models import Access, Ticket
from bot.tickets.service import Tickets

from .sample import DAY, actors, at, file_one, fill, wheelchair_in_progress

WHEELCHAIR = "父亲中风后走不了路，申请轮椅"
VIOLENCE = "带孩子躲在里屋，请求帮助"


@pytest.fixture
async def numbers(staffed: Context) -> dict[str, str]:
    """The morning's tickets, by plea."""
    return await fill(staffed)


@pytest.fixture
async def wheelchair(staffed: Context, numbers: dict[str, str]) -> str:
    """The story's ticket, signed by 县残联 and being handled."""
    await wheelchair_in_progress(staffed, numbers[WHEELCHAIR])
    return numbers[WHEELCHAIR]


def shown(page: str) -> list[str]:
    return re.findall(r'data-number="([^"]+)"', page)


async def press(desk, number: str, name: str, status: int = 303, **more) -> str:
    """Press a button as the page's own form would: what its hidden fields say, and what is typed."""
    page = await desk.get(f"/desk/tickets/{number}")
    forms = re.findall(r'<form method="post" action="[^"]+/step".*?</form>', page, re.S)
    form = next(form for form in forms if f'name="name" value="{name}"' in form)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    hidden.pop("_csrf")
    return await desk.post(f"/desk/tickets/{number}/step", status, **{**hidden, **more})


async def test_the_inbox_is_sorted_by_deadline_and_its_counts_are_those_of_the_list(browser, numbers):
    desk = await browser("huang")
    page = await desk.get("/desk")
    assert len(shown(page)) == 15 and "共 15 件" in page
    kinds = re.findall(r'class="due (\w+)"', page)
    assert kinds == sorted(kinds, key=["late", "soon", "later"].index)
    counts = re.findall(r'href="/desk\?view=(\w+)".*?<b>(\d+)</b>', page)
    assert dict(counts)["all"] == "15"
    for view, count in counts:
        assert len(shown(await desk.get(f"/desk?view={view}"))) == int(count), view


async def test_lists_are_masked_and_hide_who_is_in_danger(browser, numbers):
    page = await (await browser("huang")).get("/desk")
    assert "139****1357" in page and "周*远" in page
    for secret in ("13974501357", "周志远", "13700002222", "带孩子躲在里屋"):
        assert secret not in page
    row = page.split(f'data-number="{numbers[VIOLENCE]}"')[1].split("</tr>")[0]
    assert "已隐去" in row and "紧急" in row


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("yang", True),
        ("wang", True),
        ("tan", False),
        ("chen", False),
        ("ning", True),
        ("huang", True),
        ("lu", True),
    ],
)
async def test_a_ticket_is_for_its_organisations_alone(browser, staffed: Context, wheelchair, login, sees):
    desk = await browser(login)
    await desk.get(f"/desk/tickets/{wheelchair}", 200 if sees else 403)
    assert (wheelchair in await desk.get("/desk/tickets")) is sees
    for path in ("timeline", "fields", "print"):
        await desk.get(f"/desk/tickets/{wheelchair}/{path}", 200 if sees else 403)
    search = await desk.get("/desk/tickets?q=轮椅")
    assert (wheelchair in search) is sees


async def test_another_organisation_cannot_change_it(browser, wheelchair):
    desk = await browser("tan")
    form = {"name": "handed_in", "to": "awaiting_close", "note": "x"}
    await desk.post(f"/desk/tickets/{wheelchair}/step", 403, **form)
    await desk.post(f"/desk/tickets/{wheelchair}/note", 403, text="x", kind="internal")
    await desk.post(f"/desk/tickets/{wheelchair}/unmask", 403)


async def test_no_page_of_a_ticket_that_is_not_there(browser, numbers):
    desk = await browser("huang")
    await desk.get("/desk/tickets/QT-0000-0000", 404)
    await desk.get("/desk/tickets/nonsense", 404)


async def test_full_numbers_are_shown_on_demand_and_recorded(browser, staffed: Context, wheelchair):
    desk = await browser("yang")
    page = await desk.get(f"/desk/tickets/{wheelchair}")
    assert "13974501357" not in page and "周建国" not in page and "周*国" in page
    async with staffed.db.read() as session:
        assert await session.scalar(select(Access.id)) is None
    full = await desk.post(f"/desk/tickets/{wheelchair}/unmask", 200)
    assert "13974501357" in full and "周建国" in full and "load delay:60s" in full
    async with staffed.db.read() as session:
        row = await session.scalar(select(Access))
    assert row.actor_name == "杨帆" and row.source
    assert "13974501357" not in await desk.get(f"/desk/tickets/{wheelchair}/fields")


@pytest.mark.parametrize("login", ["wang", "ning"])
async def test_helpers_auditors_and_stations_never_read_in_full(browser, wheelchair, login):
    desk = await browser(login)
    page = await desk.get(f"/desk/tickets/{wheelchair}")
    assert "看完整号码" not in page and "13974501357" not in page
    await desk.post(f"/desk/tickets/{wheelchair}/unmask", 403)


async def test_a_ticket_goes_from_review_to_rating_by_buttons_alone(browser, staffed: Context, numbers):
    number = numbers[WHEELCHAIR]
    huang, yang, wang, gao = [await browser(login) for login in ("huang", "yang", "wang", "gao")]
    await press(huang, number, "dispatched")
    await press(yang, number, "signed")
    await press(yang, number, "contacted", outcome="reached")
    page = await yang.get(f"/desk/tickets/{number}")
    assert "县红十字会" in page.split("还不能交")[1][:40]
    await press(wang, number, "helper_signed")
    await press(wang, number, "helper_done", note="轮椅一台到库")
    await press(yang, number, "handed_in", note="轮椅已送到，家属签收")
    assert "审结通过" not in await huang.get(f"/desk/tickets/{number}"), "who dispatched does not close"
    await press(gao, number, "passed", org="")
    async with staffed.db.read() as session:
        state = await session.scalar(select(Ticket.state).where(Ticket.number == number))
    assert state in ("awaiting_rating", "awaiting_close")


async def test_a_reviewer_changes_lead_and_helpers_before_dispatching(browser, staffed: Context, numbers):
    desk, number = await browser("huang"), numbers[WHEELCHAIR]
    await press(desk, number, "dispatched", org="HSZ", choose_helpers="1", helper="CL", note="由红十字会主办")
    async with staffed.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == number))
    assert row.lead == "HSZ" and row.helpers == ["CL"] and row.state == "awaiting_sign"


async def test_a_step_on_an_older_page_is_refused_and_nothing_typed_is_lost(browser, wheelchair):
    yang, other = await browser("yang"), await browser("yang")
    page = await yang.get(f"/desk/tickets/{wheelchair}")
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    await press(other, wheelchair, "info_asked", note="再补一张照片")
    told = await yang.post(
        f"/desk/tickets/{wheelchair}/step", 409,
        name="extension_asked", to="extension_review", version=version, note="等省里批名额，写了很久", until="2026-12-25",
    )  # fmt: skip
    assert "县残联 杨帆 请居民补充" in told and "看改了什么" in told
    told_again = await yang.post(
        f"/desk/tickets/{wheelchair}/step",
        409,
        name="info_asked",
        to="awaiting_info",
        version=version,
        note="我写的还在",
    )
    assert "我写的还在" in told_again


async def test_what_is_missing_is_said_where_it_is_missing(browser, numbers):
    desk, number = await browser("huang"), numbers[WHEELCHAIR]
    page = await press(desk, number, "not_accepted", 422, note="")
    assert "请写明理由或内容" in page or "理由要在清单里" in page
    page = await press(desk, number, "info_asked", 422, note=" ")
    assert "请写明理由或内容" in page


async def test_messages_reach_the_timeline_and_blanks_block_sending(browser, wheelchair):
    desk = await browser("yang")
    page = await desk.post(
        f"/desk/tickets/{wheelchair}/note", 422, text="刘医生【评估日期】上门", kind="resident"
    )
    assert "刘医生【评估日期】上门" in page and "要先填" in page
    await desk.post(
        f"/desk/tickets/{wheelchair}/note", text="刘医生周五上门，电话 13900001111", kind="resident"
    )
    timeline = await desk.get(f"/desk/tickets/{wheelchair}/timeline?show=message")
    assert "刘医生周五上门，电话 139****1111" in timeline and "签收" not in timeline


async def test_high_privacy_keeps_its_content_to_itself_even_on_its_page(browser, staffed: Context, numbers):
    number = numbers[VIOLENCE]
    huang, chen = await browser("huang"), await browser("chen")
    page = await huang.get(f"/desk/tickets/{number}")
    assert "带孩子躲" not in page and "13700002222" not in page and "高敏事项" in page
    assert "13700002222" in await huang.post(f"/desk/tickets/{number}/unmask", 200)
    await chen.get(f"/desk/tickets/{number}", 403)


async def test_search_finds_numbers_phones_and_words_among_what_one_may_see(
    browser, staffed: Context, numbers
):
    desk, number = await browser("huang"), numbers[WHEELCHAIR]
    async with desk.client.get(
        f"/desk/tickets?q={number.lower().replace('-', '')}", allow_redirects=False
    ) as response:
        assert response.headers["Location"] == f"/desk/tickets/{number}"
    assert shown(await desk.get("/desk/tickets?q=13974501357")) == [number]
    assert shown(await desk.get("/desk/tickets?q=139****1357")) == []
    assert shown(await desk.get("/desk/tickets?q=申请轮椅")) == [number]
    assert shown(await desk.get("/desk/tickets?q=躲在里屋")) == []
    assert "没有找到" in await desk.get("/desk/tickets?q=没有这样的事")


async def test_a_kept_filter_keeps_its_search_sealed(browser, staffed: Context, numbers):
    desk, other = await browser("huang"), await browser("gao")
    where = await desk.post("/desk/filters", name="周家的", list="all", state="open", q="13974501357")
    assert shown(await desk.get(where)) == [numbers[WHEELCHAIR]]
    page = await desk.get("/desk/tickets")
    assert "周家的" in page and "周家的" not in await desk.get("/desk")
    assert "周家的" not in await other.get("/desk/tickets")
    async with staffed.db.read() as session:
        row = await session.scalar(select(SavedFilter))
    assert b"13974501357" not in row.text and "13974501357" not in str(row.query)


async def test_filters_narrow_and_are_kept_for_their_owner(browser, numbers):
    desk, other = await browser("huang"), await browser("gao")
    assert shown(await desk.get("/desk?service=A07&place=T01")) == shown(await desk.get("/desk?service=A07"))
    assert shown(await desk.get("/desk?place=T03")) and not shown(
        await desk.get("/desk?place=T03&service=A07")
    )
    await desk.post("/desk/filters", name="我的上午", service="A07", place="T01")
    page = await desk.get("/desk")
    assert "我的上午" in page
    number = re.search(r"/desk/filters/(\d+)/drop", page)[1]
    assert "我的上午" not in await other.get("/desk")
    await other.post(f"/desk/filters/{number}/drop")
    assert "我的上午" in await desk.get("/desk")


async def test_paging_goes_through_everything_once(browser, staffed: Context, numbers):
    for index in range(30):
        await file_one(
            staffed,
            "Z01",
            {"applicant_name": "张三丰", "phone": "13800001111", "demand_desc": f"第 {index} 件"},
            key=f"p{index}",
        )
    desk = await browser("huang")
    pages = [shown(await desk.get(f"/desk?page={n}")) for n in (1, 2, 3)]
    assert [len(p) for p in pages] == [20, 20, 5] and len({n for p in pages for n in p}) == 45
    assert shown(await desk.get("/desk?page=99999")) == pages[2]


async def test_an_organisation_sees_what_waits_for_it(browser, staffed: Context, numbers):
    number, who = numbers[WHEELCHAIR], await actors(staffed)
    yang, wang = await browser("yang"), await browser("wang")
    assert shown(await yang.get("/desk")) == []
    await Tickets(staffed).step(number, "awaiting_sign", who("huang"))
    assert shown(await yang.get("/desk?view=unsigned")) == [number] == shown(await wang.get("/desk"))
    await Tickets(staffed).step(number, "done", who("wang"), note="轮椅到库")
    assert shown(await wang.get("/desk")) == []
    at(staffed, DAY)
