"""The rest of the state table: returns, helpers, consultation, meeting, merging, escalation; and who may what."""

import pytest

from bot.directory.models import Organisation
from bot.directory.roles import Role
from bot.tickets import audit
from bot.tickets import states as s
from bot.tickets.errors import Forbidden, Missing, NoSuchStep
from bot.tickets.transitions import TABLE
from tests.tickets.conftest import (
    ADMIN,
    AUDITOR,
    CONVENOR,
    ENQUIRY,
    HELPER,
    LEAD,
    MAINTAINER,
    MINE,
    OTHER,
    REVIEWER,
    SAFE,
    SECOND,
    STRANGER,
    VILLAGE,
    WHEELCHAIR,
    Desk,
    at,
    staff,
)


async def test_return_reassign_bind_and_dispute(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    with pytest.raises(Missing):
        await desk.tickets.step(number, "return_review", LEAD)
    view = await desk.tickets.step(number, "return_review", LEAD, note="没有辅具经费")
    assert view.due == at("2026-11-24 16:45"), "four working hours"
    due = view.assignments[0].due
    desk.go(hours=1)
    view = await desk.tickets.step(number, "awaiting_sign", SECOND, note="经费已拨，应由残联办")
    assert view.assignments[0].state == "awaiting_sign" and view.assignments[0].due == due
    with pytest.raises(NoSuchStep):
        await desk.tickets.step(number, "return_review", LEAD, note="再退")
    view = await desk.tickets.step(number, "consultation", LEAD, note="确实不归我们")
    assert view.state == "consultation" and view.due == at("2026-11-27 17:30")
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "in_progress", REVIEWER, note="定了")
    view = await desk.tickets.step(
        number, "in_progress", ADMIN, note="红十字会主办", org="HSZ", until=at("2026-12-08 17:30")
    )
    assert view.lead.code == "HSZ" and view.due == at("2026-12-08 17:30")
    assert [(part.org, part.role) for part in view.assignments] == [("HSZ", "lead")]

    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await desk.tickets.step(number, "return_review", LEAD, note="该由总工会办")
    view = await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="ZGH")
    assert view.lead.code == "ZGH" and [p.org for p in view.assignments] == ["HSZ", "ZGH"]
    with pytest.raises(Forbidden):
        await desk.tickets.view(number, LEAD)


async def test_helpers_have_states_of_their_own(desk: Desk) -> None:
    number = await desk.at_work()
    with pytest.raises(NoSuchStep, match="县红十字会没办完"):
        await desk.tickets.step(number, "awaiting_close", LEAD, note="好了")
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "done", OTHER, note="x", org="HSZ")
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "waived", HELPER, note="x", org="HSZ")
    await desk.tickets.step(number, "return_review", HELPER, note="没有库存", org="HSZ")
    with pytest.raises(Missing):
        await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="HSZ")
    await desk.tickets.step(number, "awaiting_sign", REVIEWER, note="借也要借来", org="HSZ")
    with pytest.raises(NoSuchStep, match="只有一次"):
        await desk.tickets.step(number, "return_review", HELPER, note="还是没有", org="HSZ")
    await desk.tickets.step(number, "in_progress", HELPER, org="HSZ")
    await desk.tickets.act(number, "more_orgs_asked", LEAD, note="请妇联一起上门", data={"helpers": ["FL"]})
    view = await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="FL")
    assert [part.org for part in view.assignments] == ["CL", "HSZ", "FL"]
    with pytest.raises(NoSuchStep):
        await desk.tickets.step(number, "awaiting_sign", REVIEWER, org="FL")
    await desk.tickets.step(number, "waived", REVIEWER, note="不用了", org="FL")
    await desk.tickets.step(number, "done", HELPER, note="借到一台")
    assert (await desk.tickets.step(number, "awaiting_close", LEAD, note="送到了")).state == "awaiting_close"
    view = await desk.tickets.step(number, "in_progress", SECOND, note="缺签收单")
    assert view.assignments[0].state == "in_progress"
    await desk.tickets.step(number, "in_progress", REVIEWER, note="再借一台", org="HSZ")
    with pytest.raises(NoSuchStep):
        await desk.tickets.step(number, "awaiting_close", LEAD, note="补了")


async def test_a_station_asks_for_more_organisations(desk: Desk) -> None:
    number = await desk.number("A24", ENQUIRY)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await desk.tickets.act(
        number, "more_orgs_asked", VILLAGE, note="请团县委带志愿者来", data={"helpers": ["TXW"]}
    )
    view = await desk.tickets.view(number, REVIEWER)
    assert "more_orgs" in view.flags
    assert "请求增派" in (await desk.told("desk", "ZX"))[-1]["text"]
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "awaiting_sign", VILLAGE, org="TXW")


