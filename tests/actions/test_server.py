"""The action server: its secret, acting once a turn, and what it says when something breaks."""

import asyncio
import logging

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from actions import registry, smalltalk
from actions.base import APOLOGY
from actions.server import make_actions_app
from bot.context import Context
from bot.conversations.models import ActionRun, Conversation, Draft
from tests.actions.conftest import call

SECRET = {"X-Actions-Secret": "s3cret"}


@pytest.fixture
async def client(county: Context, conversation: str):
    async with TestClient(TestServer(make_actions_app(county, "s3cret"))) as made:
        yield made


@pytest.mark.parametrize("server", ["sqlite"])
@pytest.mark.parametrize("headers", [{}, {"X-Actions-Secret": "s3cre"}, {"X-Actions-Secret": ""}])
async def test_without_the_secret_nothing_runs(client: TestClient, county: Context, headers: dict) -> None:
    answer = await client.post("/webhook", json=call("action_greet", "您好", "greet", "t1"), headers=headers)
    assert answer.status == 401
    async with county.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(ActionRun)) == 0


@pytest.mark.parametrize("server", ["sqlite"])
async def test_an_unknown_action_is_refused(client: TestClient) -> None:
    answer = await client.post("/webhook", json=call("action_rm", "x", "greet", "t1"), headers=SECRET)
    assert answer.status == 404


async def test_the_same_turn_acts_once(client: TestClient, county: Context) -> None:
    """A call that Rasa, or a channel, makes twice starts one request and says the same."""
    body = call("action_complain", "镇上窗口的人态度特别差，让我跑了三趟", "complain", "t1")
    first = await (await client.post("/webhook", json=body, headers=SECRET)).json()
    second = await (await client.post("/webhook", json=body, headers=SECRET)).json()
    assert first == second
    async with county.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Draft)) == 1


async def test_the_same_turn_at_the_same_time_acts_once(client: TestClient, county: Context) -> None:
    body = call("action_complain", "镇上窗口的人态度特别差，让我跑了三趟", "complain", "t1")
    answers = await asyncio.gather(*(client.post("/webhook", json=body, headers=SECRET) for _ in range(4)))
    assert {answer.status for answer in answers} == {200}
    texts = {(await answer.json())["responses"][0]["text"] for answer in answers}
    assert len(texts) == 1
    async with county.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Draft)) == 1


@pytest.mark.parametrize("server", ["sqlite"])
async def test_a_failure_is_an_apology_and_the_log_keeps_the_residents_words_out(
    county: Context, conversation: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(turn) -> None:  # type: ignore[no-untyped-def]
        raise ValueError(f"cannot read {turn.text}")

    monkeypatch.setitem(registry.HANDLERS, "greet", broken)
    async with TestClient(TestServer(make_actions_app(county, "s3cret"))) as client:
        with caplog.at_level(logging.DEBUG):
            body = call("action_greet", "我是周远 13912341357", "greet", "t1")
            answer = await (await client.post("/webhook", json=body, headers=SECRET)).json()
    assert answer["responses"][0]["text"] == APOLOGY
    assert "ValueError" in caplog.text
    assert "13912341357" not in caplog.text
    assert "周远" not in caplog.text


@pytest.mark.parametrize("server", ["sqlite"])
async def test_a_failed_turn_may_be_tried_again(
    county: Context, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    async def once_broken(turn) -> None:  # type: ignore[no-untyped-def]
        tries.append(1)
        if len(tries) == 1:
            raise ValueError
        await smalltalk.greet(turn)

    monkeypatch.setitem(registry.HANDLERS, "greet", once_broken)
    async with TestClient(TestServer(make_actions_app(county, "s3cret"))) as client:
        body = call("action_greet", "您好", "greet", "t1")
        await client.post("/webhook", json=body, headers=SECRET)
        again = await (await client.post("/webhook", json=body, headers=SECRET)).json()
    assert "您好" in again["responses"][0]["text"]


@pytest.mark.parametrize("server", ["sqlite"])
async def test_danger_comes_before_any_intent(client: TestClient, county: Context) -> None:
    body = call("action_greet", "你好，他又打我了", "greet", "t1", urgent=True, danger="violence")
    answer = await (await client.post("/webhook", json=body, headers=SECRET)).json()
    first = answer["responses"][0]
    assert first["custom"]["urgent"] is True
    assert all(number in first["text"] for number in ("110", "120", "12338"))
    async with county.db.read() as session:
        row = await session.get(Conversation, "c1")
        assert (row.private, row.takeover, row.takeover_reason) == (True, "waiting", "danger")


@pytest.mark.parametrize("server", ["sqlite"])
async def test_what_is_written_down_is_sealed(client: TestClient, county: Context) -> None:
    body = call("action_complain", "我叫周远，13912341357，窗口的人态度很差", "complain", "t1")
    await client.post("/webhook", json=body, headers=SECRET)
    async with county.db.read() as session:
        draft = await session.scalar(select(Draft))
        run = await session.scalar(select(ActionRun))
        row = await session.get(Conversation, "c1")
    for stored in (draft.fields, run.result, str(draft.progress).encode(), str(row.memory).encode()):
        assert b"13912341357" not in stored
        assert "周远".encode() not in stored
