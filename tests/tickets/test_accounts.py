"""What the steps leave on record for the figures, read from the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.tickets.accounts import SOURCE, is_substantive
from bot.tickets.models import Assignment, Rating, Ticket
from tests.tickets.conftest import (
    ADMIN,
    HELPER,
    LEAD,
    MINE,
    OUTSIDER,
    REVIEWER,
    SAFE,
    SECOND,
    Desk,
    at,
)


async def parts(desk: Desk, number: str) -> dict[str, dict[str, Any]]:
    """The clock of every assignment by organisation and role."""
    async with desk.context.db.read() as session:
        rows = await session.scalars(
            select(Assignment).join(Ticket, Ticket.id == Assignment.ticket).where(Ticket.number == number)
        )
        return {f"{row.org} {row.role}": row.clock for row in rows}


async def ratings(desk: Desk) -> list[Rating]:
    async with desk.context.db.read() as session:
        return list(await session.scalars(select(Rating).order_by(Rating.id)))


async def test_every_answer_of_every_round_is_kept(desk: Desk) -> None:
    number = await desk.rated()
    await desk.tickets.rate(number, "不满意", "轮椅坏的", MINE)
    desk.go(days=1)
    await desk.tickets.step(number, "awaiting_close", LEAD, note="换了一台")
    await desk.tickets.step(number, "awaiting_rating", SECOND)
    await desk.tickets.rate(number, "满意", None, MINE, solved="partly", source="10.1.1.9")
    first, second = await ratings(desk)
    assert (first.rating, first.solved, first.org, first.source) == ("不满意", "no", "CL", None)
    assert (second.rating, second.solved, second.actor) == ("满意", "partly", "resident")
    assert second.source == desk.context.vault.lookup(SOURCE, "10.1.1.9")
    rounds = (await parts(desk, number))["CL lead"]["rounds"]
    assert len(rounds) == 1 and rounds[0]["done_at"] and rounds[0]["closed_at"]
    assert datetime.fromisoformat(rounds[0]["due"]) == at("2026-12-15 17:30")


async def test_silence_and_voided_ratings_are_kept(desk: Desk) -> None:
    silent = await desk.rated()
    desk.go(days=8)
    await desk.fire()
    abused = await desk.rated()
    await desk.tickets.rate(abused, "不满意", None, MINE)
    await desk.tickets.act(abused, "rating_voided", ADMIN, note="同一地址一天打了四十次差评")
    first, second = await ratings(desk)
    assert (first.rating, first.actor, first.void) == (None, "system", None)
    assert (second.rating, second.void) == ("不满意", ADMIN.key)
    assert silent != abused


async def test_upheld_return_ends_the_part(desk: Desk) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await desk.tickets.step(number, "return_review", LEAD, note="户籍不在本县")
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="WL")
    clock = (await parts(desk, number))["CL lead"]
    assert clock["return_upheld"] and clock["ended"] == "returned" and clock["ended_at"]


async def test_dispute_that_the_consultation_grants_counts_as_upheld(desk: Desk) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await desk.tickets.step(number, "return_review", LEAD, note="户籍不在本县")
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, note="居住地在本县")
    await desk.tickets.step(number, "consultation", LEAD, note="仍有异议")
    await desk.tickets.step(number, "in_progress", ADMIN, org="WL", note="由文联办")
    clock = (await parts(desk, number))["CL lead"]
    assert clock["return_upheld"] and clock["ended"] == "decided"


async def test_extension_keeps_the_plain_deadline_and_pauses_move_it(desk: Desk) -> None:
    number = await desk.at_work()
    await desk.tickets.step(number, "extension_review", LEAD, note="厂家缺货", until=at("2026-12-22 17:30"))
    await desk.tickets.step(number, "in_progress", REVIEWER, until=at("2026-12-22 17:30"))
    clock = (await parts(desk, number))["CL lead"]
    assert clock["unextended"].startswith("2026-12-15T09:30")
    await desk.tickets.step(number, "awaiting_info", LEAD, note="再量一次尺寸")
    desk.go(days=1)
    await desk.tickets.supplement(number, "量好了", MINE)
    clock = (await parts(desk, number))["CL lead"]
    assert clock["unextended"].startswith("2026-12-16T09:30")


async def test_closing_on_silence_is_marked_and_the_pause_is_added(desk: Desk) -> None:
    number = await desk.at_work()
    await desk.tickets.step(number, "awaiting_info", LEAD, note="缺残疾证照片")
    for day in ("2026-11-25 10:00", "2026-11-26 10:00"):
        desk.at(day)
        await desk.tickets.act(number, "contacted", LEAD, data={"outcome": "no_answer"})
    desk.at("2026-12-02 10:00")
    await desk.tickets.step(number, "closed", LEAD)
    clock = (await parts(desk, number))["CL lead"]
    assert clock["silent"] is True


async def test_merging_can_be_undone_without_waking_a_former_lead(desk: Desk) -> None:
    number = await desk.number()
    other = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await desk.tickets.step(number, "return_review", LEAD, note="户籍不在本县")
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="WL")
    await desk.tickets.step(number, "merged", REVIEWER, data={"into": other})
    view = await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    assert [(part.org, part.role) for part in view.assignments if part.role == "lead"] == [("WL", "lead")]


async def test_policy_needs_two_people(desk: Desk) -> None:
    number = await desk.at_work()
    await desk.tickets.step(number, "done", HELPER, note="没有这一型号")
    await desk.tickets.step(number, "awaiting_close", LEAD, note="政策不补", data={"policy": True})
    await desk.tickets.step(number, "awaiting_rating", OUTSIDER, data={"policy": True})
    async with desk.context.db.read() as session:
        ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
    assert ticket.clock["policy_by"] == LEAD.key and ticket.clock["policy_read"] == OUTSIDER.key


async def test_safe_window_moves_the_contact_alone_at_high_privacy(desk: Desk) -> None:
    private, plain = await desk.number("A11", SAFE), await desk.number()
    window = {"safe_from": at("2026-11-25 10:00").isoformat()}
    private_view = await desk.tickets.step(private, "awaiting_sign", REVIEWER, data=window)
    assert private_view.contact_due == at("2026-11-25 10:30")
    plain_view = await desk.tickets.step(plain, "awaiting_sign", REVIEWER, data=window)
    assert plain_view.contact_due == at("2026-11-25 09:42")


def test_replies_that_say_nothing() -> None:
    for empty in ("收到", "已阅。", "同意", "好", "已收到了", "无意见", "！"):
        assert not is_substantive(empty)
    for full in ("轮椅到库", "已办理低保复核，下月发放", "周三上门"):
        assert is_substantive(full)
