"""The Rasa server itself: whom it obeys, what it keeps, what it survives, how its turns grow."""

import asyncio
import os
import secrets
import signal
import sqlite3
import statistics
import time

import aiohttp
import pytest

from bot.secrets import ensure_secrets
from tests.dialogues.stage import Stage

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
PHONE = "13912341357"


async def _post(stage: Stage, body: dict, headers: dict) -> tuple[int, list]:
    url = f"{stage.context.settings.rasa_url}/webhooks/county/webhook"
    async with aiohttp.ClientSession() as client, client.post(url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


def _secret(stage: Stage) -> dict[str, str]:
    return {"X-County-Secret": ensure_secrets(stage.context.settings.state_dir).channel}


@pytest.mark.parametrize("headers", [{}, {"X-County-Secret": ""}, {"X-County-Secret": "wrong"}])
async def test_the_channel_demands_its_secret(stage: Stage, headers: dict) -> None:
    status, _ = await _post(stage, {"sender": "x:1", "message": "您好"}, headers)
    assert status == 401


async def test_the_built_in_channel_is_not_there(stage: Stage) -> None:
    url = f"{stage.context.settings.rasa_url}/webhooks/rest/webhook"
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, json={"sender": "x", "message": "hi"}) as answer,
    ):
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/model/parse", "/conversations/x/tracker", "/conversations/x/execute"])
async def test_the_api_demands_its_token(stage: Stage, path: str) -> None:
    async with aiohttp.ClientSession() as client:
        method = client.get if path.endswith("tracker") else client.post
        async with method(stage.context.settings.rasa_url + path) as answer:
            assert answer.status == 401


@pytest.mark.parametrize("text", ["/restart", " /restart", "/press", '/greet{"a": 1}', "/intake_form"])
async def test_a_slash_is_text_even_to_the_channel(stage: Stage, text: str) -> None:
    """A command would have ended the running form, or pressed a button that is not there."""
    sender = secrets.token_hex(6)
    await stage.say(sender, "我要报名当志愿者")
    row = await stage.conversation(sender)
    body = {
        "sender": f"{row.id}:{row.session}",
        "message": text,
        "metadata": {"turn": secrets.token_hex(8), "conversation": row.id, "channel": "rest"},
    }
    status, answers = await _post(stage, body, _secret(stage))
    assert status == 200
    assert any("form" in answer.get("custom", {}) for answer in answers), answers


async def test_what_residents_say_lies_sealed(stage: Stage) -> None:
    sender = secrets.token_hex(6)
    await stage.say(sender, "我要报名当志愿者")
    await stage.say(sender, f"周远 {PHONE} 石岭村")
    row = await stage.conversation(sender)
    state = stage.context.settings.state_dir
    for path in [
        *state.glob("trackers.db*"),
        *state.parent.glob("county.db*"),
        *state.parent.glob("rasa.log"),
    ]:
        content = path.read_bytes()
        assert PHONE.encode() not in content, path
        assert "周远".encode() not in content, path
    trackers = sqlite3.connect(state / "trackers.db")
    keys = [key for (key,) in trackers.execute("SELECT key FROM rasa_trackers")]
    trackers.close()
    assert stage.context.vault.lookup("tracker", f"{row.id}:{row.session}") in keys
    assert not any(row.id in key for key in keys)


async def test_a_turn_costs_the_same_at_sixty_as_at_six(stage: Stage) -> None:
    sender, took = secrets.token_hex(6), []
    await stage.say(sender, "我要报名当志愿者")
    for number in range(60):
        began = time.perf_counter()
        await stage.say(sender, "王芳" if number % 2 else "名字错了，叫李明")
        took.append(time.perf_counter() - began)
    early, late = statistics.median(took[2:17]), statistics.median(took[-15:])
    assert late < 2.5 * early + 0.05, (early, late)


async def test_a_killed_server_comes_back_with_the_form_where_it_was(stage: Stage) -> None:
    sender = secrets.token_hex(6)
    await stage.say(sender, "我要报名当志愿者")
    await stage.say(sender, f"周远 {PHONE} 石岭村")
    assert stage.rasa is not None
    pid = stage.rasa.pid
    os.kill(pid, signal.SIGKILL)
    while stage.rasa.pid in (None, pid) or not stage.rasa.ready.is_set():
        await asyncio.sleep(0.2)
    lines = await stage.say(sender, "跳过")
    assert any("summary" in line.custom for line in lines), [line.text for line in lines]
