"""Bytes that are no text, in headers, addresses and forms: refused, never an internal error."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import make_app
from bot.context import Context
from bot.dialogue import Dialogue, Rasa
from tests.channels.stand_in import SECRET

pytestmark = pytest.mark.parametrize("server", ["sqlite"])
NUMBER = "QT-0000-0000"
HEADERS = (
    ("GET", "/api/v1/tickets", "Authorization", "Bearer "),
    ("POST", "/api/v1/tickets", "Idempotency-Key", ""),
    ("POST", f"/api/v1/callbacks/1/{NUMBER}", "X-County-Signature", "v1="),
    ("POST", f"/api/v1/callbacks/1/{NUMBER}", "X-County-Delivery", ""),
    ("POST", f"/api/v1/callbacks/1/{NUMBER}", "X-County-Timestamp", ""),
    ("POST", "/webhooks/rest/webhook", "Authorization", "Bearer "),
    ("POST", "/webhooks/rest/webhook", "Cookie", "qf_session="),
    ("GET", "/", "Cookie", "qf_session=a."),
    ("GET", "/", "Accept-Language", ""),
    ("GET", "/desk", "Cookie", "desk_session="),
    ("POST", "/desk/login", "X-CSRF-Token", ""),
    ("POST", "/upload", "Origin", "http://"),
    ("GET", "/open311/v2/requests.json", "Authorization", "Bearer "),
    ("GET", "/healthz", "X-Forwarded-For", ""),
    ("GET", "/metrics", "Authorization", "Bearer "),
)  # fmt: skip
ADDRESSES = (
    "/track/%ff/%ff",
    f"/api/v1/track/{NUMBER}?code=%ff",
    f"/api/v1/track/{NUMBER}?code=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96",
    f"/api/v1/track/{NUMBER}?code=%C2%B2%D9%A3%00",
    "/api/v1/track/%00?code=1",
    "/desk/login?next=%ff",
    "/open311/v2/requests/%ff.json",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "/%ff",
)


@pytest.fixture
async def address(county: Context) -> AsyncIterator[tuple[str, int]]:
    dialogue = Dialogue(county, Rasa("http://127.0.0.1:9/", SECRET, seconds=1))
    async with TestClient(TestServer(make_app(county, dialogue, asyncio.Event()))) as client:
        yield client.host, client.port
    await dialogue.close()


async def status(address: tuple[str, int], request: bytes) -> int:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return int(line.split()[1])


def raw(method: str, path: str, headers: bytes = b"", body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n".encode()
    return head + b"Connection: close\r\n" + headers + b"\r\n" + body


async def test_headers(address: tuple[str, int]) -> None:
    for odd in (b"\xff\xfe", b"\xed\xb2\x80", "é٣²".encode(), b"'\"<>;--"):
        for method, path, name, before in HEADERS:
            line = name.encode() + b": " + before.encode() + odd + b"\r\n"
            found = await status(address, raw(method, path, line))
            assert found not in (500, 502), (method, path, name, odd, found)


async def test_addresses(address: tuple[str, int]) -> None:
    for path in ADDRESSES:
        found = await status(address, raw("GET", path))
        assert found not in (500, 502), (path, found)


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/json", "text/plain; charset=nonsense"]
)
async def test_bodies(address: tuple[str, int], kind: str) -> None:
    form = f"Content-Type: {kind}\r\n".encode()
    for path in (
        "/desk/login",
        "/track",
        "/webhooks/rest/webhook",
        f"/api/v1/track/{NUMBER}/rating",
        "/open311/v2/requests.json",
        "/upload",
    ):
        for body in (
            b"login=%ff&password=%ff",
            b"login=\xff&password=\xff",
            b'{"code": "\xff"}',
            b'{"code": "\\ud800"}',
            b"\x00",
        ):
            found = await status(address, raw("POST", path, form, body))
            assert found not in (500, 502), (path, body, found)
    parts = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\n\xff\r\n--x--\r\n'
    for path in ("/desk/login", "/upload"):
        found = await status(
            address, raw("POST", path, b"Content-Type: multipart/form-data; boundary=x\r\n", parts)
        )
        assert found not in (500, 502), (path, found)
