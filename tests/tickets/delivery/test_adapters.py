"""Telegram groups and Open311 endpoints as receivers, both real on loopback; the breaker before each receiver."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.adapters import DeliveryItem, FunctionAdapter
from bot.tickets.delivery.circuit import CAP_SECONDS, OPENS_AFTER, circuits
from bot.tickets.delivery.targets import secret_context
from bot.tickets.delivery.worker import Worker, failed, retry
from bot.tickets.models import Outbox
from bot.tickets.workers import own_adapters
from tests.channels.bot_api import TOKEN, BotApi
from tests.tickets.conftest import ADMIN, LEAD, REVIEWER, SAFE, Desk

GROUP = -1001234567890
one_server = pytest.mark.parametrize("server", ["sqlite"])


def worker(desk: Desk) -> Worker:
    return Worker(desk.context, own_adapters(desk.context))


async def add_target(desk: Desk, org: str, kind: str, address: str, secret: str | None = None) -> str:
    target = DeliveryTarget(org=org, kind=kind, address=address, allow_private=True)
    target.secret = desk.context.vault.seal(secret, secret_context(target)) if secret else None
    async with desk.context.db.write() as session:
        session.add(target)
    return str(target.id)


async def rows(desk: Desk, kind: str) -> list[Outbox]:
    async with desk.context.db.read() as session:
        return list(await session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)))


async def dispatched(desk: Desk, service: str = "A07", fields: dict[str, Any] | None = None) -> str:
    number = await desk.number(service, fields)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    return number


async def drain(desk: Desk) -> None:
    while await worker(desk).run_once():
        pass


@pytest.fixture
async def telegram(desk: Desk) -> AsyncIterator[BotApi]:
    made = BotApi()
    async with TestServer(made.app()) as running:
        desk.context.settings.telegram_token = TOKEN
        desk.context.settings.telegram_base_url = str(running.make_url("/"))
        desk.context.settings.public_url = "https://county.example"
        yield made


async def test_a_group_reads_that_there_is_something(desk: Desk, telegram: BotApi) -> None:
    await add_target(desk, "CL", "telegram", str(GROUP))
    number = await dispatched(desk)
    await drain(desk)
    [sent] = telegram.sent()
    assert sent["chat_id"] == str(GROUP)
    for word in (number, "康复辅助器具适配申请", "签收期限", f"https://county.example/desk/tickets/{number}"):
        assert word in sent["text"]
    for word in ("周建国", "13907351357", "中风", "T01-05"):
        assert word not in sent["text"], "it leaves the county"
    assert [row.state for row in await rows(desk, "telegram")] == ["delivered"]


@one_server
async def test_a_group_that_says_no_or_wait(desk: Desk, telegram: BotApi) -> None:
    await add_target(desk, "CL", "telegram", str(GROUP))
    telegram.patience = [120]
    await dispatched(desk)
    await drain(desk)
    desk.go(seconds=100)
    await drain(desk)
    assert telegram.sent() == [], "it asked for 120 seconds"
    desk.go(seconds=25)
    await drain(desk)
    assert len(telegram.sent()) == 1
    telegram.blocked = True
    await dispatched(desk)
    await drain(desk)
    assert "Telegram refuses" in ((await failed(desk.context))[0].error or "")


@one_server
async def test_high_privacy_in_a_group_is_a_number_alone(desk: Desk, telegram: BotApi) -> None:
    await add_target(desk, "FL", "telegram", str(GROUP))
    number = await dispatched(desk, "A11", SAFE)
    await drain(desk)
    text = telegram.sent()[0]["text"]
    assert number in text
    for word in ("家暴", "妇女", "丈夫", "13700002222"):
        assert word not in text


@dataclass
class Department:
    """A department's Open311 endpoint."""

    url: str = ""
    got: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=lambda: [{"service_request_id": "D-77"}])

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.got.append((form, dict(request.headers)))
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def department() -> AsyncIterator[Department]:
    made = Department()
    app = web.Application()
    app.router.add_post("/v2/requests.json", made.take)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = str(server.make_url("/v2"))
        yield made


async def test_a_hand_over_becomes_a_request_there_once(desk: Desk, department: Department) -> None:
    await add_target(desk, "CL", "open311", f"{department.url}?service_code=AID&jurisdiction_id=c", "key-1")
    number = await dispatched(desk)
    await drain(desk)
    [(form, headers)] = department.got
    assert form["service_code"] == "AID" and form["jurisdiction_id"] == "c" and form["api_key"] == "key-1"
    assert number in form["description"] and "轮椅" in form["description"]
    assert form["first_name"] == "周建国" and form["phone"] == "13907351357"
    assert form["address_id"] == "T01-05" and form["attribute[device_type]"] == "轮椅"
    assert form["attribute[dis_cert]"] == "true"
    [row] = await rows(desk, "open311")
    assert headers["Idempotency-Key"] == headers["X-County-Delivery"] == row.key and row.state == "delivered"
    view = await desk.tickets.view(number, ADMIN)
    assert view.events[-1].type == "forwarded" and view.events[-1].note == "对方受理号 D-77"
    await desk.tickets.step(number, "in_progress", LEAD)
    await desk.tickets.act(number, "pressed", REVIEWER, note="请加快", org="CL")
    await drain(desk)
    assert len(department.got) == 1, "later news are not requests of their own"
    assert {one.state for one in await rows(desk, "open311")} == {"delivered"}