async def test_nudge_supervision_and_consultation(desk: Desk) -> None:
    desk.at("2026-11-24 10:15")
    number = await desk.at_work()
    await desk.tickets.step(number, "waived", REVIEWER, note="不用了", org="HSZ")
    due = (await desk.tickets.view(number, LEAD)).due
    assert due == at("2026-12-15 17:30")
    desk.at("2026-12-09 17:00")
    await desk.fire()
    assert "nudged" not in (await desk.types(number))
    desk.at("2026-12-10 16:00")
    await desk.fire()
    assert (await desk.types(number))[-1] == "nudged"
    desk.at("2026-12-15 17:31")
    await desk.fire()
    assert (await desk.types(number))[-1] == "supervised"
    desk.at("2026-12-16 17:40")
    await desk.fire()
    assert (await desk.types(number)).count("supervised") == 2
    desk.at("2026-12-18 09:00")
    await desk.fire()
    view = await desk.tickets.view(number, LEAD)
    assert view.state == "consultation" and view.due == at("2026-12-23 17:30")
    view = await desk.tickets.step(number, "joint_meeting", ADMIN, note="涉及两家经费")
    with pytest.raises(Forbidden):
        await desk.tickets.step(number, "suspended", ADMIN, note="没钱", until=at("2027-03-01 17:30"))
    view = await desk.tickets.step(
        number, "suspended", CONVENOR, note="等明年经费", until=at("2027-03-01 17:30")
    )
    assert view.state == "suspended" and view.due == at("2027-03-01 17:30")
    view = await desk.tickets.step(
        number,
        "in_progress",
        CONVENOR,
        note="经费到了",
        until=at("2027-03-10 17:30"),
        data={"helpers": ["FL"]},
    )
    assert view.due == at("2027-03-10 17:30") and ("FL", "helper") in [
        (a.org, a.role) for a in view.assignments
    ]


async def test_a_long_standstill_is_worked_off_in_order(desk: Desk) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    desk.go(days=90)
    for _ in range(3):
        await desk.fire()
    view = await desk.tickets.view(number, REVIEWER)
    assert view.state == "in_progress" and view.assignments[0].deemed_signed
    assert "supervised" in await desk.types(number)


async def test_the_centres_own_delays_are_supervised(desk: Desk) -> None:
    number = await desk.number()
    desk.go(days=1, hours=1)
    await desk.fire()
    await desk.fire()
    assert (await desk.types(number)) == ["filed", "supervised"]
    assert "审核" in (await desk.told("desk", "ZX"))[-1]["text"]


async def test_merge_follow_and_undo(desk: Desk) -> None:
    survivor = await desk.at_work()
    number = await desk.number(conversation=STRANGER.id, actor=STRANGER)
    with pytest.raises(Missing):
        await desk.tickets.step(number, "merged", REVIEWER, note="同一件")
    private = await desk.number("A11", SAFE)
    with pytest.raises(NoSuchStep):
        await desk.tickets.step(private, "merged", REVIEWER, data={"into": survivor})
    view = await desk.tickets.step(number, "merged", REVIEWER, note=f"并入 {survivor}")
    assert view.state == "merged" and view.survivor == survivor
    await desk.tickets.step(survivor, "done", HELPER, note="到库")
    await desk.tickets.step(survivor, "awaiting_close", LEAD, note="送到")
    await desk.tickets.step(survivor, "awaiting_rating", SECOND)
    assert "送到" in (await desk.told("resident", STRANGER.id))[-1]["text"]
    assert (await desk.tickets.progress(number, STRANGER)).headline.startswith(f"和 {survivor}")
    view = await desk.tickets.step(number, "in_review", REVIEWER)
    assert view.state == "in_review" and view.survivor is None and view.due is not None


async def test_who_was_merged_twice_over_is_still_told(desk: Desk) -> None:
    survivor, between = await desk.number("A24", ENQUIRY), await desk.number("A24", ENQUIRY)
    number = await desk.number("A24", ENQUIRY, conversation=STRANGER.id, actor=STRANGER)
    await desk.tickets.step(number, "merged", REVIEWER, data={"into": between})
    await desk.tickets.step(between, "merged", REVIEWER, data={"into": survivor})
    await desk.tickets.step(survivor, "answered", REVIEWER, note="喷石硫合剂")
    assert "石硫合剂" in (await desk.told("resident", STRANGER.id))[-1]["text"]


