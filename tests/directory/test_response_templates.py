"""Which templates a ticket offers, and how their placeholders are filled."""

import pytest

from bot.context import Context
from bot.directory.models import ResponseTemplate
from bot.directory.response_templates import fill, placeholders, store_defaults, templates_for


@pytest.fixture
def server() -> str:
    """One kind of database is enough here."""
    return "sqlite"


async def test_a_ticket_is_offered_what_fits_it_the_nearest_first(county: Context) -> None:
    async with county.db.write() as session:
        session.add_all(
            [
                ResponseTemplate(name="残联的", body="x", org="CL", position=9),
                ResponseTemplate(name="轮椅的", body="x", service="A07", position=9),
                ResponseTemplate(name="妇联的", body="x", org="FL"),
                ResponseTemplate(name="停用的", body="x", active=False),
            ]
        )
    async with county.db.read() as session:
        found = await templates_for(session, org="CL", service="A07", state="in_progress")
        names = [one.name for one in found]
    assert names[:2] == ["轮椅的", "残联的"]
    assert "约上门" in names and "要等外单位" not in names
    assert not {"妇联的", "停用的"} & set(names)


async def test_a_county_that_has_templates_gets_no_others(county: Context) -> None:
    async with county.db.write() as session:
        before = len(await templates_for(session))
        await store_defaults(session)
        await session.flush()
        assert len(await templates_for(session)) == before > 0


def test_what_is_known_is_filled_and_the_rest_stays_to_be_written() -> None:
    body = "【称呼】，【经办人】【评估日期】上门，【称呼】"
    assert placeholders(body) == ["称呼", "经办人", "评估日期"]
    assert (
        fill(body, {"称呼": "周志远您好", "经办人": None})
        == "周志远您好，【经办人】【评估日期】上门，周志远您好"
    )
