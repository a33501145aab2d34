"""Whole conversations, as residents talk, through Rasa, actions and database."""

import secrets
from typing import Any

import pytest

from tests.dialogues.play import Player, scripts
from tests.dialogues.stage import Stage

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(300)]
SCRIPTS = scripts()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("script", [s for _, s in SCRIPTS], ids=[name for name, _ in SCRIPTS])
async def test_dialogue(stage: Stage, script: dict[str, Any]) -> None:
    await Player(stage, script, secrets.token_hex(6), script.get("channel", "rest")).play()


def test_there_are_enough_dialogues() -> None:
    assert len(SCRIPTS) >= 40
