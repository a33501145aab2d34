"""What the benchmarks of one run share: a temporary folder, the trained alternative, how much to measure."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bench.servers import Default


@dataclass(frozen=True)
class Scale:
    """How much is measured; under 1 for a quick look."""

    factor: float = 1.0

    def rounds(self, count: int) -> int:
        """So many rounds, at least one."""
        return max(1, round(count * self.factor))


@dataclass(eq=False)
class Workshop:
    """Made once a run; the default set-up is trained when first needed."""

    folder: Path
    epochs: int
    scale: Scale = Scale()
    _began: float = field(default_factory=time.monotonic)

    def say(self, line: str) -> None:
        """Progress, apart from the figures."""
        print(f"[{time.monotonic() - self._began:5.0f} s] {line}", file=sys.stderr, flush=True)

    @property
    def vectors(self) -> Path:
        """Where vectors of phrasings are kept for the length of the run."""
        return self.folder / "vectors"

    @cache  # noqa: B019 - one workshop a process
    def default(self) -> Default:
        """The trained default set-up."""
        self.say(f"training Rasa's default set-up on the same data ({self.epochs} epochs)")
        return Default(self.folder / "default", self.epochs)
