"""Proposals of free complaints: who reads them, what is kept, what is learned, what may be exported."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.retention.erase import anonymise_ticket
from bot.tickets import engine
from bot.tickets.actors import SYSTEM
from bot.tickets.errors import Forbidden
from bot.tickets.models import RoutingProposal
from bot.tickets.proposing.proposals import lessons, proposal
from nlu.retrieval.index import Item, publish
from tests.tickets.conftest import ADMIN, AUDITOR, CONVENOR, LEAD, MAINTAINER, REVIEWER, VILLAGE, Desk

ABOUT = {
    "A07": ("康复辅助器具适配申请", "我爸走不了路，想申请轮椅", "助听器坏了想换一个", "申请拐杖"),
    "A04": ("职工法律维权与欠薪求助", "老板拖欠工资不给", "公司不发工资怎么办", "工地欠薪"),
    "A24": ("农技与科普咨询", "柑橘叶子发黄怎么治", "橘子树生虫了", "想学种植技术"),
    "A10": ("低收入妇女两癌救助申报", "查出乳腺癌能申请救助吗", "宫颈癌救助"),
}


def complaint(text: str, village: str = "T01-05", name: str = "李小明") -> dict[str, str]:
    return {"applicant_name": name, "phone": "13800001111", "village": village, "demand_desc": text}


@pytest.fixture
def published(desk: Desk) -> None:
    """A small index of services."""
    items = [
        Item(key=f"service/{code}", title=title, answer="", phrasings=tuple(said), service=code)
        for code, (title, *said) in ABOUT.items()
    ]
    publish(Path(desk.context.settings.state_dir) / "index", items, [])


async def kept(desk: Desk) -> list[RoutingProposal]:
    async with desk.context.db.read() as session:
        return list(await session.scalars(select(RoutingProposal).order_by(RoutingProposal.ticket)))


async def test_a_complaint_gets_a_lead_with_reasons_and_the_decision_is_kept(
    desk: Desk, published: None
) -> None:
    number = await desk.number("Z01", complaint("工地老板拖欠工资，一直不给"))
    [best, *_] = await proposal(desk.context, number, REVIEWER)
    assert best.org == "ZGH" and best.service == "A04" and "职工法律维权" in best.reasons[0]
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="ZGH")
    [row] = await kept(desk)
    assert (row.lead, row.service, row.chosen, row.decided_by) == ("ZGH", "A04", "ZGH", REVIEWER.key)
    assert await proposal(desk.context, number, REVIEWER) == [], "it has been dispatched"


async def test_what_was_changed_is_learned(desk: Desk, published: None) -> None:
    for _ in range(3):
        number = await desk.number("Z01", complaint("村口路灯不亮，晚上看不见"))
        first = await proposal(desk.context, number, REVIEWER)
        await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="KX")
    assert first[0].org in ("KX", "ZX")
    number = await desk.number("Z01", complaint("村里路灯又不亮了，晚上看不见路"))
    [best, *_] = await proposal(desk.context, number, REVIEWER)
    assert best.org == "KX"
    assert any("件相近的诉求" in reason for reason in best.reasons)


@pytest.mark.parametrize("server", ["sqlite"])
async def test_an_upheld_return_and_another_matter_correct_the_lesson(desk: Desk, published: None) -> None:
    number = await desk.number("Z01", complaint("柑橘叶子发黄"))
    await proposal(desk.context, number, REVIEWER)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="CL")
    await desk.tickets.step(number, "return_review", LEAD, note="不归残联，是农技的事，请科协")
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="KX")
    other = await desk.number("Z01", complaint("橘子树生虫"))
    await desk.tickets.act(other, "reclassified", REVIEWER, data={"service": "A24"}, note="是农技咨询")
    first, second = await kept(desk)
    assert first.chosen == "KX" and (second.chosen, second.chosen_service) == ("KX", "A24")
    assert second.lead is None, "nobody had looked at a proposal"


@pytest.mark.parametrize("server", ["sqlite"])
async def test_who_may_not_and_which_tickets_have_none(desk: Desk, published: None) -> None:
    number = await desk.number("Z01", complaint("工地欠薪"))
    for actor in (LEAD, AUDITOR, CONVENOR, MAINTAINER, VILLAGE):
        with pytest.raises(Forbidden):
            await proposal(desk.context, number, actor)
    assert await kept(desk) == []
    assert await proposal(desk.context, await desk.number(), ADMIN) == []


@pytest.mark.parametrize("server", ["sqlite"])
async def test_lessons_hold_no_person_and_go_with_the_ticket(desk: Desk, published: None) -> None:
    said = "我叫王建国，住青石镇，电话 13912345678，身份证 430421196512031216，工地欠薪三个月"
    number = await desk.number("Z01", complaint(said))
    await proposal(desk.context, number, REVIEWER)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="CL")
    [lesson] = [one async for one in lessons(desk.context)]
    assert lesson["proposed"] == "ZGH" and lesson["chosen"] == "CL" and lesson["changed"] is True
    assert "欠薪" in lesson["text"]
    for word in ("王建国", "13912345678", "430421196512031216"):
        assert word not in lesson["text"]
    async with engine.locked(desk.context, number, SYSTEM) as work:
        await anonymise_ticket(
            work.session, desk.context, work.ticket, at=desk.now(), actor=SYSTEM, reason="到期"
        )
    assert [one async for one in lessons(desk.context)] == []
