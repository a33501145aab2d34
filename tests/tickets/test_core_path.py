"""The main way of a ticket, from filing to rating, with what everybody is told."""

import pytest

from bot.tickets.errors import Forbidden, Missing, NoSuchStep, Stale
from bot.tickets.views import as_json
from tests.tickets.conftest import (
    HELPER,
    LEAD,
    MINE,
    OTHER,
    REVIEWER,
    SAFE,
    SECOND,
    STRANGER,
    Desk,
    at,
)


async def test_wheelchair_from_filing_to_rating(desk: Desk) -> None:
    filed = await desk.file()
    number = filed.ticket.number
    assert filed.created and len(filed.retrieval_code) == 6
    assert filed.ticket.title == "父亲中风后走不了路，申请轮椅"
    assert filed.ticket.grid_name == "青陂镇 石岭村"

    desk.at("2026-11-24 10:15")
    view = await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    assert view.state == "awaiting_sign" and view.due == at("2026-11-25 10:15")
    assert [(a.org, a.role, a.state) for a in view.assignments] == [
        ("CL", "lead", "awaiting_sign"),
        ("HSZ", "helper", "awaiting_sign"),
    ]
    desk.at("2026-11-24 14:20")
    view = await desk.tickets.step(number, "in_progress", LEAD)
    assert view.due == at("2026-12-15 17:30")

    desk.at("2026-11-26 10:02")
    view = await desk.tickets.step(number, "awaiting_info", LEAD, note="家门口台阶照片")
    assert view.due is None
    progress = await desk.tickets.progress(number, MINE)
    assert progress.headline == "等您补充" and "家门口台阶照片" in progress.explanation

    desk.at("2026-11-27 10:05")
    view = await desk.tickets.supplement(number, "照片发了", MINE)
    assert view.state == "in_progress" and view.due == at("2026-12-16 17:30")
    progress = await desk.tickets.progress(number, MINE)
    assert progress.headline == "预计 12月16日 周三 前办结"
    assert "停了 1 个工作日" in progress.explanation

    await desk.tickets.step(number, "done", HELPER, note="轮椅一台到库")
    desk.at("2026-12-11 16:00")
    await desk.tickets.step(number, "awaiting_close", LEAD, note="配发护理型轮椅一台，12月11日送到家")
    desk.at("2026-12-14 09:10")
    view = await desk.tickets.step(number, "awaiting_rating", SECOND)
    progress = await desk.tickets.progress(number, MINE)
    assert progress.can_rate and progress.result == "配发护理型轮椅一台，12月11日送到家"
    assert "12-21 周一" in progress.explanation
    view = await desk.tickets.rate(number, "满意", None, MINE)
    assert view.state == "closed" and view.rating == "满意"

    texts = [message["text"] for message in await desk.told("resident", MINE.id)]
    assert len(texts) == 5, "his own rating is answered where he gives it"
    assert texts[0].startswith(f"您登记的事（{number}）已审核，交县残联主办")
    assert "县残联已签收" in texts[1] and "12月15日 周二" in texts[1]
    assert "家门口台阶照片" in texts[2]
    assert "配发护理型轮椅一台" in texts[4]
    assert (await desk.told("resident"))[4]["buttons"][0]["title"] == "满意"
    assert await desk.types(number) == [
        "filed",
        "dispatched",
        "signed",
        "info_asked",
        "supplemented",
        "info_given",
        "helper_done",
        "handed_in",
        "passed",
        "rated",
    ]


async def test_stale_step_is_refused(desk: Desk) -> None:
    number = await desk.number()
    version = (await desk.tickets.view(number, REVIEWER)).version
    await desk.tickets.note(number, "核过户籍", REVIEWER, internal=True)
    with pytest.raises(Stale):
        await desk.tickets.step(number, "awaiting_sign", REVIEWER, version=version)


async def test_direct_answer_refusal_and_appeal(desk: Desk) -> None:
    number = await desk.number()
    with pytest.raises(Missing, match="理由"):
        await desk.tickets.step(number, "answered", REVIEWER)
    await desk.tickets.step(number, "answered", REVIEWER, note="轮椅每年三月统一申请")
    assert (await desk.tickets.progress(number, MINE)).result == "轮椅每年三月统一申请"
    await desk.tickets.step(number, "in_review", MINE, note="等不到三月")
    await desk.tickets.step(number, "answered", SECOND, note="可以先借用")
    with pytest.raises(NoSuchStep):
        await desk.tickets.step(number, "in_review", MINE, note="还是不行")


async def test_withdrawn_by_the_resident_alone(desk: Desk) -> None:
    number = await desk.number()
    for actor in (STRANGER, LEAD, OTHER, REVIEWER):
        with pytest.raises((Forbidden, NoSuchStep, Exception)):
            await desk.tickets.step(number, "withdrawn", actor)
    assert (await desk.tickets.step(number, "withdrawn", MINE)).state == "withdrawn"


async def test_high_privacy_pushes_nothing(desk: Desk) -> None:
    number = await desk.number("A11", SAFE)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    fl = LEAD.__class__("staff", "20", "妇联", LEAD.role, "FL")
    await desk.tickets.step(number, "in_progress", fl)
    await desk.tickets.step(number, "awaiting_close", fl, note="已转庇护")
    await desk.tickets.step(number, "awaiting_rating", SECOND)
    assert await desk.told("resident") == []
    for message in [*await desk.told("desk")]:
        assert "家暴" not in message["text"] and "丈夫" not in message["text"]
    masked = await desk.tickets.view(number, SECOND, masked=True)
    assert set(masked.fields.values()) == {"已隐去"} and masked.title == masked.service_name


async def test_json_is_the_contract(desk: Desk) -> None:
    number = await desk.at_work()
    said = as_json(await desk.tickets.view(number, LEAD))
    assert list(said) == [
        "number", "state", "urgent", "service", "lead", "helpers", "grid", "fields",
        "assignments", "events", "channel", "created_at", "due",
    ]  # fmt: skip
    assert said["lead"] == {"code": "CL", "name": "县残联"}
    assert said["helpers"] == [{"code": "HSZ", "name": "县红十字会"}]
    assert said["fields"]["phone"] == "13907351357"
    assert set(said["assignments"][0]) == {"org", "role", "state", "due"}
    assert set(said["events"][0]) == {"at", "actor", "type", "note"}
