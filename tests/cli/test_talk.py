"""`ask` and `chat` against servers that answer as Rasa and the bot do."""

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.channels.app import add_channels
from bot.context import Context
from bot.dialogue import Dialogue, Rasa
from bot.directory.models import Token
from tests.channels.stand_in import SECRET, StandIn, button
from tests.cli.conftest import Call, in_thread


def understood(confidence: float) -> dict[str, object]:
    return {
        "intent": {"name": "ask_faq", "confidence": 0.97},
        "entities": [{"entity": "place", "value": "QT"}],
        "urgent": False,
        "response_selector": {
            "faq": {
                "ranking": [
                    {"intent_response_key": "faq/GH-03", "confidence": confidence},
                    {"intent_response_key": "faq/GH-01", "confidence": 0.1},
                ],
                "threshold": 0.6,
                "ask_back_threshold": 0.3,
            }
        },
    }


@pytest.mark.parametrize(("confidence", "decision"), [(0.91, "answer"), (0.4, "ask_back"), (0.2, "unknown")])
async def test_ask_shows_the_decision(
    county: Context, call: Call, monkeypatch: pytest.MonkeyPatch, confidence: float, decision: str
) -> None:
    async def parse(request: web.Request) -> web.Response:
        assert request.query["token"] == "the-token" and await request.json() == {"text": "要建工会吗"}
        return web.json_response(understood(confidence))

    app = web.Application()
    app.router.add_post("/model/parse", parse)
    county.settings.state_dir.mkdir(exist_ok=True)
    (county.settings.state_dir / "rasa.token").write_text("the-token\n")
    async with TestServer(app) as server:
        monkeypatch.setenv("RASA_PORT", str(server.port))
        result = await in_thread(call, "ask", "要建工会吗")
    assert result.exit_code == 0, result.output
    assert f"decision    {decision}\n" in result.output
    assert f"entry       GH-03\nconfidence  {confidence:.3f} (answers from 0.600)" in result.output
    assert ("会员满 25 人" in result.output) == (decision == "answer")


async def test_ask_without_a_server_says_so(
    county: Context, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await in_thread(call, "ask", "要建工会吗")
    assert result.exit_code == 1 and "rasa.token is missing" in result.output
    county.settings.state_dir.mkdir(exist_ok=True)
    (county.settings.state_dir / "rasa.token").write_text("the-token\n")
    monkeypatch.setenv("RASA_PORT", "1")
    result = await in_thread(call, "ask", "要建工会吗")
    assert result.exit_code == 1 and "make run" in result.output


async def test_chat_talks_presses_buttons_and_leaves_no_token(
    county: Context, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(text: str, metadata: dict[str, object]) -> list[dict[str, object]]:
        if metadata.get("command"):
            return [{"text": f"按了 {json.dumps(metadata['command'], sort_keys=True)}"}]
        return [{"text": f"您说：{text}", "buttons": [button("甲", do="a"), button("乙", do="b")]}]

    rasa = StandIn(script)
    async with TestServer(rasa.app()) as behind:
        dialogue = Dialogue(county, Rasa(str(behind.make_url("/")), SECRET, seconds=5))
        app = web.Application()
        add_channels(app, county, dialogue)
        async with TestServer(app) as server:
            monkeypatch.setenv("PORT", str(server.port))
            result = await in_thread(call, "chat", input="您好\n2\n\n")
        await dialogue.close()
    assert result.exit_code == 0, result.output
    assert "您说：您好\n" in result.output and "  [2] 乙\n" in result.output
    assert '按了 {"do": "b"}' in result.output
    async with county.db.read() as session:
        rows = list(await session.scalars(select(Token)))
    assert len(rows) == 1 and rows[0].role == "channel" and rows[0].revoked_at is not None
