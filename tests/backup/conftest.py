"""A second, empty installation that shares the first one's keys."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.context import Context
from bot.settings import Settings
from bot.storage.engine import Database
from nlu.vault import Vault
from tests import conftest


@pytest.fixture(params=["to_sqlite", "to_postgres"])
async def elsewhere(request: pytest.FixtureRequest, vault: Vault, tmp_path: Path) -> AsyncIterator[Context]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    if request.param == "to_sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path}/elsewhere/county.db"
    else:
        try:
            await conftest._on_postgres(f'CREATE DATABASE "{name}"')
        except SQLAlchemyError as error:
            conftest.lacking("postgres", str(error).splitlines()[0])
        url = conftest._postgres(name)
    settings = Settings(_env_file=None, state_dir=tmp_path / "elsewhere", key_dir=tmp_path / "keys")
    context = Context(settings, Database(url), vault)
    yield context
    await context.close()
    if request.param == "to_postgres":
        await conftest._on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')
