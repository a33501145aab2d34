"""The database: one engine for PostgreSQL, three for SQLite (pages and reports, writers, a turn's talk)."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.storage.prompt import Prompt

BUSY_SECONDS = 10


class Database:
    """Sessions over one database.

    `read()` gives a session that sees one state; `write()` one whose transaction commits at the end of
    the block, or rolls back on an error. On SQLite a write begins with BEGIN IMMEDIATE, so that two
    writers queue instead of failing with "database is locked" half-way.

    `glance()` and `note()` are the same for what a turn of talk needs: a few rows by their keys. On SQLite
    a glance runs on the event loop, and a note does not wait for the disk: a power cut may take the last
    words that were said. Tickets and deliveries are written with `write()`, which does wait.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._reader = _sqlite_engine(url, aiosqlite.connect, "FULL")
            self._writer = _sqlite_engine(url, Prompt, "FULL").execution_options(writes=True)
            self._glancer = _sqlite_engine(url, Prompt, "NORMAL")
            self._noter = self._glancer.execution_options(writes=True)
        else:
            self._reader = self._writer = self._glancer = self._noter = create_async_engine(
                url,
                pool_size=10,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={"options": "-c timezone=UTC"},
            )

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session for reading; what is changed in it is thrown away."""
        return self._session(self._reader, keep=False)

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session whose changes are committed together at the end of the block."""
        return self._session(self._writer, keep=True)

    def glance(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Like `read()`, for a few rows by their keys."""
        return self._session(self._glancer, keep=False)

    def note(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Like `write()`, for what is said in a turn."""
        return self._session(self._noter, keep=True)

    @staticmethod
    @asynccontextmanager
    async def _session(engine: AsyncEngine, keep: bool) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            if keep:
                async with session.begin():
                    yield session
            else:
                yield session

    @property
    def engine(self) -> AsyncEngine:
        """The writing engine, for migrations and for raw statements."""
        return self._writer

    async def close(self) -> None:
        """Close all connections."""
        for engine in {self._reader, self._writer, self._glancer}:
            await engine.dispose()


def _sqlite_engine(url: str, connect: Callable[..., aiosqlite.Connection], synchronous: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=5,
        max_overflow=10,
        hide_parameters=True,
        connect_args={"async_creator_fn": connect, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
