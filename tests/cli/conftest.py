"""A county of its own for the command line, called as a person calls it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.context import Context
from bot.settings import Settings

Call = Callable[..., Result]


@pytest.fixture
def server() -> str:
    return "sqlite"


@pytest.fixture
def call(county: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`call("faq", "publish", "GH-03")` in the test's county; returns click's result."""
    for name, value in {
        "DATABASE_URL": county.db.url.render_as_string(hide_password=False),
        "STATE_DIR": str(tmp_path / "var"),
        "KEY_DIR": str(tmp_path / "keys"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(Settings.model_config, "env_file", None)

    def run(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=input)

    return run


async def in_thread(call: Call, *arguments: str, input: str | None = None) -> Result:
    """The call from inside a test's loop."""
    return await asyncio.to_thread(call, *arguments, input=input)
