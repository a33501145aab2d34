"""What is logged bears nobody's numbers and cannot pass itself off as another record."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.app import add_channels
from bot.context import Context
from bot.dialogue import Dialogue, Incoming, Rasa
from bot.directory.roles import Role
from bot.directory.tokens import create_token
from bot.runtime.logging import mask_numbers, set_up_logging
from bot.runtime.metrics import Metrics, add_metrics


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logs(tmp_path: Path, terminal: io.StringIO) -> Iterator[Path]:
    """Logging as in the running bot; the file."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    set_up_logging(tmp_path, terminal)
    yield tmp_path / "log" / "bot.log"
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.mark.parametrize("server", ["sqlite"])
async def test_failing_handler_leaves_no_number_in_the_logs(
    county: Context, logs: Path, monkeypatch: pytest.MonkeyPatch, terminal: io.StringIO
) -> None:
    dialogue = Dialogue(county, Rasa("http://127.0.0.1:1", "secret"))

    async def fail(incoming: Incoming) -> list[object]:
        raise RuntimeError(f"cannot answer {incoming.text!r} of {incoming.sender}")

    monkeypatch.setattr(dialogue, "take", fail)
    app = web.Application()
    add_channels(app, county, dialogue)
    add_metrics(app, county, Metrics())
    async with county.db.write() as session:
        token = await create_token(session, Role.CHANNEL, None, "t", county.clock(), None)
    async with TestClient(TestServer(app)) as client:
        answer = await client.post(
            "/webhooks/rest/webhook?code=13907351357",
            json={
                "sender": "13907351357",
                "message": "我叫王建国，电话139-0735-1357，证件430426197001011216",
            },
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status == 500
    await dialogue.close()
    text, shown = logs.read_text("utf-8"), terminal.getvalue()
    assert "RuntimeError: cannot answer" in text, "the failure itself must be in the log"
    assert "POST /webhooks/rest/webhook 500" in text
    for number in ("13907351357", "139-0735-1357", "430426197001011216"):
        assert number not in text and number not in shown
    assert token not in text and "cannot answer" in shown and "POST" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "13907351357",
        "139 0735 1357",
        "139-0735-1357",
        "+86 13907351357",
        "008613907351357",
        "１３９０７３５１３５７",
        "0735-2881234",
        "（0735）2881234",
        "430426197001011216",
        "43042619700101121X",
        "430426 1970 0101 121x",
        "电话13907351357。",
        "'phone': '13907351357'",
        "tel:13907351357&x=1",
    ],
)
def test_numbers_of_people_are_hidden(text: str) -> None:
    masked = mask_numbers(text)
    assert "〔号码〕" in masked and "735" not in masked and "1970" not in masked and "７３５" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T09:42:01.123+08:00",
        "QT-7K3M-92XF",
        "turn took 1390 ms",
        "epoch 1795486921 and 1795486921123",
        "GH-03 version 12",
        "12338",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_numbers(text) == text


def test_record_cannot_be_forged_by_a_line_break(logs: Path) -> None:
    logging.getLogger("bot.x").warning("said %s", "hello\n2026-11-24T09:42:01.000+08:00 INFO bot.y: forged")
    lines = logs.read_text("utf-8").splitlines()
    assert lines[-2].endswith("WARNING bot.x: said hello") and lines[-1].startswith("    | 2026")


def test_traceback_stands_behind_a_bar(logs: Path) -> None:
    try:
        raise ValueError("13907351357")
    except ValueError:
        logging.getLogger("bot.x").exception("failed")
    *_, last = logs.read_text("utf-8").splitlines()
    assert last == "    | ValueError: 〔号码〕"


def test_record_that_cannot_be_written_is_not_shown_either(
    logs: Path, terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    terminal.close()
    logging.getLogger("bot.x").error("call %s", "13907351357")
    assert said.getvalue().startswith("a log record of bot.x could not be written")
    assert "1357" not in said.getvalue()


def test_logs_are_the_owners_alone(logs: Path) -> None:
    assert logs.stat().st_mode & 0o077 == 0 and logs.parent.stat().st_mode & 0o077 == 0
