"""The second reader, publishing at a time, and phrasings that go online with their draft."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.knowledge import entries, phrasings, review, scheduled
from bot.knowledge.answers import Answers
from bot.knowledge.entries import Editor, KnowledgeError
from bot.knowledge.models import FaqVersion
from bot.knowledge.publish import index_items

HAN, YANG = Editor("韩雪", "ZX", 1), Editor("杨帆", "CL", 2)


@pytest.fixture(autouse=True)
def written(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """How often the index was written; writing it is another test's matter."""
    calls: list[Context] = []

    async def note(context: Context) -> str:
        calls.append(context)
        return "version"

    monkeypatch.setattr(scheduled, "refresh_index", note)
    return calls


async def drafted(context: Context, **content: object) -> None:
    async with context.db.write() as session:
        await entries.save_draft(session, "CL-09", content or {"answer": "新。"}, HAN, context.clock())


async def said(context: Context) -> str:
    return (await Answers(context).answer("CL-09")).text


async def test_who_wrote_does_not_review_and_another_does(county: Context) -> None:
    await drafted(county)
    async with county.db.write() as session:
        await review.submit(session, "CL-09", county.clock())
    with pytest.raises(KnowledgeError, match="另一个人"):
        async with county.db.write() as session:
            await review.approve(session, "CL-09", HAN, county.clock())
    assert await said(county) != "新。"
    async with county.db.write() as session:
        version = await review.approve(session, "CL-09", YANG, county.clock())
        assert (version.state, version.reviewer, version.author) == ("published", "杨帆", "韩雪")
    assert await said(county) == "新。"


async def test_everybody_who_touched_the_draft_is_its_author(county: Context) -> None:
    await drafted(county)
    async with county.db.write() as session:
        await entries.save_draft(session, "CL-09", {"source": "条例"}, YANG, county.clock())
        version = await review.submit(session, "CL-09", county.clock())
        assert version.hands == [1, 2]
    for who in (HAN, YANG):
        with pytest.raises(KnowledgeError):
            async with county.db.write() as session:
                await review.approve(session, "CL-09", who, county.clock())


async def test_sent_back_with_its_reason_and_handed_on_again(county: Context) -> None:
    await drafted(county)
    async with county.db.write() as session:
        await review.submit(session, "CL-09", county.clock())
    with pytest.raises(KnowledgeError, match="为什么"):
        async with county.db.write() as session:
            await review.send_back(session, "CL-09", YANG, "  ")
    async with county.db.write() as session:
        version = await review.send_back(session, "CL-09", YANG, "比例写错了")
        assert (version.state, version.returned, version.reviewer) == ("draft", "比例写错了", "杨帆")
    async with county.db.write() as session:
        assert (await review.submit(session, "CL-09", county.clock())).returned is None


async def test_what_waits_for_its_reader_is_not_edited(county: Context) -> None:
    await drafted(county)
    async with county.db.write() as session:
        await review.submit(session, "CL-09", county.clock())
    with pytest.raises(KnowledgeError, match="收回来"):
        await drafted(county, answer="又改。")
    async with county.db.write() as session:
        await review.take_back(session, "CL-09")
    await drafted(county, answer="又改。")


async def test_it_goes_online_at_its_time_and_once(county: Context, written: list[Context]) -> None:
    await drafted(county)
    start = county.clock()
    async with county.db.write() as session:
        await review.submit(session, "CL-09", start, start + timedelta(hours=2))
        assert (await review.approve(session, "CL-09", YANG, start)).state == "scheduled"
    county.clock = lambda: start + timedelta(hours=1, minutes=59)
    assert await scheduled.publish_due(county) == [] and await said(county) != "新。"
    county.clock = lambda: start + timedelta(hours=2)
    found = await asyncio.gather(*(scheduled.publish_due(county) for _ in range(3)))
    assert [entry for done in found for entry in done] == ["CL-09"] and len(written) == 1
    assert await said(county) == "新。"
    async with county.db.read() as session:
        version = await session.scalar(
            select(FaqVersion).where(FaqVersion.entry == "CL-09").order_by(FaqVersion.number.desc())
        )
        assert version.published_by == "杨帆" and version.published_at == start + timedelta(hours=2)


