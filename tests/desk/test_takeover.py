"""Takeover: danger first, one person at a time, nobody reads what he has not taken, back in time."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.context import Context
from bot.conversations import store
from bot.conversations.handover import want_person
from bot.conversations.models import Conversation
from bot.desk.takeover import SILENCE, hand_back_silent
from bot.knowledge.models import Gap
from bot.tickets.models import Access, Ticket

from .sample import file_one


async def talk(context: Context, sender: str, *said: str, reason: str = "asked") -> str:
    """A conversation that waits for a person."""
    async with context.db.write() as session:
        made = await store.open_conversation(session, context.vault, "web", sender, context.clock())
        await session.flush()
        for text in said:
            await store.append(session, context.vault, made, context.clock(), author="resident", text=text)
    await want_person(context, made.id, reason)
    return made.id


@pytest.fixture
async def waiting(staffed: Context) -> str:
    return await talk(
        staffed, "luo", "公司不交社保怎么办", "我叫罗婷，住文昌社区，电话 18274500947，欠我 3200 元"
    )


async def test_danger_stands_first_and_numbers_are_masked_until_taken(browser, staffed: Context, waiting):
    danger = await talk(staffed, "bridge", "我站在桥上", reason="danger")
    page = await (await browser("huang")).get("/desk/takeover")
    assert page.index(danger) < page.index(waiting)
    assert "危险" in page and "182****0947" in page and "18274500947" not in page


async def test_one_takes_it_and_the_other_is_told(browser, staffed: Context, waiting):
    first, second = await browser("huang"), await browser("gao")
    await second.get(f"/desk/takeover/{waiting}", 403)
    assert await first.post(f"/desk/takeover/{waiting}/take") == f"/desk/takeover/{waiting}"
    assert "别的值班员已经接了" in await second.post(f"/desk/takeover/{waiting}/take", 403)
    for path in ("lines", ""):
        await second.get(f"/desk/takeover/{waiting}/{path}".rstrip("/"), 403)
    for path in ("say", "back"):
        await second.post(f"/desk/takeover/{waiting}/{path}", 403, text="x")
    assert "18274500947" in await first.get(f"/desk/takeover/{waiting}")
    async with staffed.db.read() as session:
        assert waiting in await session.scalar(select(Access.what))


async def test_what_staff_write_reaches_the_resident_under_their_name(browser, staffed: Context, waiting):
    desk = await browser("huang")
    await desk.post(f"/desk/takeover/{waiting}/take")
    with staffed.hub.listen(waiting) as heard:
        await desk.post(f"/desk/takeover/{waiting}/say", text="<b>您好</b>，我是黄文静")
        event = await anext(aiter(heard))
    assert event["message"]["text"] == "<b>您好</b>，我是黄文静" and event["message"]["name"] == "黄文静"
    page = await desk.get(f"/desk/takeover/{waiting}/lines")
    assert "&lt;b&gt;您好" in page and "<b>您好" not in page


async def test_not_more_than_three_at_once(browser, staffed: Context):
    desk = await browser("huang")
    talks = [await talk(staffed, f"s{n}", "在吗") for n in range(4)]
    for one in talks[:3]:
        await desk.post(f"/desk/takeover/{one}/take")
    assert "先交回一个" in await desk.post(f"/desk/takeover/{talks[3]}/take", 403)
    await desk.post(f"/desk/takeover/{talks[0]}/back")
    await desk.post(f"/desk/takeover/{talks[3]}/take")


async def test_silence_hands_it_back(browser, staffed: Context, waiting):
    desk = await browser("huang")
    await desk.post(f"/desk/takeover/{waiting}/take")
    start = staffed.clock()
    staffed.clock = lambda: start + SILENCE - timedelta(seconds=5)
    assert await hand_back_silent(staffed) == []
    await desk.post(f"/desk/takeover/{waiting}/say", text="还在吗")
    staffed.clock = lambda: start + SILENCE + timedelta(seconds=5)
    assert await hand_back_silent(staffed) == []
    staffed.clock = lambda: start + 2 * SILENCE
    assert await hand_back_silent(staffed) == [waiting]
    async with staffed.db.read() as session:
        assert (await session.get(Conversation, waiting)).takeover is None
    await desk.get(f"/desk/takeover/{waiting}", 403)


async def test_a_ticket_from_the_talk_is_filled_from_what_was_said(browser, staffed: Context, waiting):
    desk = await browser("huang")
    await desk.get(f"/desk/register?conversation={waiting}&service=A04", 403)
    await desk.post(f"/desk/takeover/{waiting}/take")
    page = await desk.get(f"/desk/register?conversation={waiting}&service=A04")
    assert 'value="18274500947"' in page and 'value="罗婷"' in page and "对话里识别" in page
    assert 'value="S1-02" selected' in page
    form = {"service": "A04", "key": "k1", "conversation": waiting, "channel": "phone", "applicant_name": "罗婷", "phone": "18274500947", "town": "S1", "village": "S1-02", "demand_desc": "公司不交社保", "employer": "超市", "emp_type": "合同制", "dispute_type": "社会保险", "is_proxy": "本人"}  # fmt: skip
    done = await desk.post("/desk/register", 200, **form)
    assert "登记好了" in done and "取回码" in done
    assert "已替您登记" in await desk.get(f"/desk/takeover/{waiting}/lines")
    assert "这一张已经登记过" in await desk.post("/desk/register", 200, **form)
    async with staffed.db.read() as session:
        row = await session.scalar(select(Ticket))
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert row.conversation == waiting and row.service == "A04"


async def test_registering_says_what_is_missing_and_keeps_the_rest(browser, staffed: Context):
    desk = await browser("yang")
    page = await desk.post(
        "/desk/register",
        422,
        service="Z01",
        key="k",
        phone="139",
        applicant_name="李明",
        demand_desc="柑橘叶子发黄",
    )
    assert "11 位" in page and 'value="李明"' in page and "柑橘叶子发黄" in page


async def test_a_matter_that_is_open_already_is_shown_before_it_is_filed_again(browser, staffed: Context):
    fields = {
        "applicant_name": "李明",
        "phone": "13800001111",
        "town": "T01",
        "village": "T01-05",
        "demand_desc": "柑橘叶子发黄",
    }
    first = await file_one(staffed, "Z01", fields, key="a")
    desk = await browser("huang")
    form = {"service": "Z01", "key": "k", "channel": "phone", **fields}
    page = await desk.post("/desk/register", 409, **form)
    assert first in page and "是另一件，照样登记" in page
    assert "登记好了" in await desk.post("/desk/register", 200, anyway="1", **form)


async def test_the_stream_tells_of_a_new_ticket_and_a_waiting_resident_within_a_second(
    browser, staffed: Context
):
    desk = await browser("huang")
    async with desk.client.get("/desk/live") as stream:
        assert stream.content_type == "text/event-stream"
        assert await news(stream) == {"inbox": 0, "new": 0, "gone": {}, "takeover": 0}
        number = await file_one(
            staffed,
            "Z01",
            {"applicant_name": "李明", "phone": "13800001111", "demand_desc": "问一下"},
            key="n",
        )
        assert await until(stream, new=1) == {"inbox": 1, "new": 1, "gone": {}, "takeover": 0}
        await talk(staffed, "x", "找人")
        assert await until(stream, takeover=1)
    async with desk.client.get("/desk/live") as stream:
        await news(stream)
        page = await (await browser("gao")).get(f"/desk/tickets/{number}")
        assert "派单" in page
        other = await browser("gao")
        await other.post(f"/desk/tickets/{number}/step", name="dispatched", to="awaiting_sign")
        assert await until(stream, gone={number: "高建军"})


async def until(stream, **wanted) -> dict:
    """The news that say so, which must come within a second."""
    async with asyncio.timeout(1.5):
        while True:
            body = await news(stream)
            if all(body[key] == value for key, value in wanted.items()):
                return body


async def news(stream) -> dict:
    while True:
        line = (await stream.content.readline()).decode()
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))


async def gaps_after_taking(browser, context: Context, *said: str, reason: str) -> list[Gap]:
    waits = await talk(context, "someone", *said, reason=reason)
    await (await browser("huang")).post(f"/desk/takeover/{waits}/take")
    async with context.db.read() as session:
        return list(await session.scalars(select(Gap)))


async def test_the_question_that_needed_a_person_is_kept_as_a_gap(browser, staffed: Context):
    said = ("我叫罗婷，电话 18274500947，公司不交社保怎么办", "转人工")
    (gap,) = await gaps_after_taking(browser, staffed, *said, reason="asked")
    assert gap.kind == "taken_over" and "公司不交社保怎么办" in gap.text
    assert "罗婷" not in gap.text and "18274500947" not in gap.text


@pytest.mark.parametrize(("said", "reason"), [("我站在桥上", "danger"), ("找人工", "asked")])
async def test_danger_and_a_bare_wish_for_a_person_are_no_gaps(browser, staffed: Context, said, reason):
    assert await gaps_after_taking(browser, staffed, said, reason=reason) == []
