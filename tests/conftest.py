"""Databases, keys and context for the tests; what a machine lacks is skipped and counted.

`TEST_REQUIRE=postgres,redis,chromium` turns the skips for those into failures.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import now
from bot.context import Context
from bot.directory.seed import read_seed, store_directory
from bot.knowledge.seed import store_faq
from bot.settings import ROOT, Settings
from bot.storage import migrate
from bot.storage.engine import Database
from nlu.vault import Vault, create_keys

REQUIRED = {name for name in os.environ.get("TEST_REQUIRE", "").split(",") if name}
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")


def lacking(what: str, reason: str) -> None:
    """Skip for the lack of a service, or fail where the run demands it."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(f"no {what}: {reason}")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Templates"]:
    """Migrated and seeded databases, made once and copied for each test."""
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    asyncio.run(made.drop())


class Templates:
    """One database of each kind (`empty`, `county`) and server, to copy from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[tuple[str, str], str] = {}

    async def copy(self, server: str, content: str, folder: Path) -> str:
        """A copy of its own for one test; returns its address."""
        source = self.made.get((server, content)) or await self._make(server, content)
        if server == "sqlite":
            shutil.copy(self.folder / source, folder / "county.db")
            return f"sqlite+aiosqlite:///{folder}/county.db"
        name = f"test_{uuid.uuid4().hex[:12]}"
        await _on_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return _postgres(name)

    async def _make(self, server: str, content: str) -> str:
        name = f"template_{content}_{uuid.uuid4().hex[:8]}"
        if server == "sqlite":
            url = f"sqlite+aiosqlite:///{self.folder}/{name}"
        else:
            await _on_postgres(f'CREATE DATABASE "{name}"')
            url = _postgres(name)
        database = Database(url)
        await migrate.upgrade(database)
        if content == "county":
            rows = read_seed(ROOT / "data" / "seed")
            async with database.write() as session:
                await store_directory(session, rows)
                await store_faq(session, rows, now())
        await database.close()
        self.made[(server, content)] = name
        return name

    async def drop(self) -> None:
        """Drop what was made on the server."""
        for (server, _), name in self.made.items():
            if server == "postgres":
                await _on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _postgres(name: str) -> str:
    return POSTGRES.rsplit("/", 1)[0] + "/" + name


async def _on_postgres(statement: str) -> None:
    admin = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        async with admin.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
async def server(request: pytest.FixtureRequest) -> str:
    """Both kinds of database server in turn; override with `@pytest.mark.parametrize("server", ...)`."""
    if request.param == "postgres":
        try:
            await _on_postgres("SELECT 1")
        except SQLAlchemyError as error:
            lacking("postgres", str(error).splitlines()[0])
    return request.param


async def _database(server: str, content: str, templates: Templates, folder: Path) -> AsyncIterator[Database]:
    url = await templates.copy(server, content, folder)
    database = Database(url)
    yield database
    await database.close()
    if server == "postgres":
        await _on_postgres(f'DROP DATABASE "{database.url.database}" WITH (FORCE)')


@pytest.fixture
async def empty_url(server: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without any table."""
    if server == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/empty.db"
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    await _on_postgres(f'CREATE DATABASE "{name}"')
    yield _postgres(name)
    await _on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def db(server: str, templates: Templates, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated database without rows."""
    async for database in _database(server, "empty", templates, tmp_path):
        yield database


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with keys of the test's own."""
    create_keys(tmp_path / "keys")
    return Vault(tmp_path / "keys")


@pytest.fixture
async def county(server: str, templates: Templates, vault: Vault, tmp_path: Path) -> AsyncIterator[Context]:
    """A context over a database that holds the sample county."""
    settings = Settings(_env_file=None, state_dir=tmp_path / "var", key_dir=tmp_path / "keys")
    async for database in _database(server, "county", templates, tmp_path):
        yield Context(settings, database, vault)