async def test_a_time_that_has_passed_is_refused(county: Context) -> None:
    await drafted(county)
    with pytest.raises(KnowledgeError, match="过了"):
        async with county.db.write() as session:
            await review.submit(session, "CL-09", county.clock(), county.clock() - timedelta(minutes=1))


async def test_phrasings_go_online_and_offline_with_the_draft(county: Context) -> None:
    async def online() -> tuple[str, ...]:
        items = {item.key: item for item in await index_items(county)}
        return items["faq/CL-09"].phrasings

    before = await online()
    async with county.db.write() as session:
        rows = {row.text: row.id for row in await phrasings.of_entry(session, "CL-09")}
        await entries.add_phrasing(session, "CL-09", "轮椅 上哪讨", "gap", HAN, county.clock())
        await entries.remove_phrasing(session, "CL-09", rows[before[0]], HAN, county.clock())
    assert await online() == before
    async with county.db.write() as session:
        version = await entries.newest(session, "CL-09")
        assert version.number == 2 and not await review.changes_content(session, version)
        await entries.publish(session, "CL-09", HAN, county.clock())
        assert version.said == {"added": ["轮椅 上哪讨"], "removed": [before[0]]}
    assert await online() == (*before[1:], "轮椅 上哪讨")


async def test_a_draft_thrown_away_leaves_everything_as_it_was(county: Context) -> None:
    async with county.db.write() as session:
        first = (await phrasings.of_entry(session, "CL-09"))[0]
        await entries.add_phrasing(session, "CL-09", "轮椅上哪讨", "written", HAN, county.clock())
        await entries.remove_phrasing(session, "CL-09", first.id, HAN, county.clock())
        await entries.save_draft(session, "CL-09", {"answer": "错。"}, HAN, county.clock())
    async with county.db.write() as session:
        await entries.discard(session, "CL-09")
    async with county.db.read() as session:
        assert (await entries.newest(session, "CL-09")).number == 1
        rows = await phrasings.of_entry(session, "CL-09")
        assert {row.state for row in rows} == {"live"} and "轮椅上哪讨" not in {row.text for row in rows}


async def test_rolling_back_is_at_once_and_leaves_the_open_draft(county: Context) -> None:
    original = await said(county)
    await drafted(county, answer="第二版。")
    async with county.db.write() as session:
        await entries.publish(session, "CL-09", HAN, county.clock())
    await drafted(county, answer="还没写完的。")
    async with county.db.write() as session:
        await entries.roll_back(session, "CL-09", 1, HAN, county.clock())
    assert await said(county) == original
    async with county.db.read() as session:
        found = await entries.history(session, "CL-09")
    assert [(v.number, v.state) for v in found] == [
        (4, "draft"),
        (3, "published"),
        (2, "published"),
        (1, "published"),
    ]
    assert found[0].answer == "还没写完的。"


async def test_the_same_phrasing_at_two_entries_is_named(county: Context) -> None:
    async with county.db.write() as session:
        other = (await phrasings.of_entry(session, "CL-01"))[0].text
        await entries.add_phrasing(session, "CL-09", f"请问{other}？", "written", HAN, county.clock())
        await session.flush()
        found = await phrasings.doubles(session, "CL-09")
    assert list(found.values()) == [["CL-01"]]


async def test_past_its_validity_the_answer_says_so(county: Context) -> None:
    at = county.clock()
    await drafted(county, valid_until=(at + timedelta(days=3)).date())
    async with county.db.write() as session:
        await entries.publish(session, "CL-09", YANG, at)
    assert not (await Answers(county).answer("CL-09")).expired
    county.clock = lambda: at + timedelta(days=5)
    assert (await Answers(county).answer("CL-09")).expired
