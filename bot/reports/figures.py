"""From cases to figures: counts that add up, rates with intervals, and what small numbers allow."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import floor

from bot.reports import statistics
from bot.reports.cases import Case, Outcome
from bot.reports.definitions import Measure
from bot.reports.facts import Period
from bot.reports.statistics import Interval

POLICY_SHARE = 0.1
"""At most so much of what was answered may be left out because policy does not allow it."""

WORTH = {Outcome.HIT: 1.0, Outcome.HALF: 0.5, Outcome.MISS: 0.0}


@dataclass(frozen=True)
class Tally:
    """Cases of one window: `hits` + half of `halves` over `hits` + `halves` + `misses`; `out` by reason.

    A ticket stands once for every case, so that each list is as long as its count.
    """

    hits: tuple[str, ...] = ()
    halves: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict, repr=False)
    inferred: int = 0

    @property
    def n(self) -> int:
        """The denominator."""
        return len(self.hits) + len(self.halves) + len(self.misses)

    @property
    def successes(self) -> float:
        """The numerator."""
        return len(self.hits) + len(self.halves) / 2

    def counts_alone(self) -> "Tally":
        """The same without saying which tickets: for those who may not see them."""
        return replace(
            self,
            hits=("",) * len(self.hits),
            halves=("",) * len(self.halves),
            misses=("",) * len(self.misses),
            out={reason: ("",) * len(numbers) for reason, numbers in self.out.items()},
        )


@dataclass(frozen=True)
class Figure:
    """One measure of one group. `rate` is None under 10 cases: then only the counts are said.

    `basis` is period or year (the rolling year that ends with the period, when the period has under 30).
    `few` marks a rate of under 30 cases.
    """

    measure: str
    period: Tally
    year: Tally | None
    basis: str
    rate: float | None = None
    interval: Interval | None = None
    few: bool = False
    adjusted: float | None = None
    adjusted_interval: Interval | None = None
    band: int | None = None
    county: float | None = None
    """The county's rate on the same basis."""

    @property
    def tally(self) -> Tally:
        """What the rate is computed from."""
        return self.year if self.basis == "year" and self.year is not None else self.period


def tally(cases: Iterable[Case]) -> Tally:
    """Count; of what policy does not allow no more is left out than a tenth of what was answered."""
    chosen = _cap_policy(list(cases))
    by = defaultdict(list)
    out = defaultdict(list)
    for case in chosen:
        if case.outcome is Outcome.OUT:
            out[str(case.reason)].append(case.number)
        else:
            by[case.outcome].append(case.number)
    counted = [case for case in chosen if case.outcome is not Outcome.OUT]
    return Tally(
        tuple(by[Outcome.HIT]),
        tuple(by[Outcome.HALF]),
        tuple(by[Outcome.MISS]),
        {reason: tuple(numbers) for reason, numbers in sorted(out.items())},
        dict(Counter(case.kind for case in counted)),
        sum(case.inferred for case in counted),
    )


def _cap_policy(cases: list[Case]) -> list[Case]:
    answered = sum(case.outcome is not Outcome.OUT or case.reason == "policy" for case in cases)
    left, found = floor(POLICY_SHARE * answered), []
    for case in cases:
        if case.reason == "policy":
            left -= 1
            if left < 0:
                case = replace(case, outcome=Outcome.MISS, reason=None)
        found.append(case)
    return found


def figures_of(
    measure: Measure,
    cases: list[Case],
    period: Period,
    keys: Iterable[str],
    key: Callable[[Case], str],
    own: str | None = None,
) -> tuple[Figure, dict[str, Figure]]:
    """The county's figure and that of every group; with `own` the groups hold that organisation's cases.

    Groups without a case have a figure of zeros.
    """
    year = period.year()
    in_year = [case for case in cases if year.covers(case.at)]
    in_period = [case for case in in_year if period.covers(case.at)]
    whole = _figure(measure, in_period, in_year)
    grouped: dict[str, tuple[list[Case], list[Case]]] = {name: ([], []) for name in keys}
    for place, chosen in enumerate((in_period, in_year)):
        for case in chosen:
            if own is not None and case.org != own:
                continue
            grouped.setdefault(key(case), ([], []))[place].append(case)
    rates = {basis: _class_rates(chosen) for basis, chosen in (("period", in_period), ("year", in_year))}
    county = {basis: _rate(tally(chosen)) for basis, chosen in (("period", in_period), ("year", in_year))}
    found = {}
    for name, (now, long) in grouped.items():
        figure = _figure(measure, now, long)
        found[name] = _adjust(figure, county[figure.basis], rates[figure.basis])
    ranges = {n: f.adjusted_interval for n, f in found.items() if f.adjusted_interval is not None}
    parted = statistics.bands(ranges, higher_is_better=measure.higher_is_better)
    return whole, {name: replace(figure, band=parted.get(name)) for name, figure in found.items()}


def _figure(measure: Measure, now: list[Case], long: list[Case]) -> Figure:
    period = tally(now)
    if period.n >= statistics.ENOUGH:
        return _rated(Figure(measure.code, period, None, "period"))
    return _rated(Figure(measure.code, period, tally(long), "year"))


def _rated(figure: Figure) -> Figure:
    counted = figure.tally
    if counted.n < statistics.FEW:
        return replace(figure, few=True)
    return replace(
        figure,
        rate=counted.successes / counted.n,
        interval=statistics.wilson(counted.successes, counted.n),
        few=counted.n < statistics.ENOUGH,
    )


def _rate(counted: Tally) -> float | None:
    return counted.successes / counted.n if counted.n else None


def _class_rates(cases: list[Case]) -> dict[str, float]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
    for case in _cap_policy(cases):
        if case.outcome is not Outcome.OUT:
            sums[case.kind][0] += WORTH[case.outcome]
            sums[case.kind][1] += 1
    return {kind: successes / n for kind, (successes, n) in sums.items()}


def _adjust(figure: Figure, county: float | None, class_rates: Mapping[str, float]) -> Figure:
    if figure.rate is None or figure.interval is None or county is None:
        return figure
    counted = figure.tally
    awaited = statistics.expected(counted.kinds, class_rates)

    def moved(successes: float) -> float:
        return statistics.adjusted(county, successes, awaited)

    low, high = (moved(end * counted.n) for end in figure.interval)
    return replace(figure, adjusted=moved(counted.successes), adjusted_interval=(low, high), county=county)
