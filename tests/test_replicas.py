"""Two processes' worth of lanes, hubs and leads over one real Redis."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.context import Context
from bot.dialogue.lanes import RedisLanes
from bot.directory.models import GridPoint
from bot.knowledge.publish import follow_content, refresh_index
from bot.live import Listener
from bot.replicas import LostLease, RedisHub, leading, leased
from bot.settings import Settings
from bot.storage.engine import Database
from nlu.vault import Vault, create_keys
from tests.conftest import lacking

URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    client = Redis.from_url(URL)
    try:
        await client.flushdb()
    except (RedisError, OSError) as error:
        lacking("redis", str(error))
    yield client
    await client.aclose()


async def test_two_processes_take_turns_in_a_lane(redis: Redis) -> None:
    busy, most = 0, 0

    async def message(lanes: RedisLanes) -> None:
        nonlocal busy, most
        async with lanes.hold("web:somebody"):
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.02)
            busy -= 1

    here, there = RedisLanes(redis), RedisLanes(redis)
    await asyncio.gather(*(message(lanes) for lanes in (here, there) * 4))
    assert most == 1


async def test_lanes_of_different_senders_do_not_wait(redis: Redis) -> None:
    lanes = RedisLanes(redis)
    async with lanes.hold("web:one"), asyncio.timeout(2), lanes.hold("web:two"):
        assert not [key async for key in redis.scan_iter("*one*")], "no sender stands in a key"


async def test_a_block_that_outlives_its_lease_keeps_it(redis: Redis) -> None:
    async with leased(redis, "long", 0.3):
        await asyncio.sleep(0.8)
        assert await redis.exists("county:long")
    assert not await redis.exists("county:long")


async def test_a_lost_lease_ends_the_block(redis: Redis) -> None:
    with pytest.raises(LostLease):
        async with leased(redis, "taken", 0.3):
            await redis.delete("county:taken")
            await asyncio.sleep(5)


async def test_a_cancelled_block_stays_cancelled_and_lets_go(redis: Redis) -> None:
    async def work() -> None:
        async with leased(redis, "mine"):
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    while not await redis.exists("county:mine"):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await redis.exists("county:mine")


async def test_events_reach_the_listeners_of_both_processes_once(redis: Redis, tmp_path: Path) -> None:
    create_keys(tmp_path)
    vault = Vault(tmp_path)
    here, there = RedisHub(redis, vault), RedisHub(redis, vault)
    carrying = [asyncio.create_task(hub.carry()) for hub in (here, there)]
    try:
        while dict(await redis.pubsub_numsub("county:events")).get(b"county:events") != 2:
            await asyncio.sleep(0.01)
        with here.listen("talk") as own, there.listen("talk") as other, there.listen("else") as deaf:
            for number in range(3):
                here.tell("talk", {"number": number})
            there.tell("talk", {"number": 3})
            for listener in (own, other):
                got = [await _next(listener) for _ in range(4)]
                assert sorted(event["number"] for event in got) == [0, 1, 2, 3]
            here.tell("else", {"number": 9})
            assert (await _next(deaf))["number"] == 9, "and nothing of another topic before it"
    finally:
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


async def test_one_leads_and_the_next_takes_over(redis: Redis) -> None:
    at_work: list[str] = []

    async def work(name: str) -> None:
        at_work.append(name)
        await asyncio.sleep(60)

    def run(name: str) -> asyncio.Task[None]:
        return asyncio.create_task(leading(redis, "polling", lambda: work(name)))

    first = run("first")
    while not at_work:
        await asyncio.sleep(0.01)
    second = run("second")
    await asyncio.sleep(0.2)
    assert at_work == ["first"]
    first.cancel()
    async with asyncio.timeout(5):
        while at_work != ["first", "second"]:
            await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)


@pytest.mark.parametrize("server", ["sqlite"])
async def test_what_one_process_publishes_the_other_knows(
    redis: Redis, db: Database, vault: Vault, tmp_path: Path
) -> None:
    contexts = [
        Context(
            Settings(_env_file=None, state_dir=tmp_path / name, key_dir=tmp_path / "keys"),
            db,
            vault,
            hub=RedisHub(redis, vault),
        )
        for name in ("here", "there")
    ]
    pointers = [context.settings.state_dir / "index" / "current" for context in contexts]
    await refresh_index(contexts[1])
    before = pointers[1].read_text("utf-8")
    async with db.write() as session:
        session.add(GridPoint(code="T09", kind="town", name="白鹤镇"))
    tasks = [
        asyncio.create_task(work)
        for context in contexts
        for work in (context.hub.carry(), follow_content(context))
    ]
    try:
        while dict(await redis.pubsub_numsub("county:events")).get(b"county:events") != 2:
            await asyncio.sleep(0.01)
        published = await refresh_index(contexts[0])
        async with asyncio.timeout(10):
            while pointers[1].read_text("utf-8") == before:
                await asyncio.sleep(0.02)
        assert pointers[0].read_text("utf-8") == published, "who published does not write twice"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_alone_nobody_asks_redis() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    await leading(None, "polling", work)
    assert done == [1]


async def _next(listener: Listener) -> dict[str, int]:
    async with asyncio.timeout(5):
        async for event in listener:
            return event
    raise AssertionError("the listener ended")
