"""Writers queue; a failed block leaves nothing; moments keep their zone."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text

from bot.directory.models import Setting, Token
from bot.storage.engine import Database


async def _count_up(db: Database, turn: int) -> None:
    async with db.write() if turn % 2 else db.note() as session:
        row = await session.get(Setting, "counter", with_for_update=True)
        await asyncio.sleep(0)
        row.value = row.value + 1


async def test_writers_queue(db: Database) -> None:
    async with db.write() as session:
        session.add(Setting(name="counter", value=0))
    await asyncio.gather(*(_count_up(db, turn) for turn in range(20)))
    async with db.read() as session:
        assert (await session.get(Setting, "counter")).value == 20
    async with db.glance() as session:
        assert (await session.get(Setting, "counter")).value == 20


async def test_who_waits_for_the_lock_holds_nobody_else_up(db: Database) -> None:
    async with db.write() as session:
        session.add(Setting(name="counter", value=0))
        await session.flush()
        waiting = asyncio.create_task(_count_up(db, 0))
        for _ in range(5):
            async with db.glance() as other:
                assert await other.get(Setting, "counter") is None
        assert not waiting.done()
    await waiting
    async with db.glance() as session:
        assert (await session.get(Setting, "counter")).value == 1


async def test_a_caller_who_goes_away_while_he_waits_leaves_nothing_locked(db: Database) -> None:
    async with db.write() as session:
        session.add(Setting(name="counter", value=0))
        await session.flush()
        waiting = asyncio.create_task(_count_up(db, 0))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.gather(*(_count_up(db, turn) for turn in range(6)))
    async with db.read() as session:
        assert (await session.get(Setting, "counter")).value == 6


async def test_failed_block_leaves_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with db.write() as session:
            session.add(Setting(name="half", value=1))
            await session.flush()
            raise RuntimeError
    async with db.read() as session:
        assert await session.get(Setting, "half") is None


async def test_moments_keep_their_zone(db: Database) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=timezone(timedelta(hours=8)))
    async with db.write() as session:
        session.add(Token(digest="0" * 64, name="t", role="auditor", created_at=noon))
    async with db.read() as session:
        row = await session.scalar(select(Token))
    assert row.created_at == noon and row.created_at.utcoffset() == timedelta(0)


async def test_latest_moment_comes_back_whatever_the_servers_zone(db: Database) -> None:
    latest = datetime.max.replace(tzinfo=UTC)
    if not db.sqlite:
        async with db.engine.connect() as connection:
            name = db.url.database
            await connection.execute(text(f"ALTER DATABASE \"{name}\" SET timezone = 'Asia/Shanghai'"))
            await connection.commit()
        await db.engine.dispose()
    async with db.write() as session:
        session.add(Token(digest="0" * 64, name="t", role="auditor", created_at=latest))
    async with db.read() as session:
        assert (await session.scalar(select(Token))).created_at == latest