async def test_a_withdrawal_takes_only_its_own_ticket_along(desk: Desk) -> None:
    survivor = await desk.at_work()
    number = await desk.number(conversation=STRANGER.id, actor=STRANGER)
    await desk.tickets.step(number, "merged", REVIEWER, data={"into": survivor})
    await desk.tickets.step(survivor, "withdrawn", MINE)
    view = await desk.tickets.view(number, REVIEWER, masked=True)
    assert (view.state, view.survivor) == ("in_review", None) and view.due is not None
    assert "单独办理" in (await desk.told("resident", STRANGER.id))[-1]["text"]
    assert (await audit.verify(desk.context)).findings == ()


async def test_like_ones_are_shown_before_filing(desk: Desk) -> None:
    from bot.tickets.service import Filing

    number = await desk.number()
    again = Filing(
        "draft-again", "A07", {**WHEELCHAIR, "phone": "139 0735 1357"}, "rest", STRANGER, STRANGER.id
    )
    found = await desk.tickets.open_like(again)
    assert found is not None and found.number == number and found.masked
    elsewhere = Filing("x", "A07", {**WHEELCHAIR, "village": "T02-01"}, "web", MINE, MINE.id)
    assert await desk.tickets.open_like(elsewhere) is None
    await desk.number("A11", SAFE)
    assert await desk.tickets.open_like(Filing("y", "A11", SAFE, "web", MINE, MINE.id)) is None
    desk.go(days=31)
    assert await desk.tickets.open_like(again) is None


async def test_dispatch_by_rule_and_sampled_closing(desk: Desk) -> None:
    await desk.set_terms(dispatch_by_rule=["A24", "Z01"], close_by_sample=["A24"], close_sample_share=0.0)
    view = (await desk.file("A24", ENQUIRY)).ticket
    assert view.state == "awaiting_sign" and view.events[-1].type == "dispatched"
    assert (await desk.file("Z01", ENQUIRY)).ticket.state == "in_review", (
        "free text is never dispatched by rule"
    )
    kx = staff(Role.ORGANISATION, "KX", "40")
    await desk.tickets.step(view.number, "in_progress", kx)
    fast = await desk.tickets.step(view.number, "awaiting_close", kx, note="缺镁，补硫酸镁")
    assert fast.state == "awaiting_close", "closed within minutes is flagged"
    await desk.tickets.step(view.number, "in_progress", SECOND, note="写详细点")
    other = (await desk.file("A24", ENQUIRY)).ticket.number
    await desk.tickets.step(other, "in_progress", kx)
    desk.go(hours=2)
    assert (await desk.tickets.step(other, "awaiting_close", kx, note="缺镁")).state == "awaiting_rating"


async def test_switched_off_organisations_are_replaced(desk: Desk) -> None:
    from datetime import date

    from bot.directory.load import touch_directory

    async with desk.context.db.write() as session:
        row = await session.get(Organisation, "CL")
        row.active_until, row.replaced_by = date(2026, 11, 1), "FL"
        gone = await session.get(Organisation, "KX")
        gone.active_until = date(2026, 11, 1)
        await touch_directory(session)
    assert (await desk.file()).ticket.lead.code == "FL"
    assert (await desk.file("A24", ENQUIRY)).ticket.lead.code == "ZX", "nothing is routed nowhere"


async def test_linked_tickets_of_one_story(desk: Desk) -> None:
    first = await desk.number()
    second = (await desk.file("A05", {
        "applicant_name": "周建国", "phone": "13907351357", "village": "T01-05",
        "birth": "1954-03", "hukou": "T01", "dis_type": "肢体",
    }, linked=first)).ticket  # fmt: skip
    assert second.linked == (first,)
    assert (await desk.tickets.view(first, REVIEWER)).linked == (second.number,)


async def test_reclassified_by_the_reviewer(desk: Desk) -> None:
    number = await desk.number("Z01", {**ENQUIRY, "demand_desc": "父亲走不了路，要轮椅"})
    view = await desk.tickets.act(number, "reclassified", REVIEWER, data={"service": "A07"})
    assert view.service == "A07" and view.lead.code == "CL"
    with pytest.raises(Missing):
        await desk.tickets.act(number, "reclassified", REVIEWER, data={"service": "A99"})


STAFF = {
    "reviewer": REVIEWER,
    "closer": SECOND,
    "second reader": SECOND,
    "caller": SECOND,
    "lead": LEAD,
    "helper": HELPER,
    "head": ADMIN,
    "convenor": CONVENOR,
    "station": VILLAGE,
}
ACTORS = [REVIEWER, ADMIN, CONVENOR, AUDITOR, MAINTAINER, LEAD, HELPER, OTHER, VILLAGE, MINE, STRANGER]


