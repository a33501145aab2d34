"""What a conversation leaves for the maintainers: counts by entry, and the questions that it did not settle."""

from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from actions.server import make_actions_app
from bot.clock import local
from bot.context import Context
from bot.knowledge import uses
from bot.knowledge.gaps import is_open
from bot.knowledge.models import Gap
from tests.actions.conftest import call
from tests.actions.test_server import SECRET

SURE = (("CL-09", 0.91), ("CL-01", 0.05))
MIDDLING = (("CL-09", 0.45), ("CL-01", 0.4))


def ranked(*rows: tuple[str, float]) -> dict:
    """A ranking as the pipeline writes it."""
    ranking = [{"intent_response_key": f"faq/{key}", "confidence": score} for key, score in rows]
    return {"faq": {"ranking": ranking, "threshold": 0.7, "ask_back_threshold": 0.25}}


class Resident:
    """Says and presses, one turn after the other."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.turn = client, 0
        self.said: list[dict] = []

    async def __call__(self, action: str, text: str, intent: str, **more: object) -> list[dict]:
        self.turn += 1
        body = call(action, text, intent, f"t{self.turn}", **more)
        self.said += body["tracker"]["events"]
        body["tracker"]["events"] = self.said
        answer = await self.client.post("/webhook", json=body, headers=SECRET)
        assert answer.status == 200
        return (await answer.json())["responses"]

    async def asks(self, text: str, *rows: tuple[str, float]) -> list[dict]:
        return await self("action_ask_faq", text, "ask_faq", response_selector=ranked(*rows))

    async def presses(self, **command: object) -> list[dict]:
        return await self("action_press", "", "press", metadata={"command": command})


@pytest.fixture
async def resident(county: Context, conversation: str):
    async with TestClient(TestServer(make_actions_app(county, "s3cret"))) as client:
        yield Resident(client)


async def counts(context: Context) -> dict[str, uses.Uses]:
    async with context.db.read() as session:
        return await uses.by_entry(session, local(context.clock()).date())


async def open_kinds(context: Context, later: timedelta = timedelta()) -> list[str]:
    async with context.db.read() as session:
        return list(await session.scalars(select(Gap.kind).where(is_open(context.clock() + later))))


async def test_answers_and_thumbs_are_counted_by_entry(county: Context, resident: Resident) -> None:
    await resident.asks("轮椅怎么申请", *SURE)
    await resident.presses(do="helpful", faq="CL-09", yes=True)
    await resident.asks("轮椅怎么申请", *SURE)
    await resident.presses(do="helpful", faq="CL-09", yes=False)
    assert await counts(county) == {"CL-09": uses.Uses(hit=2, helpful=1, unhelpful=1)}
    assert await open_kinds(county) == ["unhelpful"]


async def test_a_turn_called_twice_counts_once(county: Context, resident: Resident) -> None:
    await resident.asks("轮椅怎么申请", *SURE)
    resident.turn -= 1
    await resident.asks("轮椅怎么申请", *SURE)
    assert (await counts(county))["CL-09"].hit == 1


async def test_asked_back_and_chosen_is_no_gap(county: Context, resident: Resident) -> None:
    said = await resident.asks("残疾人那个怎么弄", *MIDDLING)
    assert said[0]["custom"]["ask_back"] == ["CL-09", "CL-01"]
    await resident.presses(do="faq", id="CL-01")
    found = await counts(county)
    assert found["CL-09"] == uses.Uses(offered=1)
    assert found["CL-01"] == uses.Uses(offered=1, chosen=1, hit=1)
    assert found["CL-09"].at_once == 0 and found["CL-01"].at_once == 0
    assert await open_kinds(county, timedelta(hours=2)) == []


async def test_asked_back_and_left_is_a_gap_after_half_an_hour(county: Context, resident: Resident) -> None:
    await resident.asks("残疾人那个怎么弄", *MIDDLING)
    await resident("action_goodbye", "算了，再见", "goodbye")
    assert await open_kinds(county) == []
    assert await open_kinds(county, timedelta(minutes=31)) == ["asked_back"]


async def test_asked_back_and_put_another_way_is_no_gap(county: Context, resident: Resident) -> None:
    await resident.asks("残疾人那个怎么弄", *MIDDLING)
    await resident.asks("轮椅怎么申请", *SURE)
    assert await open_kinds(county, timedelta(hours=2)) == []
