"""Calendar, hours, terms and templates: what is set holds at once, and is recorded."""

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.desk.admin import terms
from bot.directory.models import CalendarDay, Change, ResponseTemplate, Setting
from bot.directory.response_templates import templates_for
from bot.tickets.timing import timing_of

from ..sample import DAY, at

MONDAY = datetime(2026, 11, 23, 9, tzinfo=COUNTY_ZONE)


@pytest.fixture
async def admin(browser, staffed: Context):
    at(staffed, DAY)
    return await browser("admin")


async def titles(context: Context) -> list[str]:
    async with context.db.read() as session:
        return list(await session.scalars(select(Change.title).order_by(Change.id)))


async def test_a_day_off_moves_new_deadlines_and_back(admin, staffed: Context):
    due = (await timing_of(staffed)).working(MONDAY, 1).at
    form = {"first": "2026-11-23", "last": "2026-11-24", "what": "free", "note": "县庆"}
    where = await admin.post("/desk/admin/calendar", **form)
    assert "2026-11-23 到 2026-11-24 休息（县庆）" in await admin.get(where)
    later = (await timing_of(staffed)).working(MONDAY, 1).at
    assert later.astimezone(COUNTY_ZONE).date().isoformat() == "2026-11-25"
    await admin.post("/desk/admin/calendar", first="2026-11-28", last="", what="working", note="补班")
    assert (await timing_of(staffed)).calendar.is_working(datetime(2026, 11, 28).date())
    await admin.post("/desk/admin/calendar", first="2026-11-23", last="2026-11-24", what="usual", note="")
    assert (await timing_of(staffed)).working(MONDAY, 1).at == due
    async with staffed.db.read() as session:
        assert len(list(await session.scalars(select(CalendarDay)))) == 1


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"first": "", "what": "free"}, "要选日期"),
        ({"first": "2026-12-02", "last": "2026-12-01", "what": "free"}, "不能早于第一天"),
        ({"first": "2026-01-01", "last": "2026-12-01", "what": "free"}, "一次最多 31 天"),
        ({"first": "2026-12-02", "what": "half"}, "要选上班还是休息"),
    ],
)
async def test_days_that_make_no_sense_are_refused(admin, staffed: Context, form, why):
    assert why in await admin.post("/desk/admin/calendar", 422, **form)
    assert await titles(staffed) == []


async def test_an_organisations_hours_make_its_day(admin, staffed: Context):
    await admin.post("/desk/admin/calendar/hours/CL", hours="9:00-12:00")
    timing = await timing_of(staffed)
    assert timing.clock("CL").day_minutes == 180 and timing.clock("FL").day_minutes > 180
    await admin.post("/desk/admin/calendar/hours/CL", 422, hours="九点")
    await admin.post("/desk/admin/calendar/hours/CL", hours="")
    assert (await timing_of(staffed)).clock("CL").day_minutes > 180


def whole(**changed: str) -> dict[str, str]:
    return {**terms.typed_or_current(terms.Terms(), None), "duty": "", **changed}


async def test_changed_terms_hold_and_only_they_are_kept(admin, staffed: Context):
    await admin.post("/desk/admin/terms", **whole(sign_days="2", duty="huang、gao", info_pauses="3"))
    held = (await timing_of(staffed)).terms
    assert (held.sign_days, held.info_pauses, held.duty) == (2, 3, ("huang", "gao"))
    async with staffed.db.read() as session:
        row = await session.get(Setting, "ticket_terms")
        [change] = await session.scalars(select(Change))
    assert row.value == {"sign_days": 2, "info_pauses": 3, "duty": ["huang", "gao"]}
    assert change.before == {"单位签收": 1, "最多停表": 2, "紧急值班": []}
    await admin.post("/desk/admin/terms", **whole())
    assert (await timing_of(staffed)).terms == terms.Terms()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"sign_days": "0"}, "单位签收要在 0.25 到 10"),
        ({"sign_days": "很快"}, "单位签收要填数字"),
        ({"sign_days": "nan"}, "单位签收要在"),
        ({"info_pauses": "1.5"}, "要填整数"),
        ({"info_days": "20", "info_total_days": "10"}, "不能比补充一次的还少"),
        ({"duty": "nobody"}, "没有用户名是 nobody"),
        ({"close_by_sample": "A11"}, "不能抽查"),
    ],
)
async def test_terms_out_of_reason_are_refused(admin, staffed: Context, form, why):
    assert why in await admin.post("/desk/admin/terms", 422, **whole(**form))
    assert (await timing_of(staffed)).terms == terms.Terms()


def test_every_term_of_the_state_table_is_on_the_page():
    on_page = {term.name for term in terms.EVERY} | set(terms.LISTS) | {terms.DUTY}
    assert on_page == set(terms.Terms.__annotations__)


async def test_a_template_is_added_changed_and_switched_off(admin, staffed: Context):
    form = {
        "name": "约评估",
        "body": "【称呼】，【评估日期】上门评估。",
        "org": "CL",
        "service": "",
        "state": "",
    }
    await admin.post("/desk/admin/templates", **form)
    page = await admin.get("/desk/admin/templates")
    assert "周志远您好，【评估日期】上门评估。" in page
    async with staffed.db.read() as session:
        row = await session.scalar(select(ResponseTemplate).where(ResponseTemplate.name == "约评估"))
    form["body"] = "【称呼】，【评估日期】到家里评估。"
    await admin.post(f"/desk/admin/templates/{row.id}", **form)
    await admin.post(f"/desk/admin/templates/{row.id}", do="off")
    async with staffed.db.read() as session:
        assert "约评估" not in [one.name for one in await templates_for(session, org="CL")]
    assert await titles(staffed) == ["加了答复模板“约评估”", "改了答复模板“约评估”", "停用答复模板“约评估”"]


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": "办结", "body": "x"}, "已经有一条叫"),
        ({"name": "新", "body": "【称呼，"}, "要成对"),
        ({"name": "新", "body": " "}, "要写内容"),
        ({"name": "新", "body": "x", "org": "XX"}, "从名单里选"),
    ],
)
async def test_a_template_that_is_wrong_is_refused_and_stays_typed(admin, staffed: Context, form, why):
    assert why in await admin.post("/desk/admin/templates", 422, **form)
    assert await titles(staffed) == []
