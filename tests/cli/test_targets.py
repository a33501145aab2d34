"""Addresses of organisations are added, listed and switched off; a ticket goes to those that are on."""

from sqlalchemy import select

from bot.tickets.models import Outbox
from tests.cli.conftest import Call, in_thread
from tests.retention.conftest import desk as desk
from tests.tickets.conftest import REVIEWER, Desk


async def test_targets(desk: Desk, call: Call) -> None:
    mail = (await in_thread(call, "targets", "add", "CL", "email", "canlian@example.org")).output.strip()
    hook = (await in_thread(call, "targets", "add", "CL", "webhook", "https://example.org/hook")).output
    number, secret = hook.strip().split("\t")
    assert len(secret) > 30
    for wrong in (
        ("XX", "email", "a@example.org"),
        ("CL", "email", "example.org"),
        ("CL", "webhook", "ftp://example.org"),
        ("CL", "webhook", "https://me:pw@example.org"),
    ):
        assert (await in_thread(call, "targets", "add", *wrong)).exit_code == 1, wrong
    assert (await in_thread(call, "targets", "off", number)).exit_code == 0
    listed = (await in_thread(call, "targets", "list")).output
    assert f"{mail}\tCL\temail\tcanlian@example.org\ton" in listed and listed.strip().endswith("off")
    await desk.tickets.step(await desk.number(), "awaiting_sign", REVIEWER)
    async with desk.context.db.read() as session:
        rows = await session.scalars(select(Outbox.target).where(Outbox.kind.in_(("email", "webhook"))))
        assert list(rows) == [mail]
