"""The blind index: what is found, by whom, how little it says, and that it goes with what it tells of."""

import pytest
from sqlalchemy import func, select

from bot.retention.rights import erase_ticket
from bot.tickets import finding
from bot.tickets.actors import Actor
from bot.tickets.models import Ticket, TicketWord
from bot.tickets.values import TicketQuery
from bot.tickets.words import hashes, pairs

from .conftest import (
    ADMIN,
    AUDITOR,
    CONVENOR,
    ENQUIRY,
    HELPER,
    LEAD,
    OTHER,
    OTHER_VILLAGE,
    REVIEWER,
    SAFE,
    VILLAGE,
    Desk,
)

ONE = pytest.mark.parametrize("server", ["sqlite"])


async def found(desk: Desk, who: Actor, text: str) -> list[str]:
    page = await desk.tickets.search(TicketQuery(text=text, order="oldest"), who)
    assert page.total == len(page.items)
    return [item.number for item in page.items]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("申请轮椅", ["申请", "请轮", "轮椅"]),
        ("Wi-Fi 坏了，A07", ["wi", "fi", "坏了", "a07"]),
        ("輪椅、轮椅", ["轮椅"]),
        ("１２３４ 伞", ["1234"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_pairs(text: str, cut: list[str]) -> None:
    assert pairs(text) == cut


async def test_words_are_found_however_they_are_segmented(desk: Desk) -> None:
    chair = await desk.number()
    fruit = await desk.number("Z01", ENQUIRY)
    for text in ("轮椅", "走不了路", "申请轮椅", "輪椅", "轮椅 半山", "康复辅助器具", "石岭村"):
        assert chair in await found(desk, REVIEWER, text), text
        assert (fruit in await found(desk, REVIEWER, text)) is (text == "石岭村")
    assert await found(desk, REVIEWER, "柑橘叶子") == [fruit]
    for text in ("轮椅 柑橘", "路走不了", "没有这样的事", "椅", "轮椅 椅", "，。", "%"):
        assert await found(desk, REVIEWER, text) == [], text


async def test_the_result_is_found_when_it_is_written(desk: Desk) -> None:
    number = await desk.done()
    assert await found(desk, LEAD, "配发轮椅一台") == [number]


@ONE
async def test_nobody_finds_what_he_may_not_see(desk: Desk) -> None:
    number = await desk.at_work()
    for who, sees in ((LEAD, True), (HELPER, True), (VILLAGE, False), (OTHER, False)):
        assert (await found(desk, who, "申请轮椅") == [number]) is sees
    plain = await desk.number("A24", {**ENQUIRY, "demand_desc": "柑橘叶子发黄，问怎么治"})
    for who, sees in ((VILLAGE, True), (OTHER_VILLAGE, False), (LEAD, False)):
        assert (await found(desk, who, "柑橘叶子") == [plain]) is sees


@ONE
async def test_a_phone_number_leads_only_those_who_may_read_it(desk: Desk) -> None:
    number = await desk.at_work()
    for who, finds in (
        (REVIEWER, True), (ADMIN, True), (LEAD, True), (HELPER, False), (OTHER, False),
        (CONVENOR, False), (AUDITOR, False), (VILLAGE, False),
    ):  # fmt: skip
        assert (await found(desk, who, "139 0735 1357") == [number]) is finds, who.name


@ONE
async def test_a_whole_name_leads_the_reviewer_and_nobody_else(desk: Desk) -> None:
    number = await desk.at_work()
    assert await found(desk, REVIEWER, "周建国") == [number]
    assert await found(desk, REVIEWER, "建国") == []
    for who in (LEAD, HELPER, CONVENOR, AUDITOR):
        assert await found(desk, who, "周建国") == []
    told = await desk.number(fields={**ENQUIRY, "demand_desc": "李明家的柑橘叶子发黄"}, service="Z01")
    assert await found(desk, AUDITOR, "李明家") == []
    assert await found(desk, AUDITOR, "柑橘叶子") == [told]


@ONE
async def test_nothing_of_a_matter_of_high_privacy_is_indexed(desk: Desk) -> None:
    number = await desk.number("A11", SAFE)
    for text in ("丈夫打人", "找地方住", "上午十点"):
        assert await found(desk, REVIEWER, text) == []
    assert await found(desk, REVIEWER, "妇女维权") == [number]


@ONE
async def test_a_matter_that_turns_out_private_leaves_the_index(desk: Desk) -> None:
    number = await desk.number("Z01", ENQUIRY)
    await desk.tickets.act(number, "reclassified", REVIEWER, data={"service": "A11"}, note="其实是这个")
    assert await found(desk, REVIEWER, "柑橘叶子") == []
    assert await found(desk, REVIEWER, "妇女维权") == [number]


async def test_the_index_holds_no_word_and_goes_with_erasure(desk: Desk) -> None:
    number = await desk.rated()
    async with desk.context.db.read() as session:
        words = set(await session.scalars(select(TicketWord.word)))
    assert hashes(desk.context.vault, ["轮椅"])[0] in words
    assert all(0 <= word < 2**63 for word in words) and len(words) > 20
    desk.go(days=8)
    await desk.fire()
    await erase_ticket(desk.context, number, Actor("system", "cli", "命令行"))
    assert await found(desk, REVIEWER, "轮椅") == []
    async with desk.context.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(TicketWord)) == 0
        assert await session.scalar(select(Ticket.erased_at).where(Ticket.number == number)) is not None


async def test_of_a_common_word_the_newest_that_one_may_see_are_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await desk.at_work()
    second, third = await desk.number("Z01", ENQUIRY), await desk.number("Z01", ENQUIRY)
    monkeypatch.setattr(finding, "FOUND", 2)
    assert await found(desk, REVIEWER, "石岭村") == [second, third]
    assert await found(desk, REVIEWER, "石岭村 轮椅") == [first]
    assert await found(desk, LEAD, "石岭村") == [first], "others' tickets do not push out one's own"
    assert await found(desk, REVIEWER, "柑橘 轮椅") == []
