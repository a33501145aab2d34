"""How fast one sender, or one address, may come: a leaky bucket for each key."""

import time
from collections.abc import Callable

SWEEP = 10_000
"""Keys kept before the idle ones are dropped."""


class RateLimit:
    """`burst` at once, then `per_second` of them (generic cell rate algorithm)."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / per_second
        self._tolerance = (burst - 1) * self._interval
        self._clock = clock
        self._due: dict[str, float] = {}

    def wait(self, key: str) -> float:
        """0 when the key may go on now (and has been counted), else the seconds until it may."""
        now = self._clock()
        due = max(self._due.get(key, now), now)
        early = due - now - self._tolerance
        if early > 0:
            return early
        if len(self._due) >= SWEEP:
            self._due = {name: at for name, at in self._due.items() if at > now}
        self._due[key] = due + self._interval
        return 0
