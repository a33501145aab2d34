"""A morning's tickets for tests and screenshots: invented people, the sample county's services."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.directory.models import Staff
from bot.directory.roles import Role
from bot.tickets.actors import Actor, resident
from bot.tickets.service import Filing, Tickets

DAY = datetime(2026, 11, 24, 9, 58, tzinfo=COUNTY_ZONE)

PLEAS: tuple[tuple[int, str, dict[str, object], str, bool], ...] = (
    (78, "A11", {"safe_contact": "上午打 13700002222，只找本人", "demand_desc": "带孩子躲在里屋，请求帮助", "village": "T07-02"}, "web", True),
    (26 * 60, "D02", {"applicant_name": "覃小明", "phone": "13707456092", "village": "S4-01", "demand_desc": "工地 23 人去年 11 月起没发工资", "emp_type": "零工"}, "phone", False),
    (22 * 60 + 50, "A16", {"safe_contact": "班主任转，放学后", "demand_desc": "高一孩子三天没上学，说不想活", "village": "T04-03"}, "telegram", True),
    (22 * 60 + 10, "A07", {"applicant_name": "谢桂兰", "phone": "15874524416", "village": "T01-02", "demand_desc": "母亲助听器坏了，想换", "dis_type": "听力"}, "station", False),
    (22 * 60, "A05", {"applicant_name": "贺春生", "phone": "13574507703", "village": "T05-02", "demand_desc": "腿不方便去不了县城，能上门评残吗"}, "phone", False),
    (40, "A04", {"applicant_name": "罗婷", "phone": "18274500947", "village": "S1-02", "demand_desc": "超市收银，公司不交社保怎么办", "emp_type": "合同制"}, "web", False),
    (38, "A10", {"applicant_name": "何小英", "phone": "18774503350", "village": "T03-02", "demand_desc": "查出两癌，能申请救助吗"}, "web", False),
    (36, "A14", {"applicant_name": "李贵", "phone": "15974506630", "village": "T04-02", "demand_desc": "爷爷带两个孙子，父母都在广东"}, "telegram", False),
    (16, "A07", {"applicant_name": "周志远", "phone": "13974501357", "village": "T01-05", "demand_desc": "父亲中风后走不了路，申请轮椅", "is_proxy": "代父亲办", "beneficiary_name": "周建国", "dis_cert": True, "dis_type": "肢体", "device_type": "轮椅", "mobility": "来不了，要上门"}, "web", False),
    (12, "A12", {"applicant_name": "盘妹", "phone": "17774504068", "village": "T05-01", "demand_desc": "茶叶合作社贷款，想贷 20 万"}, "web", False),
    (9, "C02", {"applicant_name": "林志强", "phone": "13174509255", "village": "T07-01", "demand_desc": "厂里 86 人，还没有工会"}, "web", False),
    (8, "A06", {"applicant_name": "邓秀", "phone": "15074502984", "village": "T02-02", "demand_desc": "户籍在外县，补贴去哪里办"}, "web", False),
    (7, "B08", {"contact_name": "陈芳", "contact_phone": "13674508821", "applicant_name": "陈芳", "phone": "13674508821", "village": "T03-02", "demand_desc": "请专家讲楠竹病虫害，40 人"}, "station", False),
    (6, "B11", {"contact_name": "蒋文", "contact_phone": "13674508822", "applicant_name": "蒋文", "phone": "13674508822", "village": "T03-01", "demand_desc": "村里想办一次亲子阅读"}, "station", False),
    (5, "A20", {"applicant_name": "唐平", "phone": "13674508823", "village": "T06-01", "demand_desc": "问一下献血后用血怎么报销"}, "web", False),
)  # fmt: skip


def filled(context_county, code: str, fields: dict[str, object]) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """The fields with something in every slot that a filing demands."""
    whole = dict(fields)
    service = context_county.services[code]
    kinds = {
        "yes_no": True,
        "integer": 1,
        "phone": "13800000000",
        "date": "2026-12-01",
        "month": "1970-01",
        "amount": "3200",
    }
    for slot in context_county.asked_slots(service):
        if slot.name in whole or slot.name == "is_proxy" or slot.type == "photo" or "safe_contact" in whole:
            continue
        whole[slot.name] = slot.choices[0] if slot.choices else kinds.get(slot.type, "没说")
        if slot.type == "place":
            whole[slot.name] = (
                str(fields.get("village", "T01-05"))[:3]
                if slot.name == "town"
                else fields.get("village", "T01-05")
            )
    return whole


def at(context: Context, moment: datetime) -> None:
    """Set the context's clock."""
    context.clock = lambda: moment


async def file_one(
    context: Context,
    code: str,
    fields: dict[str, object],
    channel: str = "web",
    *,
    key: str,
    urgent: bool = False,
    conversation: str | None = None,
) -> str:
    """File a ticket and return its number."""
    county = await context.directory.county()
    filing = Filing(
        key=key,
        service=code,
        fields=filled(county, code, fields),
        channel=channel,
        actor=resident(conversation or "none"),
        conversation=conversation,
        urgent=urgent,
    )
    return (await Tickets(context).file(filing)).ticket.number


async def fill(context: Context) -> dict[str, str]:
    """File the morning's tickets; returns the numbers by plea, with the clock left at the end of it."""
    numbers = {}
    for index, (minutes, code, fields, channel, urgent) in enumerate(PLEAS):
        at(context, DAY - timedelta(minutes=minutes))
        numbers[str(fields["demand_desc"])] = await file_one(
            context, code, fields, channel, key=f"sample:{index}", urgent=urgent
        )
    at(context, DAY)
    return numbers


async def actors(context: Context) -> Callable[[str], Actor]:
    """The people of the desk as tickets know them, by login."""
    async with context.db.read() as session:
        rows = {row.login: row for row in await session.scalars(select(Staff))}

    def one(login: str) -> Actor:
        row = rows[login]
        return Actor("staff", str(row.id), row.name, Role(row.role), row.org, row.grid)

    return one


async def wheelchair_in_progress(context: Context, number: str) -> None:
    """Dispatch the wheelchair ticket and have it signed, with the story's messages and pauses."""
    tickets, who = Tickets(context), await actors(context)
    steps: tuple[tuple[datetime, Callable[[], Awaitable[object]]], ...] = (
        (
            DAY + timedelta(minutes=17),
            lambda: tickets.step(number, "awaiting_sign", who("huang"), note="属县残联职责，材料基本齐全"),
        ),
        (DAY + timedelta(hours=4, minutes=22), lambda: tickets.step(number, "in_progress", who("yang"))),
        (
            DAY + timedelta(hours=5),
            lambda: tickets.act(number, "contacted", who("yang"), data={"outcome": "reached"}),
        ),
        (
            DAY + timedelta(days=2),
            lambda: tickets.step(number, "awaiting_info", who("yang"), note="家门口台阶的照片"),
        ),
        (
            DAY + timedelta(days=3),
            lambda: tickets.step(number, "in_progress", who("yang"), note="居民补了照片"),
        ),
        (
            DAY + timedelta(days=8, hours=5),
            lambda: tickets.note(number, "评估那天请备好残疾人证和身份证", who("yang"), internal=False),
        ),
        (
            DAY + timedelta(days=8, hours=6),
            lambda: tickets.note(number, "红十字会的轮椅已到库，等评估", who("yang"), internal=True),
        ),
    )
    for moment, step in steps:
        at(context, moment)
        await step()
    at(context, DAY + timedelta(days=9))
