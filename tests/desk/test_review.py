"""From draft to residents at the desk: nothing unreplayed, nothing worse without a yes, nobody alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import local
from bot.context import Context
from bot.knowledge.answers import Answers
from bot.knowledge.models import FaqPhrasing, FaqReplay, FaqVersion
from bot.knowledge.scheduled import publish_due

from .test_faq import base, draft, replayed, small

__all__ = ["small"]


async def newest(context: Context, entry: str = "CL-09") -> FaqVersion:
    async with context.db.read() as session:
        return await session.scalar(
            select(FaqVersion).where(FaqVersion.entry == entry).order_by(FaqVersion.number.desc())
        )


async def test_nothing_is_handed_on_before_it_was_replayed(browser, small: Context):
    desk = await browser("han")
    await draft(desk, "CL-09", answer="走不了路的可以上门评估。")
    for step in ("submit", "publish"):
        assert "还没回放" in await desk.post(f"/desk/faq/CL-09/{step}", 422)
    page = await replayed(desk)
    assert "回放过" in page and "不变" in page
    await draft(desk, "CL-09", answer="又改了。")
    assert "又改过，要再放一遍" in await desk.post("/desk/faq/CL-09/submit", 422)
    assert (await newest(small)).state == "draft"


async def test_what_got_worse_needs_a_yes_to_each_one(browser, small: Context):
    """A draft that takes another entry's questions is told so in plain words."""
    desk = await browser("han")
    async with small.db.read() as session:
        taken = list(await session.scalars(select(FaqPhrasing.text).where(FaqPhrasing.entry == "GH-01")))
    assert taken
    await desk.post("/desk/faq/CL-09/phrasings", text="\n".join(taken))
    await draft(desk, "CL-09", question="怎么加入工会？", answer="找县残联。")
    await desk.post("/desk/faq/CL-09/replay")
    page = await desk.get("/desk/faq/CL-09")
    async with small.db.read() as session:
        found = await session.get(FaqReplay, "CL-09")
    assert found.worse and f"变差 {len(found.worse)}，要逐条确认" in page
    assert "变差，还有" in await desk.post("/desk/faq/CL-09/submit", 422)
    for row in found.worse[:-1]:
        await desk.post("/desk/faq/CL-09/accept", text=row["text"])
    assert "还有 1 条没确认" in await desk.post("/desk/faq/CL-09/submit", 422)
    await desk.post("/desk/faq/CL-09/accept", text=found.worse[-1]["text"])
    assert "已接受 韩雪" in await desk.get("/desk/faq/CL-09")
    await desk.post("/desk/faq/CL-09/replay")
    assert "都确认过" in await desk.get("/desk/faq/CL-09"), "the same result needs no second yes"
    await desk.post("/desk/faq/CL-09/submit")
    assert (await newest(small)).state == "in_review"


async def test_another_entry_published_meanwhile_asks_for_another_replay(browser, small: Context):
    desk, other = await browser("han"), await browser("admin")
    await draft(desk, "CL-09", answer="新。")
    await replayed(desk)
    await other.post("/desk/faq/FL-03/phrasings", text="婚前财产怎么分")
    await replayed(other, "FL-03")
    await other.post("/desk/faq/FL-03/publish")
    assert "别的条目发布过" in await desk.post("/desk/faq/CL-09/submit", 422)


async def test_the_author_cannot_review_and_the_handler_of_the_organisation_can(browser, small: Context):
    han, tan, yang = await browser("han"), await browser("tan"), await browser("yang")
    await draft(han, "CL-09", answer="新。")
    await replayed(han)
    page = await han.get("/desk/faq/CL-09")
    assert "另一人复核" in page and "县残联 杨帆" in page
    assert "先送复核" in await han.post("/desk/faq/CL-09/publish", 422)
    await han.post("/desk/faq/CL-09/submit")
    for desk in (han, tan):
        assert "要另一个人复核" in await desk.post("/desk/faq/CL-09/approve", 403)
        assert "要另一个人复核" in await desk.post("/desk/faq/CL-09/send-back", 403, reason="x")
    await yang.post("/desk/faq/CL-09/send-back", reason="比例写错了")
    assert "杨帆 退回：比例写错了" in await han.get("/desk/faq/CL-09")
    await han.post("/desk/faq/CL-09/submit")
    await yang.post("/desk/faq/CL-09/approve")
    assert (await Answers(small).answer("CL-09")).text == "新。"
    assert (await newest(small)).reviewer == "杨帆"


