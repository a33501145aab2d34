"""Deliveries that failed are listed with their reason and go back into the queue."""

from sqlalchemy import select, update

from bot.tickets.models import Outbox
from tests.cli.conftest import Call, in_thread
from tests.retention.conftest import desk as desk
from tests.tickets.conftest import REVIEWER, Desk


async def test_failed_delivery_is_listed_and_retried(desk: Desk, call: Call) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    async with desk.context.db.write() as session:
        identity = await session.scalar(select(Outbox.id).where(Outbox.kind == "resident").limit(1))
        await session.execute(
            update(Outbox).where(Outbox.id == identity).values(state="failed", attempts=9, error="refused")
        )
    listed = await in_thread(call, "deliveries", "failed")
    assert listed.output.startswith(f"{identity}\t{number}\tresident ") and "refused" in listed.output
    assert (await in_thread(call, "deliveries", "retry")).exit_code == 2
    done = await in_thread(call, "deliveries", "retry", "--all")
    assert done.output == f"{identity}: waits to be delivered\n"
    again = await in_thread(call, "deliveries", "retry", str(identity))
    assert again.output == f"{identity}: had not failed\n"
    assert (await in_thread(call, "deliveries", "failed")).output == ""
