"""Addresses that organisations gave: reading them, and checking where a webhook may go."""

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.context import Context
from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.adapters import Undeliverable

Address = IPv4Address | IPv6Address
KINDS = {"email": "邮件", "webhook": "系统对接", "telegram": "Telegram 群", "open311": "Open311"}
CALLED = ("webhook", "open311")
"""Kinds whose address is called over HTTP, and may lie in the county's own network."""
_CHAT = re.compile(r"-?\d{5,20}|@[A-Za-z]\w{4,31}", re.ASCII)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def address_fits(kind: str, address: str) -> bool:
    """Whether an address can be one of its kind: e-mail, http(s) without a sign-in, or a chat's id."""
    if kind == "email":
        return _MAIL.fullmatch(address) is not None
    if kind == "telegram":
        return _CHAT.fullmatch(address) is not None
    try:
        url = URL(address)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and not url.user


async def read_target(context: Context, target: str) -> DeliveryTarget:
    """The row of a delivery's target; Undeliverable when it is gone or switched off."""
    async with context.db.read() as session:
        row = await session.get(DeliveryTarget, int(target)) if target.isdigit() else None
    if row is None or not row.active:
        raise Undeliverable("the address was removed or switched off")
    return row


def secret_context(target: DeliveryTarget) -> str:
    """What a target's sealed secret is bound to."""
    return f"delivery_target:{target.org}:{target.kind}"


def permitted(address: Address, *, allow_private: bool) -> bool:
    """Whether an outbound call may go there: the open internet, or the inside where the target allows it.

    Never to link-local addresses (where clouds keep their metadata), multicast or 0.0.0.0.
    """
    within = _within(address)
    if within is not None:
        return permitted(within, allow_private=allow_private)
    if isinstance(address, IPv6Address) and address.is_site_local:
        return allow_private
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (allow_private and (address.is_loopback or not address.is_reserved))


NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
"""Prefixes whose last 32 bits are an IPv4 address that a gateway calls (RFC 6052, 8215, 4291)."""


def _within(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return None
    if (found := address.ipv4_mapped or address.sixtofour) is not None:
        return found
    if int(address) > 1 and any(address in network for network in NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


async def checked_addresses(url: URL, *, allow_private: bool) -> list[Address]:
    """The addresses of a webhook's host; Undeliverable when one of them must not be called."""
    if url.scheme not in ("https", "http") or url.host is None or url.user is not None:
        raise Undeliverable("not an http(s) address")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    addresses = [ip_address(entry[4][0].split("%")[0]) for entry in found]
    if not addresses or not all(permitted(a, allow_private=allow_private) for a in addresses):
        raise Undeliverable("the address lies in a network that may not be called")
    return list(dict.fromkeys(addresses))


class PinnedResolver(AbstractResolver):
    """Gives the addresses that were checked, and no others: what DNS says a moment later does not count."""

    def __init__(self, addresses: list[Address]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked addresses, whatever the name."""
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""
