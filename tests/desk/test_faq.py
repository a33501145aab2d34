"""The workbench: drafts that save themselves, publishing, versions, phrasings, gaps, try-out."""

import re
import time

import pytest
from sqlalchemy import delete, select, update

from bot.context import Context
from bot.desk.gaps import group
from bot.directory.models import ServiceRow
from bot.knowledge.answers import Answers
from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion, Gap
from bot.knowledge.publish import index_items, refresh_index
from bot.settings import ROOT

KEPT = ("CL-09", "CL-01", "FL-03", "GH-01")


@pytest.fixture
async def small(staffed: Context) -> Context:
    """A county with four questions and two services."""
    await shrink(staffed)
    return staffed


async def shrink(context: Context) -> None:
    """Leave four questions and two services: the index is written in a moment."""
    async with context.db.write() as session:
        for table, column in (
            (FaqVersion, FaqVersion.entry),
            (FaqPhrasing, FaqPhrasing.entry),
            (FaqEntry, FaqEntry.id),
        ):
            await session.execute(delete(table).where(column.not_in(KEPT)))
        await session.execute(
            delete(FaqPhrasing).where(
                FaqPhrasing.id.not_in(select(FaqPhrasing.id).order_by(FaqPhrasing.id).limit(20))
            )
        )
        await session.execute(
            update(ServiceRow)
            .where(ServiceRow.code.not_in(("A07", "A01")))
            .values(active=False, phrasings=[])
        )
        await session.execute(update(ServiceRow).values(phrasings=[]))
    share_vectors(context)
    await refresh_index(context)


def share_vectors(context: Context) -> None:
    """Use the vectors that training left: encoding the matcher's background anew takes a minute."""
    kept, index = ROOT / "var" / "index" / "cache", context.settings.state_dir / "index"
    kept.mkdir(parents=True, exist_ok=True)
    index.mkdir(parents=True, exist_ok=True)
    if not (index / "cache").exists():
        (index / "cache").symlink_to(kept)


async def replayed(desk, entry: str = "CL-09") -> str:
    """Replay the draft and accept whatever got worse; the page after it."""
    await desk.post(f"/desk/faq/{entry}/replay")
    page = await desk.get(f"/desk/faq/{entry}")
    for text in re.findall(r'name="text" value="([^"]*)"><button class="btn-link"', page):
        await desk.post(f"/desk/faq/{entry}/accept", text=text)
    return await desk.get(f"/desk/faq/{entry}")


async def published(writer, reader, entry: str = "CL-09") -> None:
    """The whole way of a draft: replay, second reader, residents."""
    await replayed(writer, entry)
    await writer.post(f"/desk/faq/{entry}/submit")
    await reader.post(f"/desk/faq/{entry}/approve")


def base(page: str) -> str:
    return page.split('id="faq-base" value="')[1].split('"')[0]


async def draft(desk, entry: str, **changes) -> str:
    page = await desk.get(f"/desk/faq/{entry}")
    form = {
        "question": "怎么弄轮椅？",
        "answer": "找县残联。",
        "source": "条例",
        "handler": "县残联",
        "confirmed": "on",
    }
    return await desk.post(f"/desk/faq/{entry}/draft", 200, base=base(page), **{**form, **changes})


async def test_a_draft_is_kept_as_it_is_typed_and_residents_see_it_only_when_published(
    browser, small: Context
):
    desk, answers = await browser("han"), Answers(small)
    before = (await answers.answer("CL-09")).text
    saved = await draft(desk, "CL-09", answer="拨打县残联电话，当天登记。")
    assert "拨打县残联电话，当天登记。" in saved and "草稿 v2" in saved
    assert (await answers.answer("CL-09")).text == before
    await replayed(desk)
    await desk.post("/desk/faq/CL-09/submit")
    assert (await answers.answer("CL-09")).text == before
    reader = await browser("yang")
    start = time.monotonic()
    await reader.post("/desk/faq/CL-09/approve")
    assert (await answers.answer("CL-09")).text == "拨打县残联电话，当天登记。"
    assert time.monotonic() - start < 2
    assert "没有改动" in await desk.post("/desk/faq/CL-09/publish", 422)


