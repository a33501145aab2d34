"""Rows of every table, made from the columns' types, so that a new table is in the test by itself."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.backup.rows import kind_of
from bot.storage.models import metadata

TEXTS = ("轮椅", "王", 'line\nbreak\t"quoted" \\', "𠮷野家", "", "a" * 300, "null")
JSONS = (None, [], {}, {"甲": [1, 2.5, None, True, "乙"]}, "text", 0, False)


async def fill(session: AsyncSession, rows: int = 12, seed: int = 7) -> None:
    """Add rows to every table; parents exist before their children."""
    chance = random.Random(seed)
    known: dict[tuple[str, str], list[Any]] = {}
    for table in metadata.sorted_tables:
        for key in table.columns:
            known[(table.name, key.name)] = list(
                await session.scalars(sa.select(key).where(key.is_not(None)))
            )
        for number in range(rows):
            row = _row(table, number, chance, known)
            await session.execute(table.insert(), [row])
            for name, value in row.items():
                known[(table.name, name)].append(value)


def _row(table: sa.Table, number: int, chance: random.Random, known: dict[Any, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column is table.autoincrement_column:
            row[column.name] = 10_000 + number
            continue
        if column.nullable and chance.random() < 0.3:
            row[column.name] = sa.null() if kind_of(column) == "json" else None
            continue
        pointed = next(iter(column.foreign_keys), None)
        if pointed is not None:
            values = known[(pointed.column.table.name, pointed.column.name)]
            if _alone(column):
                row[column.name] = values[-1 - number]
            else:
                row[column.name] = chance.choice(values) if values else None
            continue
        row[column.name] = _value(column, number, chance)
    return row


def _alone(column: sa.Column[Any]) -> bool:
    """Whether a pointer may not repeat: it is the key itself."""
    return column.primary_key and len(column.table.primary_key.columns) == 1


def _value(column: sa.Column[Any], number: int, chance: random.Random) -> Any:
    kind = kind_of(column)
    if kind == "instant":
        return datetime(2026, 11, 24, tzinfo=UTC) + timedelta(
            seconds=number, microseconds=chance.randrange(10**6)
        )
    if kind == "date":
        return date(2026, 1, 1) + timedelta(days=number)
    if kind == "bytes":
        return chance.randbytes(chance.choice((1, 40, 700)))
    if kind == "json":
        value = chance.choice(JSONS)
        return sa.JSON.NULL if value is None else value
    if isinstance(column.type, sa.Boolean):
        return chance.random() < 0.5
    if isinstance(column.type, sa.Integer):
        return 1_000 + number
    if isinstance(column.type, sa.Float):
        return chance.random()
    length = getattr(column.type, "length", None) or 500
    text = f"{number}{next(_serial)}{chance.choice(TEXTS)}"
    return text[:length]


_serial = itertools.count(100)


async def everything(session: AsyncSession) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; for JSON also whether the column is NULL or JSON's null."""
    found = {}
    for table in metadata.sorted_tables:
        nulls = [column.is_(sa.null()) for column in table.columns if kind_of(column) == "json"]
        query = sa.select(*table.columns, *nulls).order_by(*table.primary_key.columns)
        found[table.name] = sorted((tuple(row) for row in await session.execute(query)), key=repr)
    return found
