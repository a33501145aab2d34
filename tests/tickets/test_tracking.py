"""Number and retrieval code: tries that come side by side are counted like those one after another."""

import asyncio

from bot.tickets import tracking
from bot.tickets.errors import Locked, WrongCode
from tests.tickets.conftest import Desk


async def _try(desk: Desk, number: str, code: str, source: str = "10.0.0.1") -> object:
    try:
        return await tracking.identify(desk.context, number, code, source)
    except (WrongCode, Locked) as error:
        return type(error)


async def test_wrong_codes_side_by_side_are_judged_five_times_and_no_more(desk: Desk) -> None:
    filed = await desk.file()
    found = await asyncio.gather(
        *(_try(desk, filed.ticket.number, "000000", f"10.0.0.{i}") for i in range(30))
    )
    assert found.count(WrongCode) == tracking.TRIES
    assert found.count(Locked) == 30 - tracking.TRIES
    assert await _try(desk, filed.ticket.number, filed.retrieval_code) is Locked


async def test_the_right_code_takes_its_try_back(desk: Desk) -> None:
    filed = await desk.file()
    for _ in range(tracking.SOURCE_TRIES + 5):
        assert (
            await _try(desk, filed.ticket.number, filed.retrieval_code)
        ).id == f"code:{filed.ticket.number}"
    for _ in range(tracking.TRIES - 1):
        assert await _try(desk, filed.ticket.number, "000000") is WrongCode
    assert (await _try(desk, filed.ticket.number, filed.retrieval_code)).id == f"code:{filed.ticket.number}"
