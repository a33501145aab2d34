"""Whether a message is the county's business at all, told from how it is put.

Two classifiers over character n-grams and vectors, one for each stage of the matcher; they learn from the
phrasings of all items against texts that belong to none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from nlu.classifier import TextClassifier

STRONG = 3.0  # weight of the slower encoder's vector beside the n-grams
INSIDE, OUTSIDE = "in", "out"
LIMIT = 1e-4


class Scope:
    """Log-odds that a text is outside; ``full`` also sees the slower encoder's vector."""

    def __init__(self, quick: TextClassifier, full: TextClassifier, mean: np.ndarray) -> None:
        self._quick, self._full, self._mean = quick, full, mean

    @classmethod
    def fit(cls, inside: Sequence[str], outside: Sequence[str], strong: Mapping[str, np.ndarray]) -> Scope:
        """Learn from cleaned texts; ``strong`` holds their vectors."""
        texts = [*inside, *outside]
        labels = [INSIDE] * len(inside) + [OUTSIDE] * len(outside)
        rows = np.array([strong[text] for text in texts], np.float32)
        mean = rows.mean(0)
        quick = TextClassifier(10, 2).fit(texts, labels)
        full = TextClassifier(10, 2).fit(texts, labels, STRONG * (rows - mean))
        return cls(quick, full, mean)

    def outside(self, text: str, strong: np.ndarray | None = None) -> float:
        """Log-odds that ``text`` is outside."""
        if strong is None:
            chance = self._quick.probabilities(text)[OUTSIDE]
        else:
            chance = self._full.probabilities(text, STRONG * (strong - self._mean))[OUTSIDE]
        chance = min(max(chance, LIMIT), 1 - LIMIT)
        return float(np.log(chance / (1 - chance)))

    def save(self, folder: Path) -> None:
        """Write both classifiers under ``folder``."""
        for name, model in (("quick", self._quick), ("full", self._full)):
            (folder / name).mkdir(parents=True, exist_ok=True)
            model.save(folder / name)
        np.save(folder / "mean.npy", self._mean)

    @classmethod
    def load(cls, folder: Path) -> Scope | None:
        """What ``save`` wrote, or None where there is nothing."""
        if not (folder / "mean.npy").exists():
            return None
        quick, full = (TextClassifier.load(folder / name) for name in ("quick", "full"))
        return cls(quick, full, np.load(folder / "mean.npy"))
