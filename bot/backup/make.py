"""Making a backup while the installation runs: one snapshot of all tables, then files and trackers."""

from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.backup.archive import BackupError, Part, Writer, writing
from bot.backup.rows import encode, kind_of, selected
from bot.clock import local
from bot.context import Context
from bot.conversations.trackers import TRACKERS, trackers
from bot.storage.migrate import head, revision_of
from bot.storage.models import metadata

AT_ONCE = 500
ATTACHMENTS = "attachments"


def default_path(context: Context, at: datetime) -> Path:
    """Where a backup goes that was given no name."""
    return context.settings.state_dir / "backups" / f"county-{local(at):%Y%m%d-%H%M%S}.zip"


async def make_backup(context: Context, path: Path) -> dict[str, Any]:
    """Write a backup; returns its manifest. Writers go on meanwhile: the snapshot does not see them."""
    revision = await revision_of(context.db)
    if revision != head():
        raise BackupError("the database's schema is not this version's; `python -m bot migrate` first")
    with writing(path) as writer:
        async with context.db.read() as session:
            if not context.db.sqlite:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            tables = {table.name: await _dump(session, writer, table) for table in metadata.sorted_tables}
            digests = await _digests(session)
        missing = _copy_files(context.settings.state_dir / ATTACHMENTS, digests, writer)
        manifest = {
            "made_at": context.clock().isoformat(),
            "revision": revision,
            "database": context.db.url.get_backend_name(),
            "tables": tables,
            "trackers": await _dump_trackers(context, writer),
            "attachments": len(digests) - len(missing),
            "missing_attachments": missing,
        }
        writer.finish(context.vault, manifest)
    return manifest


async def _dump(session: AsyncSession, writer: Writer, table: sa.Table) -> dict[str, Any]:
    columns = {column.name: kind_of(column) for column in table.columns}
    query = sa.select(*(selected(column) for column in table.columns)).order_by(*table.primary_key.columns)
    with writer.part(f"tables/{table.name}.jsonl") as part:
        rows = await _write(session, query, list(columns.values()), part)
    return {"rows": rows, "columns": columns}


async def _write(session: AsyncSession, query: sa.Select[Any], kinds: list[str], part: Part) -> int:
    count = 0
    result = await session.stream(query.execution_options(yield_per=AT_ONCE))
    async for rows in result.partitions():
        part.write(b"".join(encode(kinds, row) for row in rows))
        count += len(rows)
    return count


async def _dump_trackers(context: Context, writer: Writer) -> int:
    kinds = [kind_of(column) for column in TRACKERS.columns]
    async with trackers(context) as db, db.read() as session:
        with writer.part("trackers.jsonl") as part:
            return await _write(session, sa.select(TRACKERS), kinds, part)


async def _digests(session: AsyncSession) -> list[str]:
    table = metadata.tables["attachments"]
    return sorted(set(await session.scalars(sa.select(table.c.digest))))


def _copy_files(folder: Path, digests: list[str], writer: Writer) -> list[str]:
    """Copy the files that the snapshot names; returns those that are gone."""
    missing = []
    for digest in digests:
        try:
            content = (folder / digest[:2] / digest).read_bytes()
        except FileNotFoundError:
            missing.append(digest)
            continue
        with writer.part(f"{ATTACHMENTS}/{digest}") as part:
            part.write(content)
    return missing