async def test_paragraphs_and_short_title_reach_residents_as_typed(browser, small: Context):
    """A browser sends the lines of a text area with carriage returns."""
    desk, answers = await browser("han"), Answers(small)
    await draft(desk, "CL-09", answer="评估后给补贴。\r\n\r\n找县残联。", short="轮椅去哪领")
    await published(desk, await browser("admin"))
    answer = await answers.answer("CL-09")
    assert (answer.text, answer.short) == ("评估后给补贴。\n\n找县残联。", "轮椅去哪领")


async def test_two_who_edit_one_draft_are_told_and_lose_nothing(browser, small: Context):
    first, second = await browser("han"), await browser("admin")
    old = base(await second.get("/desk/faq/CL-09"))
    await draft(first, "CL-09", answer="韩雪写的。")
    told = await second.post(
        "/desk/faq/CL-09/draft", 200, base=old, question="x", answer="另一个", source="s", handler="h"
    )
    assert "韩雪 刚改过" in told
    assert "韩雪写的。" in await first.get("/desk/faq/CL-09")


async def test_an_unfinished_draft_is_not_published_and_the_field_is_named(browser, small: Context):
    desk = await browser("han")
    await draft(desk, "CL-09", source=" ")
    page = await desk.post("/desk/faq/CL-09/publish", 422)
    assert "依据：还没填" in page


async def test_versions_show_what_changed_and_roll_back(browser, small: Context):
    desk = await browser("han")
    await draft(desk, "CL-09", answer="新的回答。")
    await published(desk, await browser("admin"))
    page = await desk.get("/desk/faq/CL-09/versions")
    assert "<ins>" in page and "<del>" in page and "退回到这一版" in page
    await desk.post("/desk/faq/CL-09/versions/1/roll-back")
    assert "新的回答" not in (await Answers(small).answer("CL-09")).text
    assert "v3" in await desk.get("/desk/faq/CL-09/versions")


async def test_phrasings_come_and_go_and_are_tried_out_with_their_evidence(browser, small: Context):
    desk = await browser("han")
    await desk.post("/desk/faq/CL-09/phrasings", text="我妈腿断了想要轮椅")
    assert "新加" in await desk.get("/desk/faq/CL-09")
    found = await desk.post("/desk/faq/CL-09/try", 200, text="我妈腿断了，想要个轮椅")
    assert "我妈腿断了想要轮椅" in found and "都说了" in found and "轮椅" in found and "把握" in found
    page = await desk.get("/desk/faq/CL-09")
    number = page.split("/phrasings/")[1].split("/remove")[0]
    await desk.post(f"/desk/faq/CL-09/phrasings/{number}/remove")
    assert "我妈腿断了想要轮椅" not in await desk.get("/desk/faq/CL-09")
    assert "问法是空的" in await desk.post("/desk/faq/CL-09/phrasings", 422, text="  ")


async def test_taking_an_entry_offline_ends_its_answers(browser, small: Context):
    desk = await browser("han")
    await desk.post("/desk/faq/CL-01/withdraw")
    assert await Answers(small).answer("CL-01") is None
    assert "已下线" in await desk.get("/desk/faq/CL-01")


async def test_what_needs_confirming_stands_first_and_the_search_finds_phrasings(browser, staffed: Context):
    desk = await browser("han")
    rows = await desk.get("/desk/faq/rows")
    marks = [part.split("</span>")[0].split(">")[-1] for part in rows.split('class="badge ')[1:]]
    assert rows.index("需核对") < rows.index("已发布") and rows.count('class="entry') == 142
    first_fine = marks.index("已发布")
    assert set(marks[first_fine:]) == {"已发布"} and "已发布" not in marks[:first_fine]
    only = await desk.get("/desk/faq/rows?org=CL&q=轮椅")
    assert "CL-09" in only and "GH-01" not in only


