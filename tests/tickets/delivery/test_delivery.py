"""The outbox against a real mail server and a real webhook receiver."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP
from sqlalchemy import select

from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.adapters import DeliveryItem, FunctionAdapter
from bot.tickets.delivery.email import EmailAdapter
from bot.tickets.delivery.signing import signature_fits
from bot.tickets.delivery.targets import permitted, secret_context
from bot.tickets.delivery.webhook import WebhookAdapter
from bot.tickets.delivery.worker import MAX_ATTEMPTS, Worker, failed, retry
from bot.tickets.models import Outbox
from tests.tickets.conftest import ENQUIRY, LEAD, REVIEWER, SAFE, Desk


@dataclass
class Mail:
    """What a mail server got; `answer` is what it says next."""

    got: list[Any] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.got.append(envelope)
        return self.answer


@pytest.fixture
async def mail(desk: Desk) -> AsyncIterator[Mail]:
    handler = Mail()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    desk.context.settings.smtp_host = "127.0.0.1"
    desk.context.settings.smtp_port = server.sockets[0].getsockname()[1]
    yield handler
    server.close()


@dataclass
class Receiver:
    """A webhook receiver; `status` is what it answers."""

    url: str = ""
    got: list[tuple[web.BaseRequest, bytes]] = field(default_factory=list)
    status: int = 200

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((request, await request.read()))
        return web.Response(
            status=self.status, headers={"Location": "/elsewhere"} if self.status == 302 else {}
        )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = str(server.make_url("/hook?from=county"))
        yield made


async def add_target(desk: Desk, org: str, kind: str, address: str, **more: Any) -> int:
    target = DeliveryTarget(org=org, kind=kind, address=address, **more)
    target.secret = desk.context.vault.seal("shared", secret_context(target)) if kind == "webhook" else None
    async with desk.context.db.write() as session:
        session.add(target)
    return target.id


def worker(desk: Desk, **adapters: Any) -> Worker:
    made = {"email": EmailAdapter(desk.context), "webhook": WebhookAdapter(desk.context)}
    return Worker(desk.context, {**made, **adapters})


async def rows(desk: Desk, kind: str) -> list[Outbox]:
    async with desk.context.db.read() as session:
        return list(await session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)))


async def test_dispatch_arrives_by_mail_and_webhook(desk: Desk, mail: Mail, receiver: Receiver) -> None:
    await add_target(desk, "CL", "email", "canlian@example.org")
    await add_target(desk, "CL", "webhook", receiver.url, allow_private=True)
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    assert await worker(desk).run_once() == 2

    [envelope] = mail.got
    assert envelope.rcpt_tos == ["canlian@example.org"]
    text = envelope.content.decode()
    assert number in text.replace("=\r\n", "") or "base64" in text
    [(request, body)] = receiver.got
    said = json.loads(body)
    assert said["ticket"]["number"] == number and said["ticket"]["fields"]["device_type"] == "轮椅"
    assert said["id"] == request.headers["X-County-Delivery"]
    assert signature_fits(
        "shared",
        request.headers["X-County-Signature"],
        "POST",
        "/hook?from=county",
        body,
        int(request.headers["X-County-Timestamp"]),
        said["id"],
        desk.moment.timestamp(),
    )
    assert {row.state for row in await rows(desk, "email")} == {"delivered"}
    assert await worker(desk).run_once() == 0


async def test_high_privacy_says_nothing_of_the_matter(desk: Desk, mail: Mail, receiver: Receiver) -> None:
    await add_target(desk, "FL", "email", "fulian@example.org")
    await add_target(desk, "FL", "webhook", receiver.url, allow_private=True)
    number = await desk.number("A11", SAFE)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await worker(desk).run_once()
    import email as library

    text = library.message_from_bytes(mail.got[0].content).get_payload(decode=True).decode()
    said = json.loads(receiver.got[0][1])
    assert set(said) == {"id", "number", "event", "at", "org", "text"}
    for word in ("家暴", "丈夫", "妇女", "A11", "13700002222"):
        assert word not in text and word not in json.dumps(said, ensure_ascii=False)


async def test_failures_are_retried_with_backoff_until_shown(desk: Desk, receiver: Receiver) -> None:
    await add_target(desk, "CL", "webhook", receiver.url, allow_private=True)
    receiver.status = 500
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    work = worker(desk)
    assert await work.run_once() == 1
    assert await work.run_once() == 0, "the next try waits"
    for _ in range(MAX_ATTEMPTS):
        desk.go(hours=3)
        await work.run_once()
    assert len(receiver.got) == MAX_ATTEMPTS
    assert len({request.headers["X-County-Delivery"] for request, _ in receiver.got}) == 1
    [row] = await failed(desk.context)
    assert "500" in (row.error or "")
    receiver.status = 200
    assert await retry(desk.context, row.id) and not await retry(desk.context, row.id)
    await work.run_once()
    assert [row.state for row in await rows(desk, "webhook")] == ["delivered"]


async def test_a_target_keeps_its_order(desk: Desk) -> None:
    got: list[str] = []
    refuse = True

    async def push(item: DeliveryItem) -> None:
        if refuse:
            raise ConnectionError("down")
        got.append(item.payload["text"])

    work = worker(desk, resident=FunctionAdapter(push))
    first, second = await desk.number(), await desk.number()
    await desk.tickets.step(first, "awaiting_sign", REVIEWER)
    await desk.tickets.step(second, "answered", REVIEWER, note="可以借用")
    await desk.tickets.step(first, "in_progress", LEAD)
    assert await work.run_once() == 1, "only the oldest of a target is tried"
    refuse = False
    desk.go(minutes=5)
    while await work.run_once():
        pass
    assert [first in text for text in got] == [True, False, True]


async def test_two_workers_do_not_deliver_twice(desk: Desk) -> None:
    got: list[str] = []

    async def push(item: DeliveryItem) -> None:
        await asyncio.sleep(0.02)
        got.append(item.key)

    for _ in range(6):
        number = await desk.number(conversation=f"{len(got)}-{desk.filings}")
        await desk.tickets.step(number, "answered", REVIEWER, note="可以借用")
    workers = [worker(desk, resident=FunctionAdapter(push)) for _ in range(4)]
    await asyncio.gather(*(one.run_once() for one in workers))
    while await workers[0].run_once():
        pass
    assert len(got) == len(set(got)) == 6


async def test_a_dead_workers_row_is_taken_over(desk: Desk) -> None:
    got: list[str] = []
    hang = asyncio.Event()

    async def stuck(_item: DeliveryItem) -> None:
        await hang.wait()

    async def push(item: DeliveryItem) -> None:
        got.append(item.key)

    number = await desk.number()
    await desk.tickets.step(number, "answered", REVIEWER, note="可以借用")
    dead = asyncio.create_task(worker(desk, resident=FunctionAdapter(stuck)).run_once())
    await asyncio.sleep(0.1)
    alive = worker(desk, resident=FunctionAdapter(push))
    assert await alive.run_once() == 0, "it is under way"
    dead.cancel()
    desk.go(minutes=2)
    assert await alive.run_once() == 1 and len(got) == 1


@pytest.mark.parametrize("server", ["sqlite"])
async def test_redirects_and_private_addresses_are_refused(desk: Desk, receiver: Receiver) -> None:
    await add_target(desk, "KX", "webhook", receiver.url, allow_private=False)
    number = await desk.number("A24", ENQUIRY)
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await worker(desk).run_once()
    assert receiver.got == []
    [row] = await failed(desk.context)
    assert "may not be called" in (row.error or "")

    await add_target(desk, "CL", "webhook", receiver.url, allow_private=True)
    receiver.status = 302
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    await worker(desk).run_once()
    assert len(receiver.got) == 1, "the redirect is not followed"


@pytest.mark.parametrize(
    ("address", "outside", "inside"),
    [
        ("8.8.8.8", True, True),
        ("10.0.0.8", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("::ffff:10.0.0.8", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
    ],
)
def test_where_calls_may_go(address: str, outside: bool, inside: bool) -> None:
    assert permitted(ip_address(address), allow_private=False) is outside
    assert permitted(ip_address(address), allow_private=True) is inside


async def test_a_mail_server_that_refuses_is_tried_again(desk: Desk, mail: Mail) -> None:
    await add_target(desk, "CL", "email", "canlian@example.org")
    mail.answer = "451 mailbox full"
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    work = worker(desk)
    await work.run_once()
    [row] = await rows(desk, "email")
    assert row.state == "waiting" and row.attempts == 1 and "451" in (row.error or "")
    mail.answer = "250 OK"
    desk.go(minutes=1)
    await work.run_once()
    assert len(mail.got) == 1
    assert f"<{row.key}@county-door>" in mail.got[0].content.decode()
