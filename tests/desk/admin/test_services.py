"""The catalogue: a service written, tried, published and stopped, without code."""

import html
import json
import re

import pytest
from sqlalchemy import func, select

from bot.context import Context
from bot.desk.admin.catalogue import EMPTY
from bot.directory.models import Change, ServiceDraft, ServiceRow
from bot.knowledge.publish import index_items
from bot.tickets.models import Ticket

from ..sample import DAY, at, file_one

BATH = {
    "name": "失能老人上门助浴",
    "category": "个人帮扶",
    "lead": "HSZ",
    "privacy": "普通",
    "helpers": "CL",
    "local": "村（社区）",
    "contacts": "县民政局",
    "group": "失能、半失能老人",
    "contact": "personal",
    "days": "3",
    "days_are": "建议承诺",
    "days_run": "working",
    "starts": "dispatch",
    "legal_days": "",
    "materials": "身份证",
    "closing": "服务单签字",
    "decider": "",
    "window": "",
    "note": "",
    "phrasings": "我妈瘫在床上，想请人上门帮她洗澡\n老人动不了，有没有上门助浴\n能不能派人来给我爸洗个澡",
}
FIELDS = [("mobility", "required"), ("home_visit", "asked"), ("income_year", "later")]


class Form(list):
    """The editor's form with its repeated fields."""

    def __init__(self, csrf: str, fields=FIELDS, **changed: str) -> None:
        super().__init__({**BATH, **changed}.items())
        for slot, how in fields:
            self += [("slot", slot), ("how", how)]
        self.append(("_csrf", csrf))


async def post(desk, path: str, form: Form, status: int = 303) -> str:
    async with desk.client.post(path, data=form, allow_redirects=False) as response:
        text = await response.text()
        assert response.status == status, text[:1500]
        return response.headers.get("Location", text)


@pytest.fixture
async def admin(browser, staffed: Context):
    at(staffed, DAY)
    return await browser("admin")


@pytest.fixture
def quick_index(monkeypatch):
    """Publishing without encoding: what is written is asked, not how near it is."""
    written = []

    def publish(_root, items, places):  # type: ignore[no-untyped-def]
        written.append((items, places))
        return "v"

    monkeypatch.setattr("bot.knowledge.publish.publish", publish)
    return written


@pytest.fixture
async def code(admin) -> str:
    where = await admin.post("/desk/admin/services", name=BATH["name"], category="个人帮扶")
    return where.rsplit("/", 1)[1]


async def test_a_new_service_has_the_next_code_and_residents_see_nothing_of_it(admin, staffed, code):
    assert code == "A25"
    assert "发布前还差" in await admin.get("/desk/admin/services/A25")
    assert "草稿 管理员" in await admin.get("/desk/admin/services")
    assert "A25" not in (await staffed.directory.county()).services


async def test_published_it_is_in_the_catalogue_the_index_and_the_record(admin, staffed, code, quick_index):
    where = await post(admin, "/desk/admin/services/A25", Form(admin.csrf, do="publish", version="1"))
    assert "发布服务“失能老人上门助浴”" in await admin.get(where)
    county = await staffed.directory.county()
    service = county.services["A25"]
    assert (service.lead, service.helpers, service.days) == ("HSZ", ("CL",), 3)
    assert (service.required, service.asked, service.later) == (
        ("mobility",),
        ("home_visit",),
        ("income_year",),
    )
    assert [slot.name for slot in county.asked_slots(service)][-2:] == ["mobility", "home_visit"]
    [(items, _)] = quick_index
    item = next(one for one in items if one.key == "service/A25")
    assert item.title == BATH["name"] and len(item.phrasings) == 3
    async with staffed.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(ServiceDraft)) == 0
        [change] = await session.scalars(select(Change))
    assert change.kind == "service" and change.before is None and change.after["lead"] == "HSZ"
    number = await file_one(
        staffed,
        "A25",
        {"applicant_name": "周远", "phone": "13912341357", "village": "T01-05", "demand_desc": "助浴"},
        key="bath",
    )
    assert "失能老人上门助浴" in await admin.get(f"/desk/tickets/{number}")


@pytest.mark.parametrize(
    ("changed", "fields", "why"),
    [
        ({"lead": ""}, FIELDS, "选主办单位"),
        ({"name": "康复辅助器具适配申请"}, FIELDS, "已经有一项服务叫"),
        ({"group": ""}, FIELDS, "写服务给谁"),
        ({"phrasings": "帮我妈洗澡"}, FIELDS, "至少写 3 句"),
        ({"contact": "safe"}, FIELDS, "只留安全联系方式的要选高敏"),
        ({"legal_days": "2"}, FIELDS, "不能比法定最长还长"),
        ({"helpers": "HSZ"}, FIELDS, "主办单位不用再选成协办"),
        ({}, [("id_later", "asked")], "身份证号不在对话里问"),
        ({}, [("phone", "required")], "开头就问了"),
        ({}, [("access_needs", "asked")], "一向由工作人员问"),
    ],
)
async def test_what_is_not_whole_is_not_published_but_kept(
    admin, staffed, code, quick_index, changed, fields, why
):
    form = Form(admin.csrf, fields, do="publish", version="1", **changed)
    page = await post(admin, "/desk/admin/services/A25", form, 422)
    assert why in page
    async with staffed.db.read() as session:
        assert await session.get(ServiceRow, "A25") is None
        assert (await session.get(ServiceDraft, "A25")).version == 2
    assert quick_index == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"days": "x"}, "天数要填数字"), ({"days": "0"}, "天数要在 1 到"), ({"privacy": "秘密"}, "从名单里选")],
)
async def test_what_is_no_value_is_not_saved(admin, staffed, code, changed, why):
    form = Form(admin.csrf, do="save", version="1", **changed)
    assert why in await post(admin, "/desk/admin/services/A25", form, 422)
    async with staffed.db.read() as session:
        assert (await session.get(ServiceDraft, "A25")).version == 1


