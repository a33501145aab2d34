"""The migrations go up, down and up again, and leave what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.storage import migrate
from bot.storage.engine import Database
from bot.storage.models import metadata


async def test_stairs(empty_url: str) -> None:
    db = Database(empty_url)
    await migrate.upgrade(db)
    await migrate.downgrade(db, "base")
    async with db.engine.connect() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert left == ["alembic_version"]
    await migrate.upgrade(db)
    async with db.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await db.close()


def _differences(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection), metadata)
