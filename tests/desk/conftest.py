"""A desk over the sample county, with one person of each kind and a browser-like client for each."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from actions.intake.preview import IntakePreview
from bot.context import Context
from bot.desk.app import add_desk
from bot.directory import passwords
from bot.directory.models import Staff

PASSWORD = "correct-horse-battery"
CSRF = re.compile(r'name="_csrf" value="([0-9a-f]{32})"')

PEOPLE = {
    "admin": ("管理员", "administrator", "ZX", None),
    "huang": ("黄文静", "reviewer", "ZX", None),
    "gao": ("高建军", "reviewer", "ZX", None),
    "yang": ("杨帆", "organisation", "CL", None),
    "wang": ("王志平", "organisation", "HSZ", None),
    "tan": ("谭小红", "organisation", "GGW", None),
    "chen": ("陈桂芳", "station", "ZX", "T01-05"),
    "han": ("韩雪", "maintainer", "ZX", None),
    "lu": ("陆志国", "convenor", "ZX", None),
    "ning": ("宁静", "auditor", "ZX", None),
}


class Desk:
    """One person's browser at the desk."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.csrf = ""

    async def get(self, path: str, status: int = 200, **more: object) -> str:
        async with self.client.get(path, allow_redirects=False, **more) as response:  # type: ignore[arg-type]
            assert response.status == status, f"{path}: {response.status}\n{(await response.text())[:2000]}"
            return await response.text()

    async def post(self, path: str, status: int = 303, csrf: bool = True, **data: object) -> str:
        form = {key.rstrip("_"): value for key, value in data.items()}
        if csrf:
            form["_csrf"] = self.csrf
        async with self.client.post(path, data=form, allow_redirects=False) as response:
            text = await response.text()
            assert response.status == status, f"{path}: {response.status}\n{text[:2000]}"
            return response.headers.get("Location", text)

    async def sign_in(self, login: str, password: str = PASSWORD, status: int = 303) -> str:
        self.csrf = CSRF.search(await self.get("/desk/login"))[1]  # type: ignore[index]
        answer = await self.post("/desk/login", status, login=login, password=password)
        if status == 303:
            self.csrf = CSRF.search(await self.get("/desk/account"))[1]  # type: ignore[index]
        return answer


@pytest.fixture
def server() -> str:
    """One kind of database is enough here: the pages hold no SQL of one dialect."""
    return "sqlite"


_HASH = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
async def staffed(county: Context) -> Context:
    """The county with its people."""
    async with county.db.write() as session:
        for login, (name, role, org, grid) in PEOPLE.items():
            session.add(
                Staff(
                    login=login,
                    name=name,
                    role=role,
                    org=org,
                    grid=grid,
                    password_hash=_HASH,
                    created_at=county.clock(),
                )
            )
    return county


@pytest.fixture
async def browser(staffed: Context) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Opens a browser at the desk, signed in as the named person, or as nobody."""
    app = web.Application()
    add_desk(app, staffed, IntakePreview(staffed))
    server = TestServer(app)
    await server.start_server()
    clients: list[TestClient] = []

    async def open_one(login: str | None = None) -> Desk:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        clients.append(client)
        desk = Desk(client)
        if login:
            await desk.sign_in(login)
        return desk

    yield open_one
    for client in clients:
        await client.close()
    await server.close()