async def test_no_actor_takes_a_step_that_is_not_his(desk: Desk) -> None:
    """From every state of the core path, every actor tries every state; only the table's parties succeed."""
    allowed = {
        ("in_review", "awaiting_sign"): {REVIEWER, ADMIN},
        ("in_review", "answered"): {REVIEWER, ADMIN},
        ("in_review", "not_accepted"): {REVIEWER, ADMIN},
        ("in_review", "referred"): {REVIEWER, ADMIN},
        ("in_review", "awaiting_info"): {REVIEWER, ADMIN},
        ("in_review", "withdrawn"): {MINE},
        ("awaiting_sign", "in_progress"): {LEAD},
        ("awaiting_sign", "return_review"): {LEAD},
        ("awaiting_sign", "withdrawn"): {MINE},
        ("in_progress", "awaiting_info"): {LEAD, REVIEWER, ADMIN},
        ("in_progress", "extension_review"): {LEAD},
        ("in_progress", "awaiting_external"): {LEAD},
        ("in_progress", "awaiting_close"): {LEAD},
        ("in_progress", "withdrawn"): {MINE},
        ("awaiting_close", "in_progress"): {ADMIN, CONVENOR},
        ("awaiting_close", "awaiting_rating"): {ADMIN, CONVENOR},
        ("awaiting_rating", "closed"): {REVIEWER, ADMIN, MINE},
        ("awaiting_rating", "in_progress"): {REVIEWER, ADMIN, MINE},
    }

    async def bring(state: str) -> str:
        number = await desk.number()
        for to, actor, note in (
            ("awaiting_sign", REVIEWER, None),
            ("in_progress", LEAD, None),
            ("waived", REVIEWER, "不用"),
            ("awaiting_close", LEAD, "好了"),
            ("awaiting_rating", SECOND, None),
        ):
            if (await desk.tickets.view(number, ADMIN, masked=True)).state == state:
                break
            await desk.tickets.step(number, to, actor, note=note, org="HSZ" if to == "waived" else None)
        return number

    for source in ("in_review", "awaiting_sign", "in_progress", "awaiting_close", "awaiting_rating"):
        number = await bring(source)
        if source == "in_progress":
            await desk.tickets.step(number, "waived", REVIEWER, note="不用", org="HSZ")
        for to in s.STATE_NAMES:
            for actor in ACTORS:
                if actor in allowed.get((source, to), set()) or to == "merged":
                    continue
                with pytest.raises(Exception) as caught:
                    await desk.tickets.step(
                        number,
                        to,
                        actor,
                        note="不属于职责范围",
                        until=at("2026-12-20 17:30"),
                        data={"rating": "满意"},
                    )
                assert type(caught.value).__name__ in ("Forbidden", "NoSuchStep", "NotFound"), (
                    source,
                    to,
                    actor,
                )
                assert (await desk.tickets.view(number, ADMIN, masked=True)).state == source, (to, actor)
    for (source, to), actors in allowed.items():
        for actor in actors:
            number = await bring(source)
            if (source, to) == ("in_progress", "awaiting_close"):
                await desk.tickets.step(number, "waived", REVIEWER, note="不用", org="HSZ")
            view = await desk.tickets.step(
                number,
                to,
                actor,
                note="不属于职责范围",
                until=at("2026-12-20 17:30"),
                data={"rating": "满意"},
            )
            assert view.state == to, (source, to, actor)


def test_every_row_is_reachable_and_said() -> None:
    for row in TABLE:
        assert row.said, row.name
        assert row.label is None or row.consequence, row.name
        assert row.scope == "ticket" or row.to is not None
        for state in row.source:
            assert state in s.STATE_NAMES or state in s.ASSIGNMENT_NAMES or state == "new"


async def test_buttons_say_what_happens_and_why_not(desk: Desk) -> None:
    number = await desk.at_work()
    view = await desk.tickets.view(number, LEAD)
    steps = {step.name: step for step in await desk.tickets.allowed(view, LEAD)}
    assert not steps["handed_in"].enabled and "县红十字会没办完" in (steps["handed_in"].reason or "")
    assert steps["info_asked"].enabled and "停表" in steps["info_asked"].consequence
    assert "passed" not in steps and "dispatched" not in steps
    helper = {step.name: step for step in await desk.tickets.allowed(view, HELPER)}
    assert helper["helper_signed"].enabled and helper["helper_signed"].primary
    assert "handed_in" not in helper
    assert await desk.tickets.allowed(view, OTHER) == []
    reviewer = {step.name for step in await desk.tickets.allowed(view, REVIEWER)}
    assert {"helper_added", "helper_waived", "merged", "pressed"} <= reviewer
    await desk.tickets.step(number, "done", HELPER, note="到库")
    steps = {step.name: step for step in await desk.tickets.allowed(view, LEAD)}
    assert steps["handed_in"].enabled and steps["handed_in"].primary
