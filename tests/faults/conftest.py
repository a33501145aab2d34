"""A county whose programs break, and what must be true of it afterwards."""

import random
from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import local
from bot.context import Context
from bot.directory.models import DeliveryTarget
from bot.reports.scorecard import period_of, scorecard
from bot.tickets.delivery.targets import secret_context
from bot.tickets.models import Outbox, Ticket
from tests.faults.receivers import Receiver
from tests.soak import LONG
from tests.tickets.conftest import desk as desk
from tests.tickets.invariants import Seen, check, verified


@pytest.fixture
def dice() -> random.Random:
    """Chance: the same in every short run, another in every long one; the seed is printed."""
    seed = random.SystemRandom().randrange(10**6) if LONG else 7
    print(f"\nseed {seed}")
    return random.Random(seed)


async def add_target(context: Context, org: str, kind: str, address: str) -> None:
    """An address that an organisation gave."""
    row = DeliveryTarget(org=org, kind=kind, address=address, allow_private=True)
    row.secret = context.vault.seal("shared", secret_context(row)) if kind == "webhook" else None
    async with context.db.write() as session:
        session.add(row)


async def deliveries(context: Context, kind: str, state: str | None = None) -> set[str]:
    """The ids of the deliveries of a kind."""
    query = select(Outbox.key).where(Outbox.kind == kind)
    if state is not None:
        query = query.where(Outbox.state == state)
    async with context.db.read() as session:
        return set(await session.scalars(query))


async def agree(context: Context, numbers: Iterable[str], **receivers: Receiver) -> dict[str, object]:
    """No ticket, event or delivery is lost, none is doubled at the receiver by id, all figures agree."""
    acknowledged = list(numbers)
    await check(context, Seen())
    events = await verified(context)
    async with context.db.read() as session:
        there = list(await session.scalars(select(Ticket.number)))
        dispatched = set(
            await session.scalars(select(Ticket.number).where(Ticket.dispatched_at.is_not(None)))
        )
    assert len(acknowledged) == len(set(acknowledged)), "two filings got one ticket"
    assert sorted(there) == sorted(acknowledged), "a ticket is lost, or one was filed twice"
    found: dict[str, object] = {"tickets": len(there), "events": events, "dispatched": len(dispatched)}
    for kind, receiver in receivers.items():
        keys = await deliveries(context, kind)
        assert set(receiver.once) == keys, "a delivery is lost, or one came that was never made"
        assert await deliveries(context, kind, "delivered") == keys
        found |= {kind: len(keys), f"repeated {kind}": len(receiver.taken) - len(keys)}
        found[f"{kind} receiver"] = dict(receiver.tried)
    moment = context.clock()
    days = local(moment - timedelta(days=40)).date(), local(moment + timedelta(days=60)).date()
    for by in ("organisation", "service"):
        card = await scorecard(context, period_of(*days, moment + timedelta(days=60)), by, None)
        for code, figure in card.county.figures.items():
            parts = sum(line.figures[code].period.n for line in card.lines)
            assert figure.period.n == parts, f"{code} by {by}: {figure.period.n} in all, {parts} in the parts"
    return found
