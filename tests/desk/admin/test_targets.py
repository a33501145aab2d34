"""Delivery targets: added, tried out against real receivers, switched off, failures sent again."""

import asyncio
import json
import re
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP
from sqlalchemy import select

from bot.context import Context
from bot.directory.models import Change, DeliveryTarget
from bot.tickets.delivery.signing import signature_fits
from bot.tickets.delivery.worker import Worker
from bot.tickets.models import Outbox
from bot.tickets.service import Tickets
from bot.tickets.workers import own_adapters

from ..sample import DAY, actors, at, fill


@pytest.fixture
async def admin(browser, staffed: Context):
    at(staffed, DAY)
    return await browser("admin")


@pytest.fixture
async def receiver():
    """A webhook receiver; `answer` is what it says."""
    got: list[tuple[Any, bytes]] = []

    async def handle(request: web.Request) -> web.Response:
        got.append((request, await request.read()))
        return web.Response(status=made.status, text="收到，谢谢")

    app = web.Application()
    app.router.add_post("/hook", handle)
    async with TestServer(app, host="127.0.0.1") as made:
        made.got, made.status = got, 200
        yield made


async def targets(context: Context) -> list[DeliveryTarget]:
    async with context.db.read() as session:
        return list(await session.scalars(select(DeliveryTarget).order_by(DeliveryTarget.id)))


async def add_webhook(admin, receiver, **more: str) -> str:
    page = await admin.post(
        "/desk/admin/targets",
        200,
        org="CL",
        kind="webhook",
        address=str(receiver.make_url("/hook")),
        **more,
    )
    return re.search(r'<b class="mono wrap">([^<]+)</b>', page)[1]


async def test_a_webhook_is_tried_out_and_the_answer_is_shown(admin, staffed: Context, receiver):
    secret = await add_webhook(admin, receiver, allow_private="on")
    assert secret not in await admin.get("/desk/admin/targets"), "the secret is shown once"
    [row] = await targets(staffed)
    page = await admin.post(f"/desk/admin/targets/{row.id}/test", 200)
    assert "对方收下了" in page and "200 收到，谢谢" in page
    [(request, body)] = receiver.got
    assert json.loads(body)["test"] is True
    assert signature_fits(
        secret,
        request.headers["X-County-Signature"],
        "POST",
        "/hook",
        body,
        int(request.headers["X-County-Timestamp"]),
        request.headers["X-County-Delivery"],
        DAY.timestamp(),
    )
    receiver.status = 503
    assert "对方的系统出错了" in await admin.post(f"/desk/admin/targets/{row.id}/test", 200)
    async with staffed.db.read() as session:
        [change] = await session.scalars(select(Change))
        assert secret not in json.dumps([change.after, change.title])


async def test_the_inside_is_only_called_where_that_was_ticked(admin, staffed: Context, receiver):
    await add_webhook(admin, receiver)
    [row] = await targets(staffed)
    assert "在内部网络里" in await admin.post(f"/desk/admin/targets/{row.id}/test", 200)
    assert receiver.got == []


async def test_another_secret_signs_from_then_on(admin, staffed: Context, receiver):
    old = await add_webhook(admin, receiver, allow_private="on")
    [row] = await targets(staffed)
    page = await admin.post(f"/desk/admin/targets/{row.id}", 200, do="secret")
    assert re.search(r'<b class="mono wrap">([^<]+)</b>', page)[1] != old


async def test_a_mail_address_is_tried_out(admin, staffed: Context):
    await admin.post("/desk/admin/targets", org="CL", kind="email", address="canlian@example.org")
    [row] = await targets(staffed)
    assert "还没有配置发信的邮件服务器" in await admin.post(f"/desk/admin/targets/{row.id}/test", 200)
    got = []

    class Handler:
        async def handle_DATA(self, _server, _session, envelope):  # type: ignore[no-untyped-def]
            got.append(envelope)
            return "250 OK"

    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(), enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    staffed.settings.smtp_host, staffed.settings.smtp_port = "127.0.0.1", server.sockets[0].getsockname()[1]
    assert "邮件服务器收下了" in await admin.post(f"/desk/admin/targets/{row.id}/test", 200)
    assert got[0].rcpt_tos == ["canlian@example.org"]
    server.close()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"org": "CL", "kind": "email", "address": "canlian"}, "不是邮箱"),
        ({"org": "CL", "kind": "webhook", "address": "ftp://x.cn"}, "要以 https://"),
        ({"org": "CL", "kind": "webhook", "address": "https://a:b@x.cn/"}, "不能带用户名和密码"),
        ({"org": "XX", "kind": "email", "address": "a@b.cn"}, "要选单位"),
        ({"org": "CL", "kind": "fax", "address": "a@b.cn"}, "要选怎么送"),
    ],
)
async def test_what_cannot_be_sent_to_is_refused(admin, staffed: Context, form, why):
    assert why in await admin.post("/desk/admin/targets", 422, **form)
    assert await targets(staffed) == []


async def test_switching_off_and_changing_are_recorded(admin, staffed: Context):
    await admin.post("/desk/admin/targets", org="CL", kind="email", address="a@b.cn")
    assert "已经有这个地址" in await admin.post(
        "/desk/admin/targets", 422, org="CL", kind="email", address="a@b.cn"
    )
    [row] = await targets(staffed)
    await admin.post(f"/desk/admin/targets/{row.id}", address="c@b.cn")
    await admin.post(f"/desk/admin/targets/{row.id}", do="off")
    assert "先启用再试" in await admin.post(f"/desk/admin/targets/{row.id}/test", 200)
    await admin.post(f"/desk/admin/targets/{row.id}", do="on")
    async with staffed.db.read() as session:
        titles = list(await session.scalars(select(Change.title).order_by(Change.id)))
    assert titles == [
        "县残联加了邮件地址 a@b.cn",
        "邮件地址改为 c@b.cn",
        "停用邮件地址 c@b.cn",
        "启用邮件地址 c@b.cn",
    ]


async def test_what_failed_stands_there_with_its_reason_and_goes_again(admin, staffed: Context, receiver):
    await add_webhook(admin, receiver, allow_private="on")
    receiver.status = 410
    number = (await fill(staffed))["父亲中风后走不了路，申请轮椅"]
    await Tickets(staffed).step(number, "awaiting_sign", (await actors(staffed))("huang"))
    worker = Worker(staffed, own_adapters(staffed))
    await worker.run_once()
    page = await admin.get("/desk/admin/targets")
    assert number in page and "对方说这个地址不用了" in page
    assert "件没送到" in await admin.get("/desk/admin")
    receiver.status = 200
    async with staffed.db.read() as session:
        failed = await session.scalar(select(Outbox.id).where(Outbox.state == "failed"))
    where = await admin.post("/desk/admin/targets/retry", delivery=str(failed))
    assert "1 件已放回去重送" in await admin.get(where.split("#")[0])
    await worker.run_once()
    assert "都送到了" in await admin.get("/desk/admin/targets")
    assert "again=0" in await admin.post("/desk/admin/targets/retry", delivery="")
