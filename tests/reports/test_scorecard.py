"""Every rate against numbers that were counted by hand over the ledger of `ledger.py`."""

from datetime import date

import pytest

from bot.reports.as_json import as_json
from bot.reports.figures import Tally
from bot.reports.scorecard import BadPeriod, Scorecard, period_of, scorecard
from tests.reports.ledger import Ledger, november
from tests.tickets.conftest import Desk

FROM, TO = date(2026, 11, 1), date(2026, 11, 30)


async def counted(desk: Desk, by: str = "organisation", own: str | None = None) -> tuple[Ledger, Scorecard]:
    ledger = await november(desk)
    period = period_of(FROM, TO, desk.now())
    return ledger, await scorecard(desk.context, period, by, own)


def tally(card: Scorecard, key: str, measure: str) -> Tally:
    return next(line for line in card.lines if line.key == key).figures[measure].period


def shown(ledger: Ledger, found: Tally) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """Numerator, rest of the denominator, and what was left out and why."""
    out = {reason: ledger.names(numbers) for reason, numbers in found.out.items()}
    return ledger.names(found.hits), ledger.names(found.misses), out


async def test_every_rate_by_organisation(desk: Desk) -> None:
    ledger, card = await counted(desk)

    def of(key: str, measure: str) -> tuple[list[str], list[str], dict[str, list[str]]]:
        return shown(ledger, tally(card, key, measure))

    # 响应率: K2 was called an hour late, K10 never; K5 by three tries on two days. K4 lies with WL.
    assert of("KX", "response") == (
        ["K1", "K11", "K13", "K14", "K15", "K3", "K5", "K6", "K8"],
        ["K10", "K2"],
        {"merged": ["K9"], "test": ["K12"], "withdrawn": ["K7"]},
    )
    assert of("WL", "response") == (["K4"], [], {})
    assert of("CL", "response") == (["C1", "C2", "C3", "C4", "C5", "C6"], [], {})

    # 按时签收率: K2 counts as signed, late; K3 was returned in time, then signed by the new date.
    assert of("KX", "signed_in_time") == (
        ["K1", "K10", "K11", "K13", "K14", "K15", "K3", "K5", "K6", "K8"],
        ["K2"],
        {"merged": ["K9"], "return_upheld": ["K4"], "test": ["K12"], "withdrawn": ["K7"]},
    )
    assert of("HSZ", "signed_in_time") == (
        ["C1", "C2", "C3"],
        ["C6"],
        {"return_upheld": ["C5"], "waived": ["C4"]},
    )

    # 按时办结率: K13 counts twice, it was redone; K8 was late when it was withdrawn; K15 is due in December.
    assert of("KX", "done_in_time") == (
        ["K1", "K13", "K13", "K3", "K5", "K6"],
        ["K10", "K11", "K2", "K8"],
        {
            "merged": ["K9"],
            "return_upheld": ["K4"],
            "silent": ["K14"],
            "test": ["K12"],
            "withdrawn": ["K7"],
        },
    )
    # C2 was two working days late because its helper was; C4 half a day by itself.
    assert of("CL", "done_in_time") == (["C1", "C2", "C3", "C5", "C6"], ["C4"], {})
    # Without its extension K5 would have been late.
    assert of("KX", "done_unextended")[:2] == (
        ["K1", "K13", "K13", "K3", "K6"],
        ["K10", "K11", "K2", "K5", "K8"],
    )

    # 解决率: enquiries do not count; C1 is half; C2 and C6 were not asked, so their rating speaks. A tenth of
    # five is none: C3 cannot be left out as "policy does not allow".
    assert of("KX", "solved") == (
        [],
        [],
        {"consultation": ["K1", "K11", "K13", "K13", "K2", "K3", "K5", "K6"]},
    )
    assert of("CL", "solved") == (["C2", "C4", "C6"], ["C3"], {"silent": ["C5"]})
    solved = tally(card, "CL", "solved")
    assert ledger.names(solved.halves) == ["C1"]
    assert (solved.successes, solved.n, solved.inferred) == (3.5, 5, 2)

    # 满意率: K13 said both in its turn; K5 was entered by staff without a recording; K3 said nothing.
    assert of("KX", "satisfied") == (
        ["K1", "K11", "K13", "K6"],
        ["K13", "K2"],
        {"silent": ["K3"], "unrecorded": ["K5"]},
    )
    assert of("CL", "satisfied") == (["C1", "C2", "C4", "C6"], ["C3"], {"silent": ["C5"]})

    # 重复投诉率: R1 came again as K10, R3 was redone; R2 and the second closing of R3 stayed quiet.
    assert of("KX", "raised_again") == (["R1", "R3"], ["R2", "R3"], {})

    # 退单率: one of thirteen was returned in vain; K4's return was right and is the reviewer's.
    returns = tally(card, "KX", "rejected_return")
    assert ledger.names(returns.hits) == ["K3"] and returns.n == 13
    # 派错率: K4 and the helper's part of C5, of 15 + 1 + 6 + 6 dispatches less a test and a merged one.
    wrong = tally(card, "ZX", "misdispatched")
    assert ledger.names(wrong.hits) == ["C5", "K4"] and wrong.n == 26
    assert tally(card, "KX", "misdispatched").n == 0

    # 协办响应率: C2 too late, C3 said only that it was seen; C6 signed late and replied in time.
    assert of("HSZ", "helper_replied") == (
        ["C1", "C6"],
        ["C2", "C3"],
        {"return_upheld": ["C5"], "waived": ["C4"]},
    )


