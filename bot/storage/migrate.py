"""Bringing the database to the newest schema, through Alembic."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage.engine import Database

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _run(db: Database, step: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    async with db.engine.connect() as connection:
        await connection.run_sync(lambda sync: step(_config(sync), *arguments, **options))
        await connection.commit()


async def upgrade(db: Database, revision: str = "head") -> None:
    """Apply the migrations up to a revision."""
    await _run(db, command.upgrade, revision)


async def downgrade(db: Database, revision: str) -> None:
    """Take migrations back down to a revision."""
    await _run(db, command.downgrade, revision)


async def write_revision(db: Database, message: str, identity: str) -> None:
    """Write the migration that takes the present schema to the models'; for developers."""
    await _run(db, command.revision, message=message, autogenerate=True, rev_id=identity)


def head() -> str:
    """The newest revision that this version knows."""
    return str(_scripts().get_current_head())


def knows(revision: str) -> bool:
    """Whether this version has the migrations up to a revision."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


async def revision_of(db: Database) -> str | None:
    """The revision of a database; None where nothing was migrated yet."""
    async with db.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
