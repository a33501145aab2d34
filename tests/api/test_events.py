"""Events over the API: pages, the stream that goes on where it broke off, subscriptions with signed pushes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestServer
from sqlalchemy import update

from bot.api import events
from bot.directory.models import Token
from bot.tickets import follow
from bot.tickets.actors import SYSTEM
from bot.tickets.delivery.signing import signature_fits
from bot.tickets.delivery.subscriptions import fan_out
from bot.tickets.delivery.worker import Worker, failed
from bot.tickets.engine import locked
from bot.tickets.workers import own_adapters
from tests.api.test_tickets import Api
from tests.tickets.conftest import SAFE

one_server = pytest.mark.parametrize("server", ["sqlite"])


async def page(api: Api, who: str = "reviewer", query: str = "") -> Any:
    response = await api.get(f"/events{query}", who)
    assert response.status == 200, await response.text()
    return await response.json()


async def story(api: Api) -> str:
    """A ticket of CL, dispatched and signed."""
    number = (await api.file())["number"]
    await api.step(number, "reviewer", "awaiting_sign", "请尽快")
    await api.step(number, "lead", "in_progress", "收到")
    return number


class Stream:
    """A reader of the stream."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self, count: int = 1) -> list[tuple[int, str, dict[str, Any]]]:
        """The next events: id, type, data."""
        found: list[tuple[int, str, dict[str, Any]]] = []
        block: dict[str, str] = {}
        while len(found) < count:
            line = (await asyncio.wait_for(self.response.content.readline(), 10)).decode()
            assert line, "the stream ended"
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                block[name] = value
                continue
            if "data" in block:
                found.append((int(block["id"]), block["event"], json.loads(block["data"])))
            block = {}
        return found


async def open_stream(api: Api, who: str, query: str = "", **headers: str) -> Stream:
    response = await api.get(f"/events{query}", who, Accept="text/event-stream", **headers)
    assert response.status == 200 and response.content_type == "text/event-stream"
    return Stream(response)


async def test_pages_show_what_one_may_see(api: Api) -> None:
    number = await story(api)
    private = (await api.file("A11", SAFE))["number"]
    await api.step(private, "reviewer", "answered", "已电话联系 13700002222")
    everything = await page(api)
    assert [one["type"] for one in everything["items"]] == [
        "filed", "dispatched", "signed", "filed", "answered",
    ]  # fmt: skip
    assert everything["items"][1]["to"] == "awaiting_sign" and everything["items"][1]["note"] == "请尽快"
    told = json.dumps(everything, ensure_ascii=False)
    for word in ("周建国", "13907351357", "13700002222", "丈夫"):
        assert word not in told
    for who, numbers in (("lead", {number}), ("helper", {number}), ("other", set()), ("maintainer", set())):
        assert {one["ticket"] for one in (await page(api, who))["items"]} == numbers, who
    first = await page(api, query="?limit=2")
    rest = await page(api, query=f"?after={first['next_cursor']}")
    assert [*first["items"], *rest["items"]] == everything["items"]
    assert [one["type"] for one in (await page(api, query="?type=signed,answered"))["items"]] == [
        "signed",
        "answered",
    ]
    for query in ("?after=x", "?limit=0", "?type=nonsense"):
        assert (await api.get(f"/events{query}")).status == 422
    assert (await api.get("/events", None)).status == 401


async def test_the_stream_goes_on_where_it_broke_off(api: Api) -> None:
    await api.file()
    live = await open_stream(api, "lead", "?type=dispatched,signed")
    number = await story(api)
    seen = await live.next(2)
    assert [kind for _, kind, _ in seen] == ["dispatched", "signed"]
    assert {body["ticket"] for _, _, body in seen} == {number}, "nothing of what it may not see"
    live.response.close()
    await api.step(number, "lead", "awaiting_info", "请发照片")
    again = await open_stream(api, "lead", Last_Event_ID=str(seen[0][0]))
    assert [kind for _, kind, _ in await again.next(2)] == ["signed", "info_asked"]
    other = await open_stream(api, "other", Last_Event_ID="0")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(other.next(), 1.2)


