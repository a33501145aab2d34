"""Confirmation sheets and use: the handler's word, what is missing from whom, what is asked for most."""

import pytest
from sqlalchemy import select, update

from bot.context import Context
from bot.knowledge import uses
from bot.knowledge.answers import Answers
from bot.knowledge.models import FaqVersion

from .test_faq import draft, small

__all__ = ["small"]


@pytest.fixture
async def lacking(small: Context) -> Context:
    """The wheelchair entry lacks a figure and its confirmation; the certificate is asked for more often."""
    async with small.db.write() as session:
        await session.execute(
            update(FaqVersion)
            .where(FaqVersion.entry == "CL-09")
            .values(answer="找县残联。比例是【补贴比例】。", figures={"补贴比例": None}, confirmed=False)
        )
        await uses.count(session, [("CL-01", "hit")] * 3 + [("CL-09", "hit")], small.clock())
    return small


async def newest(context: Context, entry: str = "CL-09") -> FaqVersion:
    async with context.db.read() as session:
        return await session.scalar(
            select(FaqVersion).where(FaqVersion.entry == entry).order_by(FaqVersion.number.desc())
        )


async def test_the_handler_fills_and_confirms_and_residents_get_it(browser, lacking: Context):
    yang = await browser("yang")
    page = await yang.get("/desk/sheets")
    assert page.index('id="CL-01"') < page.index('id="CL-09"'), "the most asked for first"
    assert 'id="GH-01"' not in page, "nothing of another organisation"
    where = await yang.post("/desk/sheets/CL-09", **{"figure:补贴比例": "七成", "confirmed": "on"})
    assert "done=online" in where and "已确认" in await yang.get(where)
    answer = await Answers(lacking).answer("CL-09")
    assert answer.text == "找县残联。比例是七成。" and not answer.unconfirmed and answer.note is None
    version = await newest(lacking)
    assert (version.confirmed_by, version.reviewer, version.number) == ("杨帆", "杨帆", 2)


async def test_another_organisations_sheet_is_closed(browser, lacking: Context):
    tan = await browser("tan")
    assert 'id="CL-09"' not in await tan.get("/desk/sheets?org=CL")
    await tan.post("/desk/sheets/CL-09", 403, **{"figure:补贴比例": "1%", "confirmed": "on"})
    assert (await newest(lacking)).number == 1


async def test_a_maintainer_sees_what_is_missing_from_whom_and_fills_nothing(browser, lacking: Context):
    han = await browser("han")
    page = await han.get("/desk/sheets?org=CL")
    assert "县残联" in page and "杨帆" in page and 'name="figure:' not in page
    assert "没有经办人" in page, "organisations without a handler are said so"
    await han.post("/desk/sheets/CL-09", 403, **{"figure:补贴比例": "1%"})


async def test_with_a_colleagues_draft_open_the_figures_go_into_it(browser, lacking: Context):
    han, yang = await browser("han"), await browser("yang")
    await draft(han, "CL-09", answer="新写的。比例是【补贴比例】。")
    where = await yang.post("/desk/sheets/CL-09", **{"figure:补贴比例": "七成", "confirmed": "on"})
    assert "done=draft" in where
    version = await newest(lacking)
    assert (version.state, version.author, version.figures) == ("draft", "韩雪", {"补贴比例": "七成"})
    assert version.answer == "新写的。比例是【补贴比例】。"
    assert "七成" not in (await Answers(lacking).answer("CL-09")).text


async def test_nothing_filled_and_a_figure_that_is_none_of_its_own_are_refused(browser, lacking: Context):
    yang = await browser("yang")
    assert "没有改动" in await yang.post("/desk/sheets/CL-09", 422, **{"figure:补贴比例": " "})
    assert "没有这一项" in await yang.post("/desk/sheets/CL-09", 422, **{"figure:别的": "1"})
    assert (await newest(lacking)).number == 1


async def test_use_is_shown_by_entry_with_what_stands_out(browser, lacking: Context):
    async with lacking.db.write() as session:
        used = [("CL-09", kind) for kind in ("offered", "offered", "chosen", "helpful", "unhelpful")]
        await uses.count(session, used, lacking.clock())
    page = await (await browser("han")).get("/desk/uses")
    assert page.index("CL-01") < page.index("CL-09") < page.index("FL-03")
    assert "需核对" in page and "50%" in page
    rows = await (await browser("han")).get("/desk/faq/rows")
    assert "命中 3" in rows and rows.index("CL-01") < rows.index("CL-09")
