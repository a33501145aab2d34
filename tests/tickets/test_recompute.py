"""Provisional deadlines of a year whose calendar comes later."""

from datetime import date

import pytest

from bot.tickets import timing
from bot.tickets.deadlines import Calendar
from bot.tickets.recompute import recompute
from tests.tickets.conftest import LEAD, MINE, Desk, at


async def test_deadlines_are_counted_anew_when_the_calendar_comes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.at("2026-12-22 10:00")
    number = await desk.at_work()
    view = await desk.tickets.view(number, LEAD)
    assert view.due == at("2027-01-12 17:30") and view.due_provisional
    await desk.tickets.step(number, "awaiting_info", LEAD, note="照片")
    desk.at("2026-12-23 10:00")
    await desk.tickets.supplement(number, "给了", MINE)
    assert (await desk.tickets.view(number, LEAD)).due == at("2027-01-13 17:30")
    assert await recompute(desk.context) == 0, "the year is still unknown"

    class Known(Calendar):
        def known(self, day: date) -> bool:
            return True

    announced = Known(holidays=frozenset({date(2027, 1, 1)}), workdays=frozenset({date(2027, 1, 9)}))
    monkeypatch.setattr(timing, "_calendar", lambda: announced)
    assert await recompute(desk.context) == 1, "the helper's moves; the lead's Friday and Saturday even out"
    view = await desk.tickets.view(number, LEAD)
    assert view.due == at("2027-01-13 17:30") and not view.due_provisional
    monkeypatch.setattr(timing, "_calendar", lambda: Known(holidays=frozenset({date(2027, 1, 1)})))
    other = await desk.at_work()
    view = await desk.tickets.view(other, LEAD)
    assert view.due == at("2027-01-14 17:30") and not view.due_provisional


async def test_a_holiday_moves_what_was_provisional(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.at("2026-12-22 10:00")
    number = await desk.at_work()

    class Known(Calendar):
        def known(self, day: date) -> bool:
            return True

    monkeypatch.setattr(timing, "_calendar", lambda: Known(holidays=frozenset({date(2027, 1, 1)})))
    assert await recompute(desk.context) == 2
    view = await desk.tickets.view(number, LEAD)
    assert view.due == at("2027-01-13 17:30") and not view.due_provisional
    assert view.events[-1].type == "due_recomputed"
    assert await recompute(desk.context) == 0