async def test_two_who_write_at_once_are_told_and_nothing_typed_is_lost(admin, code):
    await post(admin, "/desk/admin/services/A25", Form(admin.csrf, do="save", version="1"))
    form = Form(admin.csrf, do="save", version="1", group="八十岁以上的老人")
    page = await post(admin, "/desk/admin/services/A25", form, 422)
    assert "刚刚也存过这份草稿" in page and "八十岁以上的老人" in page


async def test_changing_a_published_service_records_the_difference_alone(admin, staffed, quick_index):
    page = await admin.get("/desk/admin/services/A07")
    form = [
        (name, html.unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="(slot)" value="(\w+)">', page)
    ]
    hows = re.findall(r'name="how"[^>]*>.*?<option value="(\w+)" selected', page, flags=re.S)
    async with staffed.db.read() as session:
        row = await session.get(ServiceRow, "A07")
        whole = {**EMPTY, **row.spec, "name": row.name, "category": row.category, "lead": row.lead}
        whole |= {"privacy": row.privacy, "phrasings": "\n".join(row.phrasings)}
    posted = [(k, v) for k, v in whole.items() if isinstance(v, str | int) and not isinstance(v, bool)]
    posted += [("helpers", org) for org in whole["helpers"]]
    posted += [("local", "、".join(whole["local"])), ("contacts", "、".join(whole["contacts"]))]
    posted = [(k, str(v)) for k, v in posted if k not in ("days", "proposed_to")]
    if whole["waits_outside"]:
        posted.append(("waits_outside", "on"))
    slots = [("slot", value) for name, value in form if value]
    posted += slots + [("how", how) for how in hows[: len(slots)]]
    posted += [("days", "7"), ("do", "publish"), ("version", "0"), ("_csrf", admin.csrf)]
    await post(admin, "/desk/admin/services/A07", posted)
    async with staffed.db.read() as session:
        [change] = await session.scalars(select(Change))
    assert change.after == {"days": 7}


async def test_the_preview_asks_what_the_chat_will_ask_and_writes_nothing(admin, staffed, code):
    said: list[str] = []

    async def say(text: str) -> str:
        form = Form(admin.csrf, said=json.dumps(said), say=text)
        page = html.unescape(await post(admin, "/desk/admin/services/A25/preview", form, 200))
        said.append(text)
        return page

    page = await say("我妈瘫在床上，想请人上门帮她洗澡，我叫周远，13912341357，石岭村")
    assert "给您母亲登记“失能老人上门助浴”" in page or "登记“失能老人上门助浴”" in page
    for text in ("我妈叫李桂英，82 岁", "来不了，要上门", "要上门"):
        page = await say(text)
    assert "周远" in page and "要上门" in page
    page = await say("确认提交")
    assert "正式对话里，这时登记成工单" in page
    async with staffed.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 0
        assert (await session.get(ServiceDraft, "A25")).version == 1


async def test_a_stopped_service_is_offered_no_more_and_its_tickets_go_on(admin, staffed, quick_index):
    number = await file_one(
        staffed,
        "A07",
        {"applicant_name": "周远", "phone": "13912341357", "village": "T01-05", "demand_desc": "轮椅"},
        key="w",
    )
    await admin.post("/desk/admin/services/A07", do="off")
    assert "A07" not in (await staffed.directory.county()).services
    assert not any(item.key == "service/A07" for item in await index_items(staffed))
    assert "康复辅助器具" in await admin.get(f"/desk/tickets/{number}")
    await admin.post(f"/desk/tickets/{number}/step", name="dispatched", to="awaiting_sign", org="CL")
    await admin.post("/desk/admin/services/A07", do="on")
    assert "A07" in (await staffed.directory.county()).services
    assert "不能停" in await admin.post("/desk/admin/services/Z01", 422, do="off")
    assert "不能停" in await admin.post("/desk/admin/services/A11", 422, do="off")


async def test_a_thrown_away_draft_leaves_what_is_published(admin, staffed, code):
    assert await admin.post("/desk/admin/services/A25", do="discard") == "/desk/admin/services"
    await admin.get("/desk/admin/services/A25", 404)
    await admin.get("/desk/admin/services/X99", 404)
