"""Events sent to programs that subscribed to them: the log of events is read on from where it was left."""

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.directory.models import Token
from bot.directory.roles import Role
from bot.tickets import follow
from bot.tickets.actors import Actor
from bot.tickets.delivery.adapters import DeliveryItem, Undeliverable
from bot.tickets.delivery.webhook import post_signed
from bot.tickets.errors import NoSuchStep, NotFound
from bot.tickets.models import Outbox, Subscription
from bot.tickets.outbox import payload_context

KIND = "subscription"
AT_ONCE = 200
MOST = 20
"""Subscriptions of one token."""


def secret_context(key: str) -> str:
    """What a subscription's sealed secret is bound to."""
    return f"subscription:{key}"


async def subscribe(
    context: Context, actor: Actor, key: str, address: str, types: list[str], *, allow_private: bool
) -> tuple[Subscription, str, bool]:
    """The subscription, its secret, and whether it was made now; events count from now."""
    position = await follow.newest(context)
    try:
        async with context.db.write() as session:
            row = await session.scalar(select(Subscription).where(Subscription.key == key))
            if row is None:
                await _demand_room(session, actor)
                row = Subscription(
                    token=int(actor.id),
                    key=key,
                    address=address,
                    secret=context.vault.seal(secrets.token_urlsafe(32), secret_context(key)),
                    types=types,
                    allow_private=allow_private,
                    position=position,
                    active=True,
                    created_at=context.clock(),
                )
                session.add(row)
                await session.flush()
                return row, _secret(context, row), True
    except IntegrityError:
        async with context.db.read() as session:
            row = (await session.scalars(select(Subscription).where(Subscription.key == key))).one()
    return row, _secret(context, row), False


async def _demand_room(session: AsyncSession, actor: Actor) -> None:
    query = select(func.count()).where(Subscription.token == int(actor.id), Subscription.active)
    if (await session.scalar(query) or 0) >= MOST:
        raise NoSuchStep(f"一个令牌最多 {MOST} 个订阅，请先删掉不用的")


async def subscriptions_of(context: Context, actor: Actor, after: int, limit: int) -> list[Subscription]:
    """A token's own subscriptions; all of them for an administrator."""
    query = select(Subscription).where(Subscription.active, Subscription.id > after)
    if actor.role is not Role.ADMINISTRATOR:
        query = query.where(Subscription.token == int(actor.id))
    async with context.db.read() as session:
        return list(await session.scalars(query.order_by(Subscription.id).limit(limit)))


async def unsubscribe(context: Context, actor: Actor, number: int) -> None:
    """End a subscription; NotFound when it is none of the actor's. What waits for it is not sent any more."""
    async with context.db.write() as session:
        row = await session.get(Subscription, number, with_for_update=True)
        own = row is not None and (row.token == int(actor.id) or actor.role is Role.ADMINISTRATOR)
        if row is None or not row.active or not own:
            raise NotFound("没有这个订阅")
        row.active = False


async def fan_out(context: Context) -> int:
    """Write the deliveries of what happened since the last time; returns how many events were looked at."""
    async with context.db.read() as session:
        rows = list(await session.scalars(select(Subscription).where(Subscription.active)))
    looked = 0
    for row in rows:
        looked += await _send(context, row)
    return looked


async def _send(context: Context, row: Subscription) -> int:
    now = context.clock()
    actor = await _holder(context, row, now)
    if actor is None:
        return 0
    found, upto = await follow.since(context, row.position, actor, AT_ONCE, row.types)
    if upto == row.position:
        return 0
    async with context.db.write() as session:
        mine = await session.get(Subscription, row.id, with_for_update=True)
        if mine is None or not mine.active or mine.position != row.position:
            return 0
        mine.position = upto
        for event, body in found:
            key = f"s{row.id}-{event.id}"
            session.add(
                Outbox(
                    key=key,
                    ticket=event.ticket,
                    event=event.id,
                    kind=KIND,
                    target=str(row.id),
                    payload=context.vault.seal_json(body, payload_context(key)),
                    state="waiting",
                    attempts=0,
                    created_at=now,
                    next_at=now,
                )
            )
    return len(found)


async def _holder(context: Context, row: Subscription, now: datetime) -> Actor | None:
    """Who the token of a subscription stands for; None when it does not count any more."""
    async with context.db.read() as session:
        token = await session.get(Token, row.token)
    if token is None or token.revoked_at is not None or (token.expires_at and token.expires_at <= now):
        return None
    return Actor("token", str(token.id), token.name, Role(token.role), token.org)


def _secret(context: Context, row: Subscription) -> str:
    return context.vault.open(row.secret, secret_context(row.key))


class SubscriptionAdapter:
    """POSTs one event, signed like every webhook."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def deliver(self, item: DeliveryItem) -> None:
        """Deliver one event, unless the subscription or its token has ended since."""
        async with self.context.db.read() as session:
            row = await session.get(Subscription, int(item.target))
        if row is None or not row.active:
            raise Undeliverable("the subscription has ended")
        if await _holder(self.context, row, self.context.clock()) is None:
            raise Undeliverable("the token of the subscription does not count any more")
        body = {"id": item.key, "subscription": row.id, "event": item.payload}
        await post_signed(
            self.context, row.address, _secret(self.context, row), item.key, body, row.allow_private
        )