@pytest.mark.parametrize("server", ["sqlite"])
async def test_small_numbers_show_a_year_or_counts_alone(desk: Desk) -> None:
    _, card = await counted(desk)
    lines = {line.key: line.figures for line in card.lines}
    # KX: 11 contacts in November, with October's R1 to R3 14 in the year: 12 of 14, flagged as few.
    response = lines["KX"]["response"]
    assert (response.period.n, response.basis, response.tally.n) == (11, "year", 14)
    assert response.rate == pytest.approx(12 / 14) and response.few
    # CL: 6 of 6 in the year as well: counts alone.
    assert lines["CL"]["response"].rate is None and lines["CL"]["response"].period.n == 6
    # The county: 18 in November are under thirty, 21 in the year too.
    assert card.county.figures["response"].period.n == 18
    # Nothing parts, so nobody is put into bands.
    assert all(figure.band is None for figures in lines.values() for figure in figures.values())


async def test_tiers_services_and_townships_hold_the_same_cases(desk: Desk) -> None:
    ledger = await november(desk)
    period = period_of(FROM, TO, desk.now())
    cards = {by: await scorecard(desk.context, period, by) for by in ("tier", "service", "township")}
    assert tally(cards["tier"], "organisation", "response").n == 18
    assert tally(cards["tier"], "helper", "helper_replied").n == 4
    assert tally(cards["tier"], "helper", "signed_in_time").n == 4
    assert ledger.names(tally(cards["tier"], "centre", "misdispatched").hits) == ["C5", "K4"]
    assert tally(cards["tier"], "station", "response").n == 0
    assert tally(cards["service"], "A24", "done_in_time").n == 11  # KX's ten and WL's one
    assert [line.key for line in cards["township"].lines] == ["T01"]
    for card in cards.values():
        for measure in card.measures:
            parts = [line.figures[measure.code].period for line in card.lines]
            whole = card.county.figures[measure.code].period
            assert sum(part.n for part in parts) == whole.n, (card.by, measure.code)
            assert sum(part.successes for part in parts) == whole.successes


@pytest.mark.parametrize("server", ["sqlite"])
async def test_an_organisation_sees_its_own_list_against_the_countys(desk: Desk) -> None:
    ledger, card = await counted(desk, own="HSZ")
    assert [line.key for line in card.lines] == ["HSZ"]
    seen = as_json(card)
    assert seen["rows"][0]["figures"]["helper_replied"]["period"]["denominator"] == 4
    county = seen["county"]["figures"]["response"]["period"]
    assert county["denominator"] == 18 and county["tickets"]["not"] == []
    others = {ledger.numbers[name] for name in ("K1", "K2", "K4", "R1")}
    assert not any(number in str(seen) for number in others)
    period = period_of(FROM, TO, desk.now())
    by_service = await scorecard(desk.context, period, "service", "HSZ")
    assert [line.key for line in by_service.lines] == ["A07"]
    assert tally(by_service, "A07", "helper_replied").n == 4


@pytest.mark.parametrize("server", ["sqlite"])
async def test_what_is_not_due_yet_does_not_count(desk: Desk) -> None:
    await november(desk)
    desk.at("2026-11-02 12:00")
    card = await scorecard(desk.context, period_of(FROM, TO, desk.now()))
    assert card.county.figures["response"].period.n == 0
    assert card.county.figures["done_in_time"].period.n == 0


@pytest.mark.parametrize("server", ["sqlite"])
async def test_counts_in_json_add_up(desk: Desk) -> None:
    _, card = await counted(desk)
    for row in as_json(card)["rows"]:
        for figure in row["figures"].values():
            part = figure["period"]
            tickets = part["tickets"]
            assert sum(len(numbers) for numbers in tickets.values()) == part["denominator"]
            assert len(tickets["counted"]) + len(tickets["half"]) / 2 == part["numerator"]
            assert all(len(one["tickets"]) == one["count"] for one in part["excluded"])


def test_periods_are_whole_days_of_the_county() -> None:
    from tests.tickets.conftest import at

    period = period_of(FROM, TO, at("2026-12-31 00:00"))
    assert period.covers(at("2026-11-01 00:00")) and period.covers(at("2026-11-30 23:59"))
    assert not period.covers(at("2026-12-01 00:00")) and period.last_day == TO
    with pytest.raises(BadPeriod):
        period_of(TO, FROM, at("2026-12-31 00:00"))
