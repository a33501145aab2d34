"""Addresses of organisations are added, listed and switched off; a ticket goes to those that are on."""

from sqlalchemy import select

from bot.clock import now
from bot.tickets.delivery.circuit import note_failure
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
        ("CL", "open311", "example.org/open311"),
        ("CL", "telegram", "our group"),
    ):
        assert (await in_thread(call, "targets", "add", *wrong)).exit_code == 1, wrong
    assert (await in_thread(call, "targets", "off", number)).exit_code == 0
    listed = (await in_thread(call, "targets", "list")).output
    assert f"{mail}\tCL\temail\tcanlian@example.org\ton" in listed and "\toff\twell" in listed
    for right in (("telegram", "-1001234567890"), ("open311", "https://example.org/v2", "--api-key", "k")):
        assert (await in_thread(call, "targets", "add", "HSZ", *right)).exit_code == 0, right
    async with desk.context.db.write() as session:
        for _ in range(5):
            await note_failure(session, "email", mail, now(), "the receiver says 500")
    listed = (await in_thread(call, "targets", "list")).output
    assert "on\tnot tried until" in listed and "5 failures in a row: the receiver says 500" in listed
    await desk.tickets.step(await desk.number(), "awaiting_sign", REVIEWER)
    async with desk.context.db.read() as session:
        rows = await session.scalars(select(Outbox.target).where(Outbox.kind.in_(("email", "webhook"))))
        assert list(rows) == [mail]