@one_server
async def test_helpers_and_high_privacy_are_forwarded_without_the_person(
    desk: Desk, department: Department
) -> None:
    await add_target(desk, "HSZ", "open311", department.url)
    await add_target(desk, "FL", "open311", f"{department.url}?service_code=X")
    await dispatched(desk)
    number = await dispatched(desk, "A11", SAFE)
    await drain(desk)
    helper, private = sorted((form for form, _ in department.got), key=lambda form: form["service_code"])
    assert helper["service_code"] == "A07" and private["service_code"] == "X"
    assert number in private["description"]
    for word in ("周建国", "13907351357", "中风", "家暴", "丈夫", "13700002222"):
        assert word not in json.dumps([helper, private], ensure_ascii=False)


@one_server
async def test_what_the_department_answers(desk: Desk, department: Department) -> None:
    await add_target(desk, "CL", "open311", department.url)
    department.status, department.answer = 500, []
    number = await dispatched(desk)
    await drain(desk)
    department.status = 200
    desk.go(minutes=1)
    await drain(desk)
    [row] = await rows(desk, "open311")
    assert row.state == "waiting" and "GeoReport" in (row.error or ""), "200 without a request is no answer"
    department.answer = [{"token": "t-9"}]
    desk.go(minutes=5)
    await drain(desk)
    assert (await desk.tickets.view(number, ADMIN)).events[-1].note == "对方受理号 t-9"
    assert len({headers["Idempotency-Key"] for _, headers in department.got}) == 1
    department.status, department.answer = 400, [{"code": 400, "description": "no such service_code"}]
    await dispatched(desk)
    await drain(desk)
    assert "no such service_code" in ((await failed(desk.context))[0].error or "")


class Flaky:
    """A receiver that is down until told otherwise."""

    def __init__(self) -> None:
        self.down = True
        self.tried: list[str] = []

    async def __call__(self, item: DeliveryItem) -> None:
        self.tried.append(item.key)
        if self.down:
            raise ConnectionError("down")


def breaker(desk: Desk, flaky: Flaky) -> Worker:
    return Worker(desk.context, {"webhook": FunctionAdapter(flaky)})


async def test_a_breaker_opens_tries_once_and_closes(desk: Desk) -> None:
    target = await add_target(desk, "CL", "webhook", "https://example.org", "s")
    flaky = Flaky()
    work = breaker(desk, flaky)
    for _ in range(3):
        await dispatched(desk)
    for _ in range(OPENS_AFTER):
        desk.go(minutes=6)
        await work.run_once()
    assert len(flaky.tried) == OPENS_AFTER
    state = (await circuits(desk.context, ["webhook"]))[("webhook", target)]
    assert state.state == "open" and state.error == "down"
    desk.go(minutes=4)
    await retry_row(desk)
    assert await work.run_once() == 0 and len(flaky.tried) == OPENS_AFTER, "nothing is tried while it is open"
    desk.go(minutes=2)
    assert (await circuits(desk.context, ["webhook"]))[("webhook", target)].state == "half_open"
    assert await breaker(desk, flaky).run_once() + await work.run_once() == 1, "one trial, by one worker"
    state = (await circuits(desk.context, ["webhook"]))[("webhook", target)]
    assert state.state == "open" and state.until is not None
    assert (state.until - desk.moment).total_seconds() == 600, "twice as long"
    flaky.down = False
    desk.go(seconds=CAP_SECONDS)
    while await work.run_once():
        pass
    assert await circuits(desk.context, ["webhook"]) == {}
    assert [row.state for row in await rows(desk, "webhook")] == ["delivered"] * 3


async def retry_row(desk: Desk) -> None:
    """Make the waiting rows due at once."""
    async with desk.context.db.write() as session:
        for row in await session.scalars(select(Outbox).where(Outbox.state == "waiting")):
            row.next_at = desk.moment


@one_server
async def test_one_receivers_breaker_does_not_stop_others_and_a_retry_is_a_trial(desk: Desk) -> None:
    await add_target(desk, "CL", "webhook", "https://example.org", "s")
    flaky = Flaky()
    work = breaker(desk, flaky)
    await dispatched(desk)
    for _ in range(30):
        desk.go(hours=2)
        await work.run_once()
    [row] = await failed(desk.context)
    other = await add_target(desk, "HSZ", "webhook", "https://example.net", "s")
    await dispatched(desk)
    flaky.down, flaky.tried = False, []
    await work.run_once()
    sent = [one.target for one in await rows(desk, "webhook") if one.state == "delivered"]
    assert other in sent
    assert await retry(desk.context, row.id)
    while await work.run_once():
        pass
    assert {one.state for one in await rows(desk, "webhook")} == {"delivered"}
