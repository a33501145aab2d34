"""The Rasa server's trackers as the bot sees them: sealed bodies under keyed hashes.

The server writes them (see `nlu/server/tracker_store.py`): into a file of their own beside SQLite, into the
same database on PostgreSQL. The bot counts, copies and removes them and never opens a body.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa

from bot.context import Context
from bot.storage.engine import Database
from nlu.vault import Vault

FILE = "trackers.db"
_metadata = sa.MetaData()
TRACKERS = sa.Table(
    "rasa_trackers",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("last_used", sa.Float, nullable=False, index=True),
)


@asynccontextmanager
async def trackers(context: Context) -> AsyncIterator[Database]:
    """The database that holds the trackers' table, which is made where it is missing."""
    if context.db.sqlite:
        db = Database(f"sqlite+aiosqlite:///{context.settings.state_dir / FILE}")
    else:
        db = context.db
    try:
        async with db.engine.begin() as connection:
            await connection.run_sync(_metadata.create_all)
        yield db
    finally:
        if db is not context.db:
            await db.close()


def keys_of(vault: Vault, conversation: str, sessions: int) -> list[str]:
    """The keys of all trackers that a conversation has had."""
    return [vault.lookup("tracker", f"{conversation}:{number}") for number in range(1, sessions + 1)]
