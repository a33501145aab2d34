"""Alembic's entry: runs on the connection that `bot.storage.migrate` passes."""

from typing import Any

from alembic import context

from bot.storage.base import Instant
from bot.storage.models import metadata


def render_item(kind: str, item: object, autogen: Any) -> str | bool:
    """Write our own column type by its name and import it."""
    if kind == "type" and isinstance(item, Instant):
        autogen.imports.add("from bot.storage.base import Instant")
        return "Instant()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
