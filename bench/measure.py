"""Times and their summary: medians, p95, ratios, tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Times:
    """One kind of call: milliseconds of each, processor time of each, seconds in which all were made.

    Processor time hardly depends on what else the machine does; it is known for calls made one at a time.
    """

    ms: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: float = 0.0
    clock: Callable[[], float] = time.perf_counter

    @contextmanager
    def one(self) -> Iterator[None]:
        """Time the block as one call."""
        began = self.clock()
        yield
        self.ms.append((self.clock() - began) * 1000)

    @contextmanager
    def round(self) -> Iterator[None]:
        """Time the block as a stretch in which calls are made, for the rate."""
        began = time.perf_counter()
        yield
        self.wall += time.perf_counter() - began

    @property
    def median(self) -> float:
        """The median in milliseconds."""
        return median(self.ms)

    @property
    def median_cpu(self) -> float:
        """The median processor time in milliseconds."""
        return median(self.cpu)

    @property
    def p95(self) -> float:
        """The smallest time that at least 95 of 100 calls did not exceed, in milliseconds."""
        return percentile(self.ms, 95)

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.ms) / self.wall


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value with at least ``percent`` per cent at or below it."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first column is words, the others are figures."""
    lines = [
        list(head),
        ["---", *["---:"] * (len(head) - 1)],
        *[[shown(cell) for cell in row] for row in rows],
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(value: object) -> str:
    """A figure with three digits that count, anything else as it is."""
    if not isinstance(value, float):
        return str(value)
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times_as(ratio: float) -> str:
    """A ratio as it is read: `3.2 x`."""
    return f"{ratio:.1f} x"
