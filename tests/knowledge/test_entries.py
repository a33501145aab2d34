"""Drafts, publishing, versions, roll back; residents get the published version and nothing else."""

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.knowledge import entries
from bot.knowledge.answers import Answers
from bot.knowledge.entries import Editor, KnowledgeError
from bot.knowledge.gaps import record_gap
from bot.knowledge.models import Gap

MAINTAINER = Editor("韩雪", "ZX")


async def test_draft_is_not_served_until_published(county: Context) -> None:
    answers = Answers(county)
    before = await answers.answer("CL-09")
    async with county.db.write() as session:
        draft = await entries.save_draft(
            session, "CL-09", {"answer": "走不了路的可以上门评估。"}, MAINTAINER, county.clock()
        )
        assert (draft.number, draft.state) == (2, "draft")
    assert await answers.answer("CL-09") == before
    async with county.db.write() as session:
        await entries.publish(session, "CL-09", MAINTAINER, county.clock())
    after = await answers.answer("CL-09")
    assert after.text == "走不了路的可以上门评估。" and after.number == 2 and after.source == before.source


async def test_roll_back_is_a_new_version(county: Context) -> None:
    original = await Answers(county).answer("GH-03")
    async with county.db.write() as session:
        await entries.save_draft(session, "GH-03", {"answer": "错的。"}, MAINTAINER, county.clock())
        await entries.publish(session, "GH-03", MAINTAINER, county.clock())
    async with county.db.write() as session:
        await entries.roll_back(session, "GH-03", 1, MAINTAINER, county.clock())
    again = await Answers(county).answer("GH-03")
    assert again.text == original.text and again.number == 3
    async with county.db.read() as session:
        assert [v.number for v in await entries.history(session, "GH-03")] == [3, 2, 1]


async def test_incomplete_draft_is_not_published(county: Context) -> None:
    async with county.db.write() as session:
        await entries.save_draft(session, "GH-03", {"source": " "}, MAINTAINER, county.clock())
    with pytest.raises(KnowledgeError) as caught:
        async with county.db.write() as session:
            await entries.publish(session, "GH-03", MAINTAINER, county.clock())
    assert caught.value.field == "source"


async def test_withdrawn_entry_is_not_served(county: Context) -> None:
    async with county.db.write() as session:
        await entries.withdraw(session, "GH-03", county.clock())
    assert await Answers(county).answer("GH-03") is None


async def test_unchanged_entry_is_not_published_again(county: Context) -> None:
    with pytest.raises(KnowledgeError, match="没有改动"):
        async with county.db.write() as session:
            await entries.publish(session, "GH-03", MAINTAINER, county.clock())


async def test_gap_is_masked_before_it_is_stored(county: Context) -> None:
    await record_gap(
        county,
        "我叫王建国，电话13912341357，住青陂镇石岭村，问问修路的事",
        "unknown",
        None,
        [("faq/TY-10", 0.31)],
    )
    async with county.db.read() as session:
        gap = await session.scalar(select(Gap))
    assert "修路" in gap.text
    for secret in ("王建国", "13912341357", "石岭"):
        assert secret not in gap.text
    assert gap.nearest == [["faq/TY-10", 0.31]]


async def test_short_title_is_served_and_falls_back_to_the_question(county: Context) -> None:
    answers = Answers(county)
    assert (await answers.answer("GH-17")).short == "被欠工资去哪投诉"
    async with county.db.write() as session:
        await entries.save_draft(session, "GH-17", {"short": None}, MAINTAINER, county.clock())
        await entries.publish(session, "GH-17", MAINTAINER, county.clock())
    assert (await answers.answer("GH-17")).short == "干完活老板不给工资，到哪儿投诉？"[:16]
