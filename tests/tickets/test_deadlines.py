"""Deadlines against cases counted by hand on the calendar of 2026."""

from datetime import date

import pytest

from bot.tickets.deadlines import Calendar, WorkClock, clock_hours, natural_days
from bot.tickets.terms import Terms, Timing
from tests.tickets.conftest import at

CLOCK = WorkClock()


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-24 10:15", 390, "2026-11-25 10:15"),
        ("2026-11-24 12:30", 30, "2026-11-24 15:00"),
        ("2026-11-24 11:50", 20, "2026-11-24 14:40"),
        ("2026-11-24 23:00", 60, "2026-11-25 09:30"),
        ("2026-11-27 17:00", 60, "2026-11-30 09:00"),
        # Spring Festival: Saturday 14 and Saturday 28 February are worked, 15 to 23 are free.
        ("2026-02-13 16:00", 390, "2026-02-14 16:00"),
        ("2026-02-14 17:00", 390, "2026-02-24 17:00"),
        ("2026-02-27 17:00", 60, "2026-02-28 09:00"),
        # Tomb-sweeping: Saturday 4 to Monday 6 April.
        ("2026-04-03 18:00", 60, "2026-04-07 09:30"),
        # Sunday 20 September is worked, 25 to 27 are free.
        ("2026-09-18 17:30", 210, "2026-09-20 12:00"),
    ],
)
def test_working_minutes(start: str, minutes: int, due: str) -> None:
    made = CLOCK.add(at(start), minutes)
    assert made.at == at(due) and not made.provisional


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-24 10:15", 15, "2026-12-15 17:30"),
        ("2026-02-13 09:00", 3, "2026-02-25 17:30"),
        # National Day: 1 to 7 October are free, Saturday 10 is worked.
        ("2026-09-30 10:00", 5, "2026-10-13 17:30"),
        ("2026-05-08 08:00", 1, "2026-05-09 17:30"),
        ("2026-01-01 12:00", 2, "2026-01-05 17:30"),
        ("2026-11-28 10:00", 1, "2026-11-30 17:30"),
    ],
)
def test_working_days(start: str, days: int, due: str) -> None:
    assert CLOCK.days(at(start), days).at == at(due)


def test_between_and_pauses() -> None:
    assert CLOCK.between(at("2026-11-24 16:00"), at("2026-11-25 09:30")) == 150
    assert CLOCK.between(at("2026-11-28 00:00"), at("2026-11-29 23:00")) == 0
    assert CLOCK.between(at("2026-11-25 09:30"), at("2026-11-24 16:00")) == 0
    assert CLOCK.paused_days(at("2026-11-26 10:02"), at("2026-11-27 10:05")) == 1
    assert CLOCK.paused_days(at("2026-11-26 10:00"), at("2026-11-26 11:00")) == 0
    assert CLOCK.paused_days(at("2026-11-26 08:30"), at("2026-11-26 16:00")) == 1
    assert CLOCK.shift_days(at("2026-12-15 17:30"), 1).at == at("2026-12-16 17:30")


def test_natural_days_and_the_clock() -> None:
    assert natural_days(at("2026-11-24 10:15"), 7).at == at("2026-12-01 23:59")
    assert natural_days(at("2026-02-13 00:10"), 30).at == at("2026-03-15 23:59")
    assert clock_hours(at("2026-02-15 23:30"), 1).at == at("2026-02-16 00:30")


def test_a_year_that_the_calendar_does_not_know_is_provisional() -> None:
    due = CLOCK.add(at("2026-12-31 16:00"), 390)
    assert due.at == at("2027-01-01 16:00") and due.provisional
    own = WorkClock(Calendar(holidays=frozenset({date(2027, 1, 1)}), workdays=frozenset({date(2027, 1, 2)})))
    assert own.add(at("2026-12-31 16:00"), 390).at == at("2027-01-02 16:00")
    assert not CLOCK.days(at("2026-12-30 16:00"), 1).provisional


def test_an_organisations_own_hours() -> None:
    own = WorkClock(hours=("09:00-12:00", "13:00-17:00"))
    assert own.day_minutes == 420
    assert own.add(at("2026-11-24 12:30"), 30).at == at("2026-11-24 13:30")
    assert own.days(at("2026-11-24 12:30"), 1).at == at("2026-11-25 17:00")


def test_unknown_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="sign_dayz"):
        Terms.of({"sign_dayz": 2})
    assert Terms.of({"sign_days": 2}).sign_days == 2


@pytest.mark.parametrize("server", ["sqlite"])
async def test_terms_of_services(county) -> None:  # type: ignore[no-untyped-def]
    whole = await county.directory.county()
    timing = Timing(Terms(), Calendar(), whole)
    start = at("2026-09-30 10:00")

    def due(code: str, **more):  # type: ignore[no-untyped-def]
        service = whole.services[code]
        given = {"urgent": False, "org": service.lead, "event": None, **more}
        return timing.handling(service, start, given["urgent"], given["org"], given["event"]).at

    assert due("A07") == at("2026-10-27 17:30")
    assert due("A04") == at("2026-10-07 23:59"), (
        "legal aid's seven natural days come before five working days"
    )
    assert due("A11") == at("2026-10-01 10:00"), "urgent: 24 hours by the clock"
    assert due("B01", event=date(2026, 10, 12)) == at("2026-10-15 17:30"), "three days after the event"
    assert due("B01") == at("2026-10-20 17:30"), "without a date, from the dispatch"
