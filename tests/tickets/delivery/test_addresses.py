"""Where outbound calls may go: tried with what gets past weaker checks."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

import pytest
from yarl import URL

from bot.tickets.delivery import targets
from bot.tickets.delivery.adapters import Undeliverable
from bot.tickets.delivery.targets import checked_addresses, permitted
from bot.tickets.delivery.worker import failed
from tests.tickets.conftest import REVIEWER, Desk
from tests.tickets.delivery.test_delivery import Receiver, add_target, worker
from tests.tickets.delivery.test_delivery import receiver as receiver

INSIDE = [
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:8",
    "64:ff9b:1::a00:8",
    "2002:7f00:1::1",
    "2002:c0a8:101::",
    "2001:0:4136:e378:8000:63bf:f5ff:fff7",
    "100.64.0.1",
    "198.18.0.1",
    "fd00::1",
    "0.0.0.1",
    "fec0::1",
    "::1",
]
NEVER = [
    "::",
    "0.0.0.0",
    "255.255.255.255",
    "240.0.0.1",
    "ff02::1",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fe80::1",
]


@pytest.mark.parametrize("address", [*INSIDE, *NEVER])
def test_the_inside_is_closed_however_it_is_written(address: str) -> None:
    assert not permitted(ip_address(address), allow_private=False)


@pytest.mark.parametrize("address", NEVER)
def test_some_are_closed_even_where_the_inside_is_allowed(address: str) -> None:
    assert not permitted(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"])
def test_the_open_internet_is_open(address: str) -> None:
    assert permitted(ip_address(address), allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::]/",
        "http://①②⑦.⓪.⓪.①/",
        "http://8.8.8.8@127.0.0.1/",
        "http://user:pass@8.8.8.8/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "gopher://8.8.8.8/",
    ],
)
async def test_addresses_that_mean_this_machine_are_refused(address: str) -> None:
    with pytest.raises((Undeliverable, OSError, ValueError)):
        await checked_addresses(URL(address), allow_private=False)


def _names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """A name server that says something else every time."""
    left = list(answers)

    async def getaddrinfo(_host: str, port: int, **_more: Any) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, ["8.8.8.8", "10.0.0.8"])
    with pytest.raises(Undeliverable):
        await checked_addresses(URL("https://both.example/"), allow_private=False)


@pytest.mark.parametrize("server", ["sqlite"])
async def test_a_name_that_changes_after_the_check_leads_nowhere(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = URL(receiver.url).port
    await add_target(desk, "CL", "webhook", f"http://rebinding.example:{port}/hook")
    await desk.tickets.step(await desk.number(), "awaiting_sign", REVIEWER)
    real = targets.permitted
    monkeypatch.setattr(targets, "permitted", lambda a, **m: str(a) == "127.0.0.9" or real(a, **m))
    _names(monkeypatch, ["127.0.0.9"], ["127.0.0.1"])
    assert await worker(desk).run_once() == 1
    assert receiver.got == [], "the call goes to the address that was checked, where nobody listens"
    _names(monkeypatch, ["127.0.0.1"])
    desk.go(hours=1)
    await worker(desk).run_once()
    assert receiver.got == [] and "may not be called" in (await failed(desk.context))[0].error
