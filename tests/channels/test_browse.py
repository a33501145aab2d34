"""Browsing by group of people, and the script for other sites."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot.channels.browse import GROUPS
from bot.directory.catalogue import FALLBACK_SERVICE
from bot.knowledge.answers import published
from bot.knowledge.models import FaqEntry, FaqVersion


async def test_every_published_entry_and_open_service_is_in_some_group(county, client):
    pages = [await (await client.get(f"/browse/{group.key}")).text() for group in GROUPS]
    everything = "".join(pages)
    async with county.db.read() as session:
        questions = [version.question for _, version in await session.execute(published())]
    assert len(questions) == 142
    assert [question for question in questions if f"<summary>{question}</summary>" not in everything] == []
    services = (await county.directory.county()).services.values()
    open_ones = [s for s in services if s.proposed_to is None and s.code != FALLBACK_SERVICE]
    assert [s.name for s in open_ones if f"<h3>{s.name}</h3>" not in everything] == []
    assert not [page for page in pages if "没有能直接登记的事" in page and "还没有写好的问答" in page]


async def test_an_answer_stands_there_with_its_source_and_its_honest_line(client):
    text = await (await client.get("/browse/disabled")).text()
    assert "依据：" in text and "核定后再公布" in text
    assert "【" not in text, "no placeholder of a local figure"
    assert "发布）" in text and "核对）" not in text, "nobody has confirmed anything yet"


async def test_what_the_handler_confirmed_says_so(county, client):
    async with county.db.write() as session:
        entry = await session.scalar(select(FaqEntry).where(FaqEntry.id == "CL-01"))
        await session.execute(
            update(FaqVersion)
            .where(FaqVersion.entry == "CL-01", FaqVersion.number == entry.published)
            .values(confirmed_at=datetime(2026, 11, 25, 3, 0, tzinfo=UTC))
        )
    text = await (await client.get("/browse/disabled")).text()
    assert text.count("2026-11-25 核对）") == 1


async def test_a_withdrawn_entry_is_gone_at_once(county, client):
    question = "<summary>"
    before = (await (await client.get("/browse/disabled")).text()).count(question)
    async with county.db.write() as session:
        await session.execute(update(FaqEntry).where(FaqEntry.id == "CL-01").values(published=None))
    assert (await (await client.get("/browse/disabled")).text()).count(question) == before - 1


async def test_an_unknown_group_offers_the_others(client):
    page = await client.get("/browse/%3Cscript%3E")
    text = await page.text()
    assert page.status == 404 and "没有这一类" in text and "残疾人和家里人" in text
    assert "<script>" not in text.replace('<script type="module"', "")


@pytest.mark.parametrize("public", [None, "https://qfw.example.gov.cn/"])
async def test_the_script_for_other_sites_names_this_installation(county, client, public):
    county.settings.public_url = public
    answer = await client.get("/embed.js")
    text = await answer.text()
    own = "https://qfw.example.gov.cn/" if public else f"http://{client.host}:{client.port}/"
    assert f'link.href = "{own}"' in text and "__ADDRESS__" not in text
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.content_type == "text/javascript"