async def test_a_draft_in_review_is_locked_until_it_is_taken_back(browser, small: Context):
    desk = await browser("han")
    await draft(desk, "CL-09", answer="新。")
    await replayed(desk)
    await desk.post("/desk/faq/CL-09/submit")
    page = await desk.get("/desk/faq/CL-09")
    told = await desk.post("/desk/faq/CL-09/draft", 200, base=base(page), answer="偷偷改。")
    assert "先收回来再改" in told and (await newest(small)).answer == "新。"
    assert "先收回来再改" in await desk.post("/desk/faq/CL-09/phrasings", 422, text="加一句")
    await desk.post("/desk/faq/CL-09/take-back")
    await draft(desk, "CL-09", answer="改好了。")


async def test_phrasings_alone_need_no_second_reader(browser, small: Context):
    desk = await browser("han")
    await desk.post("/desk/faq/CL-09/phrasings", text="轮椅上哪儿讨")
    page = await replayed(desk)
    assert "另一人复核" not in page and "只改问法的，不用第二个人复核" in page
    await desk.post("/desk/faq/CL-09/publish")
    assert (await newest(small)).state == "published"


async def test_a_county_with_one_maintainer_may_switch_the_second_reader_off(browser, small: Context):
    small.settings.faq_second_reader = False
    desk = await browser("han")
    await draft(desk, "CL-09", answer="新。")
    assert "还没回放" in await desk.post("/desk/faq/CL-09/publish", 422), "the replay stays"
    await replayed(desk)
    await desk.post("/desk/faq/CL-09/publish")
    assert (await Answers(small).answer("CL-09")).text == "新。"


async def test_a_time_is_kept_and_published_by_the_worker(browser, small: Context):
    han, yang = await browser("han"), await browser("yang")
    await draft(han, "CL-09", answer="新。")
    await replayed(han)
    when = local(small.clock()).replace(second=0, microsecond=0) + timedelta(hours=3)
    assert "时间已经过了" in await han.post("/desk/faq/CL-09/submit", 422, publish_at="2020-01-01T09:00")
    await han.post("/desk/faq/CL-09/submit", publish_at=f"{when:%Y-%m-%dT%H:%M}")
    await yang.post("/desk/faq/CL-09/approve")
    assert "到时自动发布" in await han.get("/desk/faq/CL-09")
    assert await publish_due(small) == []
    small.clock = lambda: when
    assert await publish_due(small) == ["CL-09"]
    assert (await Answers(small).answer("CL-09")).text == "新。"


async def test_the_running_replay_tells_how_far_it_is(browser, small: Context):
    desk = await browser("han")
    await draft(desk, "CL-09", answer="新。")
    async with desk.client.post(
        "/desk/faq/CL-09/replay", data={"_csrf": desk.csrf}, headers={"HX-Request": "true"}
    ) as response:
        part = await response.text()
    assert 'role="progressbar"' in part and 'hx-trigger="every 500ms"' in part
    await desk.post("/desk/faq/CL-09/replay")
    assert 'role="progressbar"' not in await desk.get("/desk/faq/CL-09/replay")


@pytest.mark.parametrize("step", ["publish", "submit", "approve", "send-back", "take-back", "discard"])
async def test_without_a_draft_there_is_no_step(browser, small: Context, step):
    desk = await browser("han")
    await desk.post(f"/desk/faq/CL-09/{step}", 422, reason="x")
    await desk.post(f"/desk/faq/XX-99/{step}", 404, reason="x")


async def test_an_answer_with_markup_in_it_is_not_published(browser, small: Context):
    desk = await browser("han")
    await draft(desk, "CL-09", answer="找<b>县残联</b>。")
    await replayed(desk)
    assert "网页标签" in await desk.post("/desk/faq/CL-09/submit", 422)
