"""Restoring a backup into an empty installation: whole, checked and counted, or not at all."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.backup.archive import BackupError, Reader, reading
from bot.backup.make import AT_ONCE, ATTACHMENTS
from bot.backup.rows import TYPES, decode, kind_of
from bot.context import Context
from bot.conversations.trackers import TRACKERS, trackers
from bot.storage import migrate
from bot.storage.models import metadata


async def restore_backup(context: Context, path: Path) -> dict[str, Any]:
    """Restore; returns the manifest. A failure leaves the installation as empty as it was."""
    with reading(path, context.vault) as backup:
        manifest = backup.manifest
        if not migrate.knows(manifest["revision"]):
            raise BackupError("the backup was made by a newer version; install that version first")
        await _demand_empty(context)
        if await migrate.revision_of(context.db) not in (None, manifest["revision"]):
            await migrate.downgrade(context.db, "base")
        await migrate.upgrade(context.db, manifest["revision"])
        folder = context.settings.state_dir / ATTACHMENTS
        try:
            _restore_files(backup, folder)
            await _restore_trackers(context, backup)
            async with context.db.write() as session:
                for name, table in manifest["tables"].items():
                    await _load(session, backup, name, table)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            async with trackers(context) as db, db.write() as session:
                await session.execute(TRACKERS.delete())
            raise
        await migrate.upgrade(context.db)
    return manifest


async def _demand_empty(context: Context) -> None:
    """Only what holds nothing is restored into: nobody's tickets are written over."""
    async with context.db.engine.connect() as connection:
        names = set(await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()))
        for name in sorted(names & metadata.tables.keys()):
            if await connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)):
                raise BackupError(
                    f"this installation is not empty: its table {name} has rows; "
                    "restore into a new STATE_DIR or a new database"
                )
    async with trackers(context) as db, db.read() as session:
        if await session.scalar(sa.select(TRACKERS.c.key).limit(1)):
            raise BackupError("this installation is not empty: it has trackers; restore into a new STATE_DIR")
    folder = context.settings.state_dir / ATTACHMENTS
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty; restore into a new STATE_DIR")


async def _load(session: AsyncSession, backup: Reader, name: str, noted: dict[str, Any]) -> None:
    """Load one table and compare the count. Rows that point into their own table get the pointer last."""
    kinds = list(noted["columns"].values())
    table = sa.table(name, *(sa.column(column, TYPES[kind]) for column, kind in noted["columns"].items()))
    columns = list(noted["columns"])
    model = metadata.tables.get(name)
    own = _own_pointers(model)
    key = model.primary_key.columns[0].name if own and model is not None else ""
    pointers: list[tuple[str, Any, Any]] = []
    with backup.part(f"tables/{name}.jsonl") as part:
        for lines in _batches(part):
            rows = [dict(zip(columns, decode(kinds, line), strict=True)) for line in lines]
            for row in rows:
                for column in own:
                    if row[column] is not None:
                        pointers.append((column, row[key], row[column]))
                        row[column] = None
            await session.execute(table.insert(), rows)
    for column, identity, value in pointers:
        await session.execute(table.update().where(table.c[key] == identity).values({column: value}))
    found = await session.scalar(sa.select(sa.func.count()).select_from(table))
    if found != noted["rows"]:
        raise BackupError(f"{name}: {found} rows were restored, the manifest says {noted['rows']}")
    if model is not None and session.get_bind().dialect.name == "postgresql":
        await _continue_numbers(session, model)


def _own_pointers(model: sa.Table | None) -> list[str]:
    if model is None:
        return []
    return [key.parent.name for key in model.foreign_keys if key.column.table is model]


def _batches(part: IO[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in part:
        batch.append(line)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _continue_numbers(session: AsyncSession, model: sa.Table) -> None:
    """Have PostgreSQL count on from the highest number that was restored."""
    column = model.autoincrement_column
    if column is None:
        return
    highest = await session.scalar(sa.select(sa.func.max(column)))
    if highest is not None:
        sequence = sa.func.pg_get_serial_sequence(model.name, column.name)
        await session.execute(sa.select(sa.func.setval(sequence, highest)))


async def _restore_trackers(context: Context, backup: Reader) -> None:
    kinds = [kind_of(column) for column in TRACKERS.columns]
    columns = [column.name for column in TRACKERS.columns]
    async with trackers(context) as db, db.write() as session:
        with backup.part("trackers.jsonl") as part:
            for lines in _batches(part):
                rows = [dict(zip(columns, decode(kinds, line), strict=True)) for line in lines]
                await session.execute(TRACKERS.insert(), rows)


def _restore_files(backup: Reader, folder: Path) -> None:
    """Put the attachments back; names come from the checked manifest and are digests."""
    for name in backup.manifest["parts"]:
        if name.startswith(f"{ATTACHMENTS}/"):
            digest = name.split("/", 1)[1]
            if not digest.isalnum():
                raise BackupError(f"{name} is no attachment's name")
            target = folder / digest[:2] / digest
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with backup.part(name) as part, target.open("xb") as out:
                shutil.copyfileobj(part, out)
            target.chmod(0o600)
