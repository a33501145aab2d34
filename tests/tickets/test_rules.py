"""The rules of the ticket in PRACTICE.md, one test each."""

import pytest
from sqlalchemy import select

from bot.directory.models import Staff
from bot.directory.roles import Role
from bot.tickets.actors import bearer_of_code
from bot.tickets.errors import Forbidden, Missing, NoSuchStep, NotFound
from bot.tickets.models import Outbox
from tests.tickets.conftest import (
    ADMIN,
    CONVENOR,
    ENQUIRY,
    HELPER,
    LEAD,
    MINE,
    OTHER_VILLAGE,
    OUTSIDER,
    REVIEWER,
    SAFE,
    SECOND,
    STRANGER,
    VILLAGE,
    Desk,
    at,
    staff,
)

FL = staff(Role.ORGANISATION, "FL", "20")
TXW = staff(Role.ORGANISATION, "TXW", "21")
ZX = staff(Role.ORGANISATION, "ZX", "22")
ZGH = staff(Role.ORGANISATION, "ZGH", "23")
ORDER = {
    "station": "T01-05",
    "contact_name": "陈桂芳",
    "contact_phone": "13800002222",
    "expected_date": "2026-12-10",
    "expected_people": 40,
    "venue": "室内有投影",
    "topic": "青年返乡创业",
    "audience": "青年",
}
WAGES = {
    "applicant_name": "刘骑手",
    "phone": "13600003333",
    "village": "T01-05",
    "demand_desc": "平台三个月没结工资",
}


async def test_rule_01_urgent_matters_run_round_the_clock_with_a_duty_roster(desk: Desk) -> None:
    async with desk.context.db.write() as session:
        for login in ("night1", "night2"):
            session.add(
                Staff(
                    login=login,
                    name=login,
                    role="organisation",
                    org="FL",
                    password_hash="x",
                    created_at=desk.now(),
                )
            )
    await desk.set_terms(duty=["night1", "night2"])
    desk.at("2026-11-28 23:00")
    number = await desk.number("A11", SAFE)
    view = await desk.tickets.view(number, REVIEWER)
    assert view.urgent and view.due == at("2026-11-29 00:00")
    view = await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    assert view.contact_due == at("2026-11-28 23:30")
    await desk.fire()
    assert len(await desk.told("desk", "staff:night1")) == 1
    assert await desk.told("desk", "staff:night2") == []
    desk.go(minutes=15)
    await desk.fire()
    await desk.fire()
    assert len(await desk.told("desk", "staff:night2")) == 1
    view = await desk.tickets.step(number, "in_progress", FL)
    assert view.due == at("2026-11-29 23:00")


