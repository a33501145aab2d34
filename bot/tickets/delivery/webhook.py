"""Deliveries to a webhook: signed JSON, without redirects, to the address that was checked."""

import json

import aiohttp
from yarl import URL

from bot.context import Context
from bot.tickets.delivery.adapters import DeliveryItem, Undeliverable
from bot.tickets.delivery.signing import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, sign
from bot.tickets.delivery.targets import PinnedResolver, checked_addresses, read_target, secret_context

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
        url = URL(target.address)
        addresses = await checked_addresses(url, allow_private=target.allow_private)
        body = json.dumps({"id": item.key, **item.payload}, ensure_ascii=False).encode()
        timestamp = int(self.context.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "county-door",
            TIME_HEADER: str(timestamp),
            ID_HEADER: item.key,
            SIGNATURE_HEADER: sign(secret, "POST", url.raw_path_qs, body, timestamp, item.key),
        }
        connector = aiohttp.TCPConnector(resolver=PinnedResolver(addresses), force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                if response.status == 410:
                    raise Undeliverable("the receiver says 410 Gone")
                if not 200 <= response.status < 300:
                    raise aiohttp.ClientError(f"the receiver says {response.status}")
                said = await response.content.read(ANSWER_BYTES)
                return response.status, said.decode("utf-8", "replace")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ConnectionError(str(error) or type(error).__name__) from error