async def test_a_handler_fills_the_figures_of_his_own_organisation_and_nothing_else(browser, small: Context):
    yang, tan = await browser("yang"), await browser("tan")
    async with small.db.write() as session:
        version = await session.scalar(select(FaqVersion).where(FaqVersion.entry == "CL-09"))
        version.answer = "比例是【补贴比例】。"
    page = await yang.get("/desk/faq/CL-09")
    form = {"base": base(page), "answer": "改了别的", "figure:补贴比例": "70%", "confirmed": "on"}
    await yang.post("/desk/faq/CL-09/draft", 200, **form)
    async with small.db.read() as session:
        draft = await session.scalar(
            select(FaqVersion).where(FaqVersion.entry == "CL-09", FaqVersion.number == 2)
        )
    assert draft.figures == {"补贴比例": "70%"} and draft.answer == "比例是【补贴比例】。"
    page = await tan.get("/desk/faq/CL-09")
    await tan.post("/desk/faq/CL-09/draft", 403, base=base(page), **{"figure:补贴比例": "1%"})


async def test_what_is_written_into_an_answer_is_text_and_never_markup(browser, small: Context):
    desk = await browser("han")
    saved = await draft(desk, "CL-09", answer="<script>alert(1)</script>")
    assert "<script>alert" not in saved and "&lt;script&gt;" in saved


async def gap(context: Context, text: str, talk: str, nearest=(("CL-09", 0.5),)) -> None:
    async with context.db.write() as session:
        session.add(
            Gap(
                at=context.clock(),
                text=text,
                kind="unknown",
                conversation=talk,
                nearest=[list(n) for n in nearest],
            )
        )


async def test_gaps_are_grouped_by_people_and_attached(browser, small: Context):
    for talk, text in (
        ("a", "轮椅能借吗，就用两个月"),
        ("b", "轮椅能不能借用"),
        ("b", "轮椅可以借吗"),
        ("c", "村里修路占了我家菜地赔多少"),
    ):
        await gap(small, text, talk)
    desk = await browser("han")
    page = await desk.get("/desk/gaps")
    assert page.index("<b>2</b>人") < page.index("<b>1</b>人")
    ids = [part.split('"')[0] for part in page.split('name="gap" value="')[1:]]
    assert len(ids) == 3
    async with desk.client.post(
        "/desk/gaps",
        data=[("_csrf", desk.csrf), ("do", "attach:CL-09"), *(("gap", n) for n in ids)],
        allow_redirects=False,
    ) as response:
        assert response.status == 303
    async with small.db.read() as session:
        said = set(await session.scalars(select(FaqPhrasing.text).where(FaqPhrasing.entry == "CL-09")))
        states = set(await session.scalars(select(Gap.state)))
        pending = set(await session.scalars(select(FaqPhrasing.text).where(FaqPhrasing.state == "adding")))
    assert "轮椅可以借吗" in said & pending and states == {"attached", "open"}
    await replayed(desk)
    await desk.post("/desk/faq/CL-09/publish")
    items = {item.key: item for item in await index_items(small)}
    assert "轮椅可以借吗" in items["faq/CL-09"].phrasings


async def test_a_gap_starts_a_new_entry_and_a_masked_wording_is_no_phrasing(browser, small: Context):
    await gap(small, "〔姓名〕住院回来，借个护理床找谁", "a")
    desk = await browser("han")
    page = await desk.get("/desk/gaps")
    number = page.split('name="gap" value="')[1].split('"')[0]
    where = await desk.post("/desk/gaps", do="new", gap=number, question="护理床能借吗？", org="CL")
    assert where == "/desk/faq/CL-10"
    page = await desk.get(where)
    assert "护理床能借吗" in page and "〔姓名〕" not in page


def test_like_questions_form_one_group():
    rows = [
        Gap(id=n, text=t, kind="unknown", conversation=str(n), nearest=[])
        for n, t in enumerate(("网上刷单被骗了，钱能不能追", "刷单被骗，钱追得回来吗", "茶叶炭疽病打什么药"))
    ]
    from bot.clock import now

    for row in rows:
        row.at = now()
    assert sorted(len(one.gaps) for one in group(rows)) == [1, 2]