async def test_rule_02_the_clock_runs_from_dispatch_and_unsigned_counts_as_signed_late(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    quick, slow = await desk.number(), await desk.number()
    for number in (quick, slow):
        await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    signed = await desk.tickets.step(quick, "in_progress", LEAD)
    desk.at("2026-11-25 10:14")
    await desk.fire()
    assert (await desk.tickets.view(slow, REVIEWER)).state == "awaiting_sign"
    desk.at("2026-11-25 10:15")
    await desk.fire()
    late = await desk.tickets.view(slow, REVIEWER)
    assert late.state == "in_progress" and late.assignments[0].deemed_signed
    assert late.due == signed.due, "leaving it unsigned wins no time"
    assert "deemed_signed" in await desk.types(slow)


async def test_rule_03_contacted_is_an_event_of_its_own(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.number()
    view = await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    assert view.contact_due == at("2026-11-25 10:15")
    with pytest.raises(Missing):
        await desk.tickets.act(number, "contacted", LEAD)
    for outcome in ("no_answer", "no_answer"):
        view = await desk.tickets.act(number, "contacted", LEAD, data={"outcome": outcome})
    view = await desk.tickets.act(number, "contacted", LEAD, data={"outcome": "no_answer"})
    assert view.contacted_at is None, "three tries on one day do not do"
    desk.at("2026-11-25 10:20")
    await desk.fire()
    assert "contact_overdue" in await desk.types(number)
    view = await desk.tickets.act(number, "contacted", LEAD, data={"outcome": "call_back"})
    assert view.contacted_at == desk.now()
    other = await desk.number()
    await desk.tickets.step(other, "awaiting_sign", REVIEWER)
    view = await desk.tickets.act(other, "contacted", LEAD, data={"outcome": "reached"})
    assert view.contacted_at == desk.now()
    with pytest.raises(Forbidden):
        await desk.tickets.act(
            other, "contacted", staff(Role.ORGANISATION, "WL"), data={"outcome": "reached"}
        )


async def test_rule_04_terms_are_the_services_and_legal_ones_are_not_extended(desk: Desk) -> None:
    desk.at("2026-11-24 10:00")
    number = await desk.number("A04", WAGES)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    view = await desk.tickets.step(number, "in_progress", ZGH)
    assert view.due == at("2026-12-01 17:30")
    with pytest.raises(NoSuchStep, match="法定时限"):
        await desk.tickets.step(number, "extension_review", ZGH, note="忙", until=at("2026-12-05 17:30"))

    order = await desk.number("B01", ORDER)
    await desk.tickets.step(order, "awaiting_sign", REVIEWER)
    view = await desk.tickets.step(order, "in_progress", TXW)
    assert view.due == at("2026-12-15 17:30"), "reported within three days after the event"
    desk.at("2026-11-28 10:00")
    await desk.fire()
    assert "confirm_overdue" in await desk.types(order), "an order is confirmed in three days"
    await desk.tickets.act(order, "order_confirmed", TXW, data={"date": "2026-12-17"})
    view = await desk.tickets.view(order, TXW)
    assert view.due == at("2026-12-22 17:30") and view.fields["confirmed_date"] == "2026-12-17"
    assert "2026-12-17" in (await desk.told("resident"))[-1]["text"]


async def test_rule_05_only_the_centres_organisations_get_assignments(desk: Desk) -> None:
    number = await desk.at_work()
    with pytest.raises(Missing, match="没有代码"):
        await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="县民政局")
    await desk.tickets.note(number, "问过县民政局，低保已批", LEAD, internal=True)
    view = await desk.tickets.view(number, LEAD)
    assert {part.org for part in view.assignments} == {"CL", "HSZ"}
    assert view.events[-1].note == "问过县民政局，低保已批"


async def test_rule_06_what_lies_outside_has_a_number_and_a_review_date(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.at_work()
    due = (await desk.tickets.view(number, LEAD)).due
    with pytest.raises(Missing):
        await desk.tickets.step(number, "awaiting_external", LEAD, until=at("2026-12-10 17:30"))
    with pytest.raises(Missing):
        await desk.tickets.step(number, "awaiting_external", LEAD, note="县民政局，受理号 1234")
    with pytest.raises(NoSuchStep, match="30 天"):
        await desk.tickets.step(
            number, "awaiting_external", LEAD, note="县民政局，受理号 1234", until=at("2026-12-25 17:30")
        )
    view = await desk.tickets.step(
        number, "awaiting_external", LEAD, note="县民政局，受理号 1234", until=at("2026-12-10 17:30")
    )
    assert view.due == at("2026-12-10 17:30")
    assert "县民政局" in (await desk.told("resident"))[-1]["text"]
    desk.at("2026-12-01 10:15")
    view = await desk.tickets.step(number, "in_progress", LEAD)
    assert due is not None and view.due == at("2026-12-22 17:30"), "five working days stood still"
    await desk.tickets.step(
        number, "awaiting_external", LEAD, note="还在县民政局", until=at("2026-12-10 17:30")
    )
    desk.at("2026-12-10 18:00")
    await desk.fire()
    assert (await desk.tickets.view(number, LEAD)).state == "in_progress", "nobody renewed it: the clock runs"


async def test_rule_07_referral_has_a_check_call_and_refusal_a_reason_and_a_second_reader(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.number()
    view = await desk.tickets.step(number, "referred", REVIEWER, note="县医保局，受理号 88")
    assert view.due == at("2026-12-01 17:30")
    desk.at("2026-12-01 17:31")
    await desk.fire()
    assert "check_call_due" in await desk.types(number)
    view = await desk.tickets.act(number, "check_called", REVIEWER, note="医保局已受理")
    assert view.due is None

    number = await desk.number()
    with pytest.raises(Missing, match="清单"):
        await desk.tickets.step(number, "not_accepted", REVIEWER, note="今天太忙了")
    before = len(await desk.told("resident"))
    await desk.tickets.step(
        number, "not_accepted", REVIEWER, note="不属于我们管，该找法院", data={"door": "县法院"}
    )
    assert len(await desk.told("resident")) == before, "nothing is told before the second reading"
    assert (await desk.tickets.progress(number, MINE)).state == "in_review"
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "not_accepted", REVIEWER)
    await desk.tickets.step(number, "not_accepted", SECOND)
    assert "县法院" in (await desk.told("resident"))[-1]["text"]
    assert (await desk.tickets.progress(number, MINE)).headline == "这件事不在这里受理"
    assert (await desk.tickets.step(number, "in_review", MINE, note="法院说不归他们")).state == "in_review"

    number = await desk.number()
    await desk.tickets.step(number, "not_accepted", REVIEWER, note="不属于职责范围")
    view = await desk.tickets.step(number, "in_review", SECOND, note="是残联的事")
    assert view.state == "in_review"


async def test_rule_08_pauses_are_two_and_ten_days_and_silence_closes_only_after_two_calls(
    desk: Desk,
) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.at_work()
    await desk.tickets.step(number, "awaiting_info", LEAD, note="照片")
    desk.at("2026-12-01 17:31")
    await desk.fire()
    view = await desk.tickets.view(number, LEAD)
    assert view.state == "in_progress", "nobody called: the clock runs again"
    await desk.tickets.step(number, "awaiting_info", LEAD, note="照片")
    desk.at("2026-12-03 10:00")
    await desk.tickets.act(number, "contacted", LEAD, data={"outcome": "no_answer"})
    with pytest.raises(NoSuchStep):
        await desk.tickets.step(number, "closed", LEAD)
    desk.at("2026-12-04 10:00")
    await desk.tickets.act(number, "contacted", LEAD, data={"outcome": "no_answer"})
    desk.at("2026-12-08 17:31")
    await desk.fire()
    assert (await desk.tickets.view(number, LEAD)).state == "closed"
    assert "closed_silent" in await desk.types(number)

    other = await desk.at_work()
    for _ in range(2):
        await desk.tickets.step(other, "awaiting_info", LEAD, note="照片")
        await desk.tickets.supplement(other, "给了", MINE)
    with pytest.raises(NoSuchStep, match="2 次"):
        await desk.tickets.step(other, "awaiting_info", LEAD, note="照片")

    private = await desk.number("A16", {**ENQUIRY, "demand_desc": "睡不着"})
    await desk.tickets.step(private, "awaiting_sign", REVIEWER)
    await desk.tickets.step(private, "in_progress", TXW)
    await desk.tickets.step(private, "awaiting_info", TXW, note="方便的时间")
    for _ in range(2):
        desk.go(days=1)
        await desk.tickets.act(private, "contacted", TXW, data={"outcome": "no_answer"})
    desk.go(days=20)
    await desk.fire()
    assert (await desk.tickets.view(private, ADMIN)).state != "closed"


async def test_rule_09_one_extension_of_at_most_the_original_term(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.at_work()
    with pytest.raises(Missing):
        await desk.tickets.step(number, "extension_review", LEAD, note="厂家没货")
    with pytest.raises(NoSuchStep, match="最多"):
        await desk.tickets.step(number, "extension_review", LEAD, note="没货", until=at("2027-02-01 17:30"))
    until = at("2026-12-25 17:30")
    view = await desk.tickets.step(number, "extension_review", LEAD, note="厂家没货", until=until)
    assert view.state == "extension_review"
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "in_progress", LEAD)
    view = await desk.tickets.step(number, "in_progress", REVIEWER)
    assert view.due == until
    told = (await desk.told("resident"))[-1]["text"]
    assert "厂家没货" in told and "12月25日" in told
    with pytest.raises(NoSuchStep, match="只有一次"):
        await desk.tickets.step(number, "extension_review", LEAD, note="x", until=at("2026-12-28 17:30"))
    other = await desk.at_work()
    due = (await desk.tickets.view(other, LEAD)).due
    await desk.tickets.step(other, "extension_review", LEAD, note="没货", until=until)
    view = await desk.tickets.step(other, "in_progress", REVIEWER, note="抓紧办", data={"grant": False})
    assert view.due == due
    urgent = await desk.number("A11", SAFE)
    await desk.tickets.step(urgent, "awaiting_sign", REVIEWER)
    await desk.tickets.step(urgent, "in_progress", FL)
    with pytest.raises(NoSuchStep, match="紧急"):
        await desk.tickets.step(urgent, "extension_review", FL, note="x", until=until)


async def test_rule_10_the_resident_rates_and_reopens_within_15_days(desk: Desk) -> None:
    number = await desk.rated()
    for actor in (LEAD, HELPER, OUTSIDER, CONVENOR, staff(Role.REVIEWER, "CL", "30")):
        with pytest.raises(Forbidden):
            await desk.tickets.rate(number, "满意", None, actor)
    with pytest.raises(NotFound):
        await desk.tickets.rate(number, "满意", None, STRANGER)
    assert (await desk.tickets.rate(number, "基本满意", "回访录音 12", SECOND)).rating == "基本满意"

    number = await desk.rated()
    assert (await desk.tickets.rate(number, "满意", None, bearer_of_code(number))).state == "closed"
    desk.go(days=14)
    view = await desk.tickets.rate(number, "不满意", "轮椅坏了", MINE)
    assert view.state == "in_progress"

    number = await desk.rated()
    desk.go(days=8)
    await desk.fire()
    view = await desk.tickets.view(number, REVIEWER)
    assert view.state == "closed" and view.rating is None
    desk.go(days=8)
    with pytest.raises(NoSuchStep, match="15 天"):
        await desk.tickets.rate(number, "不满意", "轮椅坏了", MINE)


async def test_rule_11_withdrawal_over_ones_own_channel_and_a_person_checks_at_high_privacy(
    desk: Desk,
) -> None:
    await desk.set_terms(withdrawal_sample_share=1.0)
    number = await desk.number()
    for actor in (bearer_of_code(number), LEAD, REVIEWER, VILLAGE):
        with pytest.raises((Forbidden, NoSuchStep)):
            await desk.tickets.step(number, "withdrawn", actor, note="居民说不办了")
    assert (await desk.tickets.step(number, "withdrawn", MINE)).state == "withdrawn"
    assert (await desk.types(number))[-1] == "withdrawal_sampled", "a sample is called back"

    private = await desk.number("A11", SAFE)
    view = await desk.tickets.step(private, "withdrawn", MINE)
    assert view.state == "in_review" and "withdrawal_asked" in view.flags
    with pytest.raises(Missing):
        await desk.tickets.step(private, "withdrawn", REVIEWER)
    view = await desk.tickets.step(private, "withdrawn", REVIEWER, note="在她说的时间打过，是本人的意思")
    assert view.state == "withdrawn"
    assert await desk.told("resident", "x") == []


async def test_rule_12_the_centres_own_tickets_are_closed_from_outside(desk: Desk) -> None:
    number = await desk.number("Z01", {**ENQUIRY, "demand_desc": "窗口中午没人"})
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await desk.tickets.step(number, "in_progress", ZX)
    await desk.tickets.step(number, "awaiting_close", ZX, note="已安排中午值班")
    for actor in (REVIEWER, SECOND, ADMIN, ZX, LEAD):
        with pytest.raises(Forbidden):
            await desk.tickets.step(number, "awaiting_rating", actor)
    assert (await desk.tickets.step(number, "awaiting_rating", OUTSIDER)).state == "awaiting_rating"

    number = await desk.done()
    for actor in (REVIEWER, LEAD, HELPER):
        with pytest.raises(Forbidden):
            await desk.tickets.step(number, "awaiting_rating", actor)
    assert (await desk.tickets.step(number, "awaiting_rating", SECOND)).state == "awaiting_rating"


async def test_rule_13_the_village_learns_only_of_ordinary_matters(desk: Desk) -> None:
    plain = await desk.number("A24", ENQUIRY)
    sensitive = await desk.number()
    private = await desk.number("A16", {**ENQUIRY, "demand_desc": "睡不着"})
    for number in (plain, sensitive, private):
        await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    assert (await desk.tickets.view(plain, VILLAGE)).masked
    for number in (sensitive, private):
        with pytest.raises(Forbidden):
            await desk.tickets.view(number, VILLAGE)
    with pytest.raises(Forbidden):
        await desk.tickets.view(plain, OTHER_VILLAGE)
    async with desk.context.db.read() as session:
        targets = list(await session.scalars(select(Outbox.target).where(Outbox.target.startswith("grid:"))))
    assert targets == ["grid:T01-05"]


async def test_rule_15_harm_to_a_minor_is_reported_whatever_was_consented(desk: Desk) -> None:
    refused = {**SAFE, "consent_refer": False}
    adult = await desk.number("A11", refused)
    with pytest.raises(NoSuchStep, match="不同意转介"):
        await desk.tickets.step(adult, "referred", REVIEWER, note="派出所，受理号 7")
    child = await desk.number("D05", {**SAFE, "consent_refer": False} | {"child_age": 9})
    view = await desk.tickets.step(child, "referred", REVIEWER, note="派出所，受理号 7")
    assert view.state == "referred"
