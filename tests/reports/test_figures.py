"""Intervals, adjusted rates, bands and the policy tenth, on plain values."""

from datetime import datetime, timedelta

import pytest
from scipy.stats import binomtest

from bot.clock import COUNTY_ZONE
from bot.reports import statistics
from bot.reports.cases import REASONS, Case, Outcome
from bot.reports.clocks import joined
from bot.reports.definitions import BY_CODE, MEASURES
from bot.reports.facts import Period
from bot.reports.figures import figures_of, tally

NOON = datetime(2026, 11, 10, 12, tzinfo=COUNTY_ZONE)
NOVEMBER = Period(
    datetime(2026, 11, 1, tzinfo=COUNTY_ZONE), datetime(2026, 12, 1, tzinfo=COUNTY_ZONE), NOON + timedelta(60)
)
DONE = BY_CODE["done_in_time"]


def cases(org: str, kind: str, hits: int, misses: int, at: datetime = NOON) -> list[Case]:
    return [
        Case(f"{org}{kind}{n}", org, "organisation", "A24", None, kind, at, outcome)
        for n, outcome in enumerate([Outcome.HIT] * hits + [Outcome.MISS] * misses)
    ]


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (45, 53), (1, 30), (500, 1000)])
def test_interval_is_wilsons(hits: int, n: int) -> None:
    known = binomtest(hits, n).proportion_ci(method="wilson")
    assert statistics.wilson(hits, n) == pytest.approx((known.low, known.high), abs=1e-9)


def test_interval_of_none_and_all_touches_the_end() -> None:
    assert statistics.wilson(0, 25)[0] == 0.0 and statistics.wilson(25, 25)[1] == 1.0


def test_adjusted_rate_by_hand() -> None:
    # R = 0.8; O = 30 of 50, E = 20 × 0.9 + 30 × 0.6 = 36: 0.8 × (30 + 16) ÷ (36 + 16) = 0.7077
    awaited = statistics.expected({"consultation": 20, "rights": 30}, {"consultation": 0.9, "rights": 0.6})
    assert awaited == pytest.approx(36)
    assert statistics.adjusted(0.8, 30, awaited) == pytest.approx(0.8 * 46 / 52)
    assert statistics.adjusted(0.95, 50, 40) == 1.0
    assert statistics.adjusted(0.0, 0, 0) == 0.0


def test_who_has_the_hard_matters_is_not_worse_for_it() -> None:
    # Both do as well as the county in each class: 90 % of enquiries, 50 % of rights. By hand: R = 112 ÷ 160
    # = 0.7, O = E for both, so that both adjusted rates are 0.7, though the plain ones are 0.85 and 0.55.
    given = [
        *cases("KX", "consultation", 63, 7),
        *cases("KX", "rights", 5, 5),
        *cases("GSL", "consultation", 9, 1),
        *cases("GSL", "rights", 35, 35),
    ]
    whole, lines = figures_of(DONE, given, NOVEMBER, ["KX", "GSL"], lambda case: case.org)
    assert whole.rate == pytest.approx(112 / 160)
    assert (lines["KX"].rate, lines["GSL"].rate) == (pytest.approx(0.85), pytest.approx(0.55))
    assert lines["KX"].adjusted == pytest.approx(0.7) == lines["GSL"].adjusted
    assert lines["KX"].band is None


def test_bands_only_where_intervals_part() -> None:
    assert statistics.bands({"a": (0.9, 0.95), "b": (0.88, 0.93), "c": (0.5, 0.7)}) == {
        "a": 1,
        "b": 1,
        "c": 2,
    }
    assert statistics.bands({"a": (0.8, 0.95), "b": (0.6, 0.85), "c": (0.5, 0.7)}) == {}
    low_is_good = {"a": (0.01, 0.02), "b": (0.1, 0.2)}
    assert statistics.bands(low_is_good, higher_is_better=False) == {"a": 1, "b": 2}
    # A wide one in the middle holds all together.
    assert statistics.bands({"a": (0.9, 0.95), "b": (0.4, 0.99), "c": (0.5, 0.7)}) == {}


def test_small_numbers() -> None:
    long_ago = NOON - timedelta(days=200)
    given = [
        *cases("KX", "aid", 20, 10),
        *cases("WL", "aid", 15, 14),
        *cases("QL", "aid", 5, 4),
        *cases("QL", "aid", 1, 0, NOON - timedelta(days=400)),
        *cases("GSL", "aid", 3, 0),
        *cases("GSL", "aid", 20, 10, long_ago),
    ]
    _, lines = figures_of(DONE, given, NOVEMBER, ["FL"], lambda case: case.org)
    assert (lines["KX"].basis, lines["KX"].few, lines["KX"].rate) == ("period", False, pytest.approx(2 / 3))
    assert (lines["WL"].basis, lines["WL"].few, lines["WL"].tally.n) == ("year", True, 29)
    assert lines["QL"].rate is None and lines["QL"].tally.n == 9 and lines["QL"].few
    assert lines["GSL"].period.n == 3 and lines["GSL"].tally.n == 33 and not lines["GSL"].few
    assert lines["FL"].rate is None and lines["FL"].tally.n == 0


def test_policy_leaves_out_a_tenth_at_most() -> None:
    answered = cases("CL", "aid", 18, 0)
    policy = [
        Case(f"P{n}", "CL", "organisation", "A07", None, "aid", NOON, Outcome.OUT, "policy") for n in range(4)
    ]
    # 22 were answered: two may be left out, the other two count as not solved.
    found = tally([*answered, *policy])
    assert found.out == {"policy": ("P0", "P1")} and found.misses == ("P2", "P3") and found.n == 20


def test_overlapping_lateness_counts_once() -> None:
    def span(a: int, b: int) -> tuple[datetime, datetime]:
        return NOON + timedelta(hours=a), NOON + timedelta(hours=b)

    assert joined([span(0, 2), span(1, 3), span(5, 6)]) == [span(0, 3), span(5, 6)]


def test_every_measure_says_what_it_is() -> None:
    assert len({measure.code for measure in MEASURES}) == 10
    for measure in MEASURES:
        assert measure.name.endswith(("率", "率（不计延期）")) and "÷" in measure.formula
        assert measure.moment and measure.out
    assert all(name for name in REASONS.values())
