"""Figures for Prometheus: right, and not for strangers."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import make_app
from bot.context import Context
from bot.dialogue import Incoming, Rasa
from bot.directory.roles import Role
from bot.directory.tokens import create_token
from bot.runtime.metrics import MeasuredDialogue, Metrics
from bot.tickets.service import Tickets
from tests.channels.stand_in import SECRET, StandIn
from tests.tickets.conftest import Desk, at

pytestmark = pytest.mark.parametrize("server", ["sqlite"])


def script(text: str, _metadata: dict[str, object]) -> list[dict[str, object]]:
    custom = {"问": {"faq": "GH-03"}, "谁": {"gap": True}, "救命": {"urgent": True, "gap": True}}
    return [{"text": "答", "custom": custom.get(text, {})}] if text != "空" else []


@pytest.fixture
async def running(county: Context) -> AsyncIterator[tuple[TestClient, MeasuredDialogue]]:
    import asyncio

    metrics = Metrics()
    ready = asyncio.Event()
    ready.set()
    async with TestServer(StandIn(script).app()) as behind:
        dialogue = MeasuredDialogue(county, Rasa(str(behind.make_url("/")), SECRET, seconds=5), metrics)
        async with TestClient(TestServer(make_app(county, dialogue, ready, metrics))) as client:
            yield client, dialogue
        await dialogue.close()


async def test_turns_tickets_and_requests_are_counted(
    county: Context, running: tuple[TestClient, MeasuredDialogue]
) -> None:
    client, dialogue = running
    desk = Desk(county, Tickets(county), at("2026-11-24 09:42"))
    await desk.number()
    for text in ("问", "问", "谁", "救命", "你好", "空"):
        await dialogue.handle(Incoming("rest", "someone", text))
    await client.get("/healthz")
    await client.get("/track/nobody/QT-1234-5678")
    text = await (await client.get("/metrics")).text()
    for outcome, count in (
        ("answered", 2),
        ("unknown", 1),
        ("emergency", 1),
        ("talk", 1),
        ("no_answer", 1),
    ):
        assert f'county_turns_total{{channel="rest",outcome="{outcome}"}} {count}.0\n' in text
    assert 'county_turn_seconds_count{channel="rest"} 6.0\n' in text
    assert "county_rasa_up 1.0\n" in text
    assert 'county_tickets{state="in_review"} 1.0\n' in text
    assert 'county_tickets{state="closed"} 0.0\n' in text
    assert 'county_outbox{state="failed"} 0.0\n' in text
    assert 'county_http_requests_total{method="GET",route="/healthz",status="503"} 1.0' in text
    assert 'route="none",status="404"' in text and "QT-1234" not in text


async def test_rasa_that_is_down_is_an_outcome(county: Context) -> None:
    metrics = Metrics()
    dialogue = MeasuredDialogue(county, Rasa("http://127.0.0.1:1", SECRET), metrics)
    await dialogue.handle(Incoming("web", "someone", "你好"))
    await dialogue.close()
    value = metrics.registry.get_sample_value(
        "county_turns_total", {"channel": "web", "outcome": "rasa_down"}
    )
    assert value == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [("auditor", 200), ("administrator", 200), ("channel", 403), ("reviewer", 403), ("nonsense", 403)],
)
async def test_figures_are_not_for_strangers(
    county: Context, running: tuple[TestClient, MeasuredDialogue], role: str, status: int
) -> None:
    client, _ = running
    token = role
    if role != "nonsense":
        async with county.db.write() as session:
            token = await create_token(session, Role(role), None, "t", county.clock(), None)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/metrics", headers=headers)).status == status


async def test_request_through_a_proxy_is_not_from_this_machine(
    county: Context, running: tuple[TestClient, MeasuredDialogue]
) -> None:
    client, _ = running
    assert (await client.get("/metrics")).status == 200
    assert (await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})).status == 403
    county.settings.behind_proxy = True
    assert (await client.get("/metrics")).status == 403
