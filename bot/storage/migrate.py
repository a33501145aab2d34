"""Bringing the database to the newest schema, through Alembic."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
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
