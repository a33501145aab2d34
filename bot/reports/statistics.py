"""Intervals, adjusted rates and bands: pure arithmetic on counts."""

from collections.abc import Mapping, Sequence
from math import sqrt

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution: intervals of 95 %."""
FEW, ENOUGH = 10, 30
PRIOR = 20
"""So many cases of the county's rate are added to both sides of the adjusted rate."""

Interval = tuple[float, float]


def wilson(successes: float, n: int) -> Interval:
    """Wilson's score interval of a share, 95 %. Wilson, JASA 22 (1927), 209-212; halves may be counted."""
    if n <= 0:
        raise ValueError("no cases")
    share = successes / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    return low, 1.0 if successes == n else min(1.0, middle + half)


def adjusted(county: float, observed: float, expected: float) -> float:
    """min(1, R·(O + 20R) ÷ (E + 20R)): the rate that a body would have with the county's mix of matters."""
    below = expected + PRIOR * county
    return min(1.0, county * (observed + PRIOR * county) / below) if below else 0.0


def expected(counts: Mapping[str, int], class_rates: Mapping[str, float]) -> float:
    """E = Σ n_c·r_c."""
    return sum(n * class_rates[kind] for kind, n in counts.items())


def bands(intervals: Mapping[str, Interval], *, higher_is_better: bool = True) -> dict[str, int]:
    """Bands from 1 (best), split only where every interval above lies clear of every one below.

    Empty when nothing parts: one band says nothing.
    """
    sign = 1 if higher_is_better else -1
    best: Sequence[str] = sorted(intervals, key=lambda key: -sign * sum(intervals[key]))
    ends = {key: (min(sign * a, sign * b), max(sign * a, sign * b)) for key, (a, b) in intervals.items()}
    found, band = {}, 1
    for place, key in enumerate(best):
        if place and min(ends[k][0] for k in best[:place]) > max(ends[k][1] for k in best[place:]):
            band += 1
        found[key] = band
    return found if band > 1 else {}
