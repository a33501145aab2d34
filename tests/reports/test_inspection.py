"""The inspector's lists: what each finds, what it leaves alone, and who may read them."""

from datetime import date

from bot.reports.inspection import Finding, inspect
from bot.reports.scorecard import period_of
from bot.tickets.models import Attachment, Ticket
from tests.tickets.conftest import ADMIN, HELPER, LEAD, MINE, OUTSIDER, REVIEWER, SECOND, Desk, at


async def found(desk: Desk) -> dict[str, list[Finding]]:
    period = period_of(date(2026, 11, 1), date(2026, 12, 31), desk.now())
    return {one.code: findings for one, findings in await inspect(desk.context, period)}


async def test_handed_in_minutes_after_signing_or_reopening(desk: Desk) -> None:
    fast = await desk.at_work()
    await desk.tickets.step(fast, "done", HELPER, note="轮椅到库")
    desk.go(minutes=4)
    await desk.tickets.step(fast, "awaiting_close", LEAD, note="办好了")
    slow = await desk.at_work()
    desk.go(hours=4)
    await desk.tickets.step(slow, "done", HELPER, note="轮椅到库")
    await desk.tickets.step(slow, "awaiting_close", LEAD, note="配发轮椅一台")
    await desk.tickets.step(slow, "awaiting_rating", SECOND)
    await desk.tickets.rate(slow, "不满意", "坏的", MINE)
    desk.go(minutes=2)
    await desk.tickets.step(slow, "awaiting_close", LEAD, note="没坏")
    findings = (await found(desk))["too_fast"]
    assert [(f.numbers, f.who, f.what) for f in findings] == [
        ((slow,), "CL", "签收后 2 分钟提交审结"),
        ((fast,), "CL", "签收后 4 分钟提交审结"),
    ]


async def test_rated_from_an_address_of_staff(desk: Desk) -> None:
    staffs, residents = await desk.rated(), await desk.rated()
    await desk.tickets.view(staffs, REVIEWER, source="10.8.0.5")
    await desk.tickets.rate(staffs, "满意", None, MINE, source="10.8.0.5")
    await desk.tickets.rate(residents, "满意", None, MINE, source="112.10.3.4")
    findings = (await found(desk))["staff_networks"]
    assert [f.numbers for f in findings] == [(staffs,)]


async def test_withdrawn_within_the_hour_after_a_call(desk: Desk) -> None:
    pressed, free = await desk.at_work(), await desk.at_work()
    for number, minutes in ((pressed, 12), (free, 61)):
        await desk.tickets.act(number, "contacted", LEAD, data={"outcome": "reached"})
        desk.go(minutes=minutes)
        await desk.tickets.step(number, "withdrawn", MINE)
    findings = (await found(desk))["withdrawn_after_call"]
    assert [(f.numbers, f.what) for f in findings] == [((pressed,), "通话后 12 分钟撤回")]
    assert findings[0].who.startswith("CL ")


async def test_the_same_photo_on_two_tickets(desk: Desk) -> None:
    numbers = [await desk.number() for _ in range(3)]
    async with desk.context.db.write() as session:
        for place, (number, digest) in enumerate(zip(numbers, ("a" * 64, "a" * 64, "b" * 64), strict=True)):
            view = await desk.tickets.view(number, ADMIN, masked=True)
            for copy in range(1 + (place == 2)):  # twice on one ticket is no finding
                session.add(
                    Attachment(
                        ticket=view.id, digest=digest, media_type="image/jpeg", size=1, name=b"",
                        added_by="staff:10", added_at=at(f"2026-11-24 1{place}:0{copy}"),
                    )
                )  # fmt: skip
    desk.go(days=1)
    findings = (await found(desk))["same_photo"]
    assert [f.numbers for f in findings] == [tuple(numbers[:2])]


async def test_full_reading_without_a_task(desk: Desk) -> None:
    number, other = await desk.at_work(), await desk.at_work()
    await desk.tickets.view(number, REVIEWER, source="10.8.0.5")  # dispatched it
    await desk.tickets.view(number, LEAD)  # signed it
    await desk.tickets.view(number, OUTSIDER)
    await desk.tickets.view(number, OUTSIDER)
    await desk.tickets.view(other, ADMIN)
    await desk.tickets.view(other, OUTSIDER, masked=True)  # nothing was unmasked
    assert (await found(desk))["without_task"] == []  # it may still become one
    desk.go(hours=20)
    await desk.tickets.note(other, "问过单位", ADMIN, internal=True)
    desk.go(hours=8)
    findings = (await found(desk))["without_task"]
    assert [f.numbers for f in findings] == [(number,)]
    assert OUTSIDER.name in findings[0].who


async def test_inspecting_leaves_no_trace_on_tickets(desk: Desk) -> None:
    number = await desk.at_work()
    before = await desk.types(number)
    version = (await desk.tickets.view(number, ADMIN, masked=True)).version
    await found(desk)
    assert await desk.types(number) == before
    async with desk.context.db.read() as session:
        row = await session.get(Ticket, (await desk.tickets.view(number, ADMIN, masked=True)).id)
    assert row.version == version