@one_server
async def test_streams_end_with_their_token_and_are_few(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BEAT_SECONDS", 0)
    streams = [await open_stream(api, "lead") for _ in range(events.MOST_STREAMS)]
    refused = await api.get("/events", "lead", Accept="text/event-stream")
    assert refused.status == 429 and int(refused.headers["Retry-After"]) > 0
    async with api.context.db.write() as session:
        await session.execute(update(Token).where(Token.name == "lead").values(revoked_at=api.desk.now()))
    for stream in streams:
        await asyncio.wait_for(stream.response.content.read(), 5)
    assert (await api.get("/events", "lead", Accept="text/event-stream")).status == 401


@pytest.mark.parametrize("server", ["postgres"])
async def test_an_event_that_is_committed_late_is_not_passed_over(api: Api) -> None:
    first, second = [(await api.file())["number"] for _ in range(2)]
    start = await follow.newest(api.context)
    async with locked(api.context, first, SYSTEM) as work:
        await work.write_event("remark", note="late")
        await api.step(second, "reviewer", "awaiting_sign", "派")
        reading = asyncio.create_task(follow.since(api.context, start, SYSTEM, 50))
        await asyncio.sleep(0.3)
        assert not reading.done(), "the earlier id is waited for"
    found, _ = await reading
    assert [event.type for event, _ in found] == ["remark", "dispatched"]
    with pytest.raises(RuntimeError):
        async with locked(api.context, first, SYSTEM) as work:
            await work.write_event("remark", note="never")
            raise RuntimeError
    await api.step(second, "lead", "in_progress", "收到")
    found, _ = await follow.since(api.context, start, SYSTEM, 50)
    assert [event.type for event, _ in found] == ["remark", "dispatched", "signed"], "a gap for good"


@dataclass
class Receiver:
    """A program that takes events."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/events", made.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = str(server.make_url("/events"))
        yield made


async def subscribe(
    api: Api, url: str, who: str = "administrator", key: str = "s1", **more: Any
) -> ClientResponse:
    body = {"url": url, "allow_private": who == "administrator", **more}
    return await api.post("/subscriptions", body, who, Idempotency_Key=key)


async def push(api: Api) -> None:
    """What the workers do."""
    await fan_out(api.context)
    worker = Worker(api.context, own_adapters(api.context))
    while await worker.run_once():
        pass


async def test_subscribers_get_signed_events(api: Api, receiver: Receiver) -> None:
    await story(api)
    made = await subscribe(api, receiver.url, types=["dispatched", "signed"])
    said = await made.json()
    assert made.status == 201 and len(said["secret"]) > 30
    again = await subscribe(api, receiver.url, types=["dispatched", "signed"])
    assert again.status == 200 and await again.json() == said
    assert (await subscribe(api, receiver.url, types=["signed"])).status == 422
    number = await story(api)
    await push(api)
    bodies = [json.loads(raw) for _, raw in receiver.got]
    assert [body["event"]["type"] for body in bodies] == ["dispatched", "signed"], "from now on, and in order"
    assert {body["event"]["ticket"] for body in bodies} == {number}
    headers, raw = receiver.got[0]
    assert bodies[0]["id"] == headers["X-County-Delivery"]
    assert signature_fits(
        said["secret"],
        headers["X-County-Signature"],
        "POST",
        "/events",
        raw,
        int(headers["X-County-Timestamp"]),
        bodies[0]["id"],
        api.desk.moment.timestamp(),
    )
    await push(api)
    assert len(receiver.got) == 2
    listed = (await (await api.get("/subscriptions", "administrator")).json())["items"]
    assert [one["id"] for one in listed] == [said["id"]] and "secret" not in listed[0]
    path = f"/api/v1/subscriptions/{said['id']}"
    assert (await api.client.delete(path, headers=api._headers("administrator", {}))).status == 204
    await story(api)
    await push(api)
    assert len(receiver.got) == 2


@one_server
async def test_pushes_stop_with_the_token_and_come_again_after_failures(api: Api, receiver: Receiver) -> None:
    assert (await subscribe(api, receiver.url, types=["filed"])).status == 201
    receiver.status = 500
    await api.file()
    await push(api)
    receiver.status = 200
    api.desk.go(minutes=5)
    await push(api)
    ids = [headers["X-County-Delivery"] for headers, _ in receiver.got]
    assert len(ids) == 2 and len(set(ids)) == 1
    await api.file()
    await fan_out(api.context)
    async with api.context.db.write() as session:
        token = update(Token).where(Token.name == "administrator")
        await session.execute(token.values(revoked_at=api.desk.now()))
    await push(api)
    assert len(receiver.got) == 2 and "does not count" in ((await failed(api.context))[0].error or "")


@one_server
async def test_whose_subscriptions_and_where_they_may_go(api: Api, receiver: Receiver) -> None:
    for url in (
        receiver.url,
        "http://169.254.169.254/x",
        "http://10.0.0.8/x",
        "ftp://a.example",
        "http://[",
        "x",
    ):
        response = await subscribe(api, url, "lead")
        assert response.status == 422 and (await response.json())["field"] == "url", url
    assert (await subscribe(api, receiver.url, "lead", allow_private=True)).status == 403
    assert (await subscribe(api, receiver.url, "administrator", types=["nonsense"])).status == 422
    assert (await api.post("/subscriptions", {"url": receiver.url}, "administrator")).status == 422
    assert (await api.post("/subscriptions", {"url": receiver.url}, None, Idempotency_Key="k")).status == 401
    made = await (await subscribe(api, receiver.url)).json()
    outside = await subscribe(api, "https://8.8.8.8/hook", "lead", "mine")
    assert outside.status == 201
    for who, count in (("administrator", 2), ("lead", 1), ("other", 0)):
        assert len((await (await api.get("/subscriptions", who)).json())["items"]) == count, who
    for who, status in (("lead", 404), ("other", 404)):
        path = f"/api/v1/subscriptions/{made['id']}"
        assert (await api.client.delete(path, headers=api._headers(who, {}))).status == status
    assert (
        await api.client.delete("/api/v1/subscriptions/x", headers=api._headers("lead", {}))
    ).status == 404
