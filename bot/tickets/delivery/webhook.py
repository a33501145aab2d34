"""Deliveries to a webhook: signed JSON, without redirects, to the address that was checked."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from bot.context import Context
from bot.tickets.delivery.adapters import DeliveryItem, Undeliverable
from bot.tickets.delivery.signing import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, sign
from bot.tickets.delivery.targets import (
    Address,
    PinnedResolver,
    checked_addresses,
    read_target,
    secret_context,
)

ANSWER_BYTES = 400
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


class WebhookAdapter:
    """POSTs the delivery's JSON; anything but 2xx is tried again, 410 is for good."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def deliver(self, item: DeliveryItem) -> None:
        """Deliver one item."""
        await self.send(item)

    async def send(self, item: DeliveryItem) -> tuple[int, str]:
        """Deliver one item; returns the status and the beginning of what the receiver answered."""
        target = await read_target(self.context, item.target)
        if target.secret is None:
            raise Undeliverable("the webhook has no secret to sign with")
        secret = self.context.vault.open(target.secret, secret_context(target))
        body = {"id": item.key, **item.payload}
        return await post_signed(self.context, target.address, secret, item.key, body, target.allow_private)


async def post_signed(
    context: Context, address: str, secret: str, key: str, value: dict[str, Any], allow_private: bool
) -> tuple[int, str]:
    """POST signed JSON to an address after checking where it lies; raises when it was not taken."""
    url = URL(address)
    addresses = await checked_addresses(url, allow_private=allow_private)
    body = json.dumps(value, ensure_ascii=False).encode()
    timestamp = int(context.clock().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "county-door",
        TIME_HEADER: str(timestamp),
        ID_HEADER: key,
        SIGNATURE_HEADER: sign(secret, "POST", url.raw_path_qs, body, timestamp, key),
    }
    async with (
        calling(addresses) as session,
        session.post(url, data=body, headers=headers, allow_redirects=False) as response,
    ):
        demand_taken(response.status)
        said = await response.content.read(ANSWER_BYTES)
        return response.status, said.decode("utf-8", "replace")


@asynccontextmanager
async def calling(addresses: list[Address]) -> AsyncIterator[aiohttp.ClientSession]:
    """A client that calls the checked addresses alone; what fails on the way is tried again."""
    connector = aiohttp.TCPConnector(resolver=PinnedResolver(addresses), force_close=True)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session:
            yield session
    except (TimeoutError, aiohttp.ClientError) as error:
        raise ConnectionError(str(error) or type(error).__name__) from error


def demand_taken(status: int) -> None:
    """Anything but 2xx is no delivery; 410 is for good."""
    if status == 410:
        raise Undeliverable("the receiver says 410 Gone")
    if not 200 <= status < 300:
        raise ConnectionError(f"the receiver says {status}")
