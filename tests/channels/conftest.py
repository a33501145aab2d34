from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.app import add_channels
from bot.clock import now
from bot.context import Context
from bot.dialogue import Dialogue, Rasa
from bot.directory.roles import Role
from bot.directory.tokens import create_token
from tests.channels.stand_in import SECRET, StandIn


class Clock:
    """The present, and what the test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self):
        return now() + self.ahead


@pytest.fixture
def server() -> str:
    return "sqlite"


@pytest.fixture
def clock(county: Context) -> Clock:
    county.clock = Clock()
    return county.clock


@pytest.fixture
async def rasa() -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    stand_in.server = TestServer(stand_in.app())
    await stand_in.server.start_server()
    yield stand_in
    await stand_in.server.close()


@pytest.fixture
async def dialogue(county: Context, rasa: StandIn) -> AsyncIterator[Dialogue]:
    made = Dialogue(county, Rasa(str(rasa.server.make_url("/")), SECRET))
    yield made
    await made.close()


@pytest.fixture
async def client(county: Context, dialogue: Dialogue) -> AsyncIterator[TestClient]:
    """The channels alone, over the stand-in."""
    app = web.Application()
    add_channels(app, county, dialogue)
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
async def token(county: Context) -> str:
    return await channel_token(county, "partner")


async def channel_token(
    county: Context, name: str, role: Role = Role.CHANNEL, days: int | None = None
) -> str:
    async with county.db.write() as session:
        return await create_token(session, role, None, name, county.clock(), days)
