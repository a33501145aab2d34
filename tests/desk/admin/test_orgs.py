"""Organisations: added, renamed, ended and replaced, and never so that a matter goes nowhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import local
from bot.context import Context
from bot.desk.admin import nowhere
from bot.directory.load import touch_directory
from bot.directory.models import Change, Organisation, ServiceRow
from bot.tickets.models import Assignment
from bot.tickets.routing import standing_in
from bot.tickets.service import Tickets

from ..sample import DAY, actors, at, fill


@pytest.fixture
async def admin(browser, staffed: Context):
    at(staffed, DAY)
    return await browser("admin")


async def changes(context: Context) -> list[Change]:
    async with context.db.read() as session:
        return list(await session.scalars(select(Change).order_by(Change.id)))


async def test_a_new_organisation_is_there_at_once_and_recorded(admin, staffed: Context):
    where = await admin.post("/desk/admin/orgs", code="kxw", name="县科学院", active_from="")
    assert where.startswith("/desk/admin/orgs/KXW?done=")
    assert "加了县科学院" in await admin.get(where)
    assert (await staffed.directory.county()).orgs["KXW"].name == "县科学院"
    [one] = await changes(staffed)
    assert (one.kind, one.subject, one.actor_name, one.before) == ("organisation", "KXW", "管理员", None)
    assert one.after == {"name": "县科学院", "active_from": None}


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"code": "1A", "name": "x"}, "代码用 2 到 8 个"),
        ({"code": "CL", "name": "x"}, "已经是县残联的了"),
        ({"code": "NEW", "name": "县残联"}, "已经有一个单位叫县残联"),
        ({"code": "NEW", "name": " "}, "要写名称"),
        ({"code": "NEW", "name": "x", "active_from": "2026-13-40"}, "日期要写成"),
    ],
)
async def test_what_cannot_be_added_is_refused_and_stays_typed(admin, staffed: Context, form, why):
    page = await admin.post("/desk/admin/orgs", 422, **form)
    assert why in page and f'value="{form["code"]}"' in page
    assert await changes(staffed) == []


async def test_another_name_is_seen_everywhere_and_the_record_keeps_both(admin, staffed: Context):
    await admin.post("/desk/admin/orgs/CL", name="县残疾人联合会", hours="8:30至12:00，14:30—17:30")
    assert (await staffed.directory.county()).orgs["CL"].hours == ("08:30-12:00", "14:30-17:30")
    assert "县残疾人联合会" in await admin.get("/desk/admin/orgs")
    [one] = await changes(staffed)
    assert one.before == {"name": "县残联", "hours": None}
    assert one.after == {"name": "县残疾人联合会", "hours": ["08:30-12:00", "14:30-17:30"]}
    page = await admin.get("/desk/admin/changes")
    assert "县残联改名为县残疾人联合会" in page and "<del>县残联</del>" in page
    await admin.post("/desk/admin/orgs/CL", name="县残疾人联合会", hours="08:30-12:00 14:30-17:30")
    assert len(await changes(staffed)) == 1, "what changes nothing is not recorded"


@pytest.mark.parametrize(
    "hours", ["上午", "08:30-25:00", "14:30-17:30 08:30-12:00", "08:30-12:00 11:00-17:30"]
)
async def test_hours_that_are_none_are_refused(admin, staffed: Context, hours):
    await admin.post("/desk/admin/orgs/CL", 422, name="县残联", hours=hours)
    assert (await staffed.directory.county()).orgs["CL"].hours is None


async def test_nobody_is_switched_off_without_someone_who_takes_over(admin, staffed: Context):
    page = await admin.post("/desk/admin/orgs/CL", 422, do="end", from_day="2027-01-01", replaced_by="")
    assert "停用后没人接" in page and "先选由哪个单位接替" in page
    page = await admin.post("/desk/admin/orgs/CL", 422, do="end", from_day="2027-01-01", replaced_by="FL")
    assert "县妇联还没有能登录的经办人" in page
    page = await admin.post("/desk/admin/orgs/CL", 422, do="end", from_day="2026-11-23", replaced_by="HSZ")
    assert "日期已经过了" in page
    page = await admin.post("/desk/admin/orgs/CL", 422, do="end", from_day="2027-01-01", replaced_by="CL")
    assert "不能由自己接替自己" in page
    page = await admin.post("/desk/admin/orgs/ZX", 422, do="end", from_day="2027-01-01", replaced_by="HSZ")
    assert "不能停用" in page
    assert await changes(staffed) == []


async def test_from_its_day_on_the_other_organisation_gets_the_tickets(admin, staffed: Context):
    await admin.post("/desk/admin/orgs/CL", do="end", from_day="2026-11-25", replaced_by="HSZ")
    county = await staffed.directory.county()
    today = local(staffed.clock()).date()
    assert standing_in(county, "CL", today) == "CL"
    assert standing_in(county, "CL", today + timedelta(days=1)) == "HSZ"
    assert nowhere.lost(county, today) == []
    numbers = await fill(staffed)
    at(staffed, DAY + timedelta(days=1))
    number = numbers["父亲中风后走不了路，申请轮椅"]
    await Tickets(staffed).step(number, "awaiting_sign", (await actors(staffed))("huang"))
    async with staffed.db.read() as session:
        assert set(await session.scalars(select(Assignment.org))) == {"HSZ"}


async def test_no_chain_of_replacements_ends_in_nobody(admin, staffed: Context):
    await admin.post("/desk/admin/orgs/CL", do="end", from_day="2027-01-01", replaced_by="HSZ")
    page = await admin.post("/desk/admin/orgs/HSZ", 422, do="end", from_day="2027-06-01", replaced_by="CL")
    assert "没有单位接" in page
    await admin.post("/desk/admin/orgs/HSZ", do="end", from_day="2027-06-01", replaced_by="GGW")
    county = await staffed.directory.county()
    assert standing_in(county, "CL", local(DAY).date().replace(year=2028)) == "GGW"
    await admin.post("/desk/admin/orgs/GGW", 422, do="end", from_day="2027-07-01", replaced_by="HSZ")


async def test_what_is_still_in_its_hands_holds_an_organisation_without_services(admin, staffed: Context):
    number = (await fill(staffed))["父亲中风后走不了路，申请轮椅"]
    await Tickets(staffed).step(number, "awaiting_sign", (await actors(staffed))("huang"))
    async with staffed.db.write() as session:
        for row in await session.scalars(select(ServiceRow)):
            row.lead = "FL" if row.lead == "CL" else row.lead
            row.spec = {**row.spec, "helpers": [one for one in row.spec["helpers"] if one != "CL"]}
        (await session.get(Organisation, "CL")).position = 90
        await touch_directory(session)
    page = await admin.post("/desk/admin/orgs/CL", 422, do="end", from_day="2026-12-01", replaced_by="")
    assert "手里还有 1 件没办完" in page


async def test_an_end_can_be_taken_back(admin, staffed: Context):
    await admin.post("/desk/admin/orgs/CL", do="end", from_day="2027-01-01", replaced_by="HSZ")
    assert "不停用了" in await admin.get("/desk/admin/orgs/CL")
    await admin.post("/desk/admin/orgs/CL", do="resume")
    assert (await staffed.directory.county()).orgs["CL"].active_until is None


async def test_there_is_no_page_of_an_unknown_organisation(admin):
    await admin.get("/desk/admin/orgs/XX", 404)
    await admin.post("/desk/admin/orgs/XX", 404, name="x", hours="")
