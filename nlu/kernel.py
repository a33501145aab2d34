"""Labels for short texts by kernel ridge regression over character n-grams and sentence vectors.

With few examples of many labels it reads better than a linear model; leave-one-out scores come in closed
form and set the sharpness of the probabilities. The second stage adds the slower encoder's vector and is
asked only where the first is undecided.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import linalg

from nlu.classifier import Bags
from nlu.retrieval import encoder
from nlu.retrieval.clean import clean

WIDTH = 1.0  # of the kernel over vectors


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length one."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def near(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Gaussian kernel between unit rows."""
    return np.exp(-WIDTH * (2 - 2 * left @ right.T))


class Stage:
    """One kernel machine over n-grams and the vectors of some encoders."""

    def __init__(self, encoders: Sequence[encoder.Encoder], penalty: float) -> None:
        self._encoders, self._penalty = list(encoders), penalty
        self.sharpness = 8.0

    def fit(self, cleaned: Sequence[str], rows, target: np.ndarray, weight: np.ndarray) -> Stage:
        """Learn from texts, their n-gram rows, centred one-hot targets and weights."""
        kernel = (rows @ rows.T).toarray().astype(np.float64) + 1
        self._centres, self._supports = [], []
        for one in self._encoders:
            vectors = one.encode(cleaned)
            self._centres.append(vectors.mean(0))
            self._supports.append(unit(vectors - vectors.mean(0)))
            kernel += near(self._supports[-1], self._supports[-1])
        kernel[np.diag_indices(len(kernel))] += self._penalty / weight
        factor = linalg.cho_factor(kernel, overwrite_a=True, check_finite=False)
        inverse = linalg.cho_solve(factor, np.eye(len(target)), overwrite_b=True, check_finite=False)
        alpha = inverse @ target
        self._alpha, self._bias = alpha.astype(np.float32), alpha.sum(0)
        self._ngrams = np.asarray(rows.T @ alpha, np.float32)
        apart = target - alpha / np.diag(inverse)[:, None]
        self.sharpness = _sharpness(apart, target.argmax(1), weight)
        return self

    def scores(self, cleaned: str, index: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Scores of all labels, times the sharpness: logits."""
        found = values @ self._ngrams[index] + self._bias
        for one, centre, support in zip(self._encoders, self._centres, self._supports, strict=True):
            found = found + near(unit(one.one(cleaned) - centre)[None], support)[0] @ self._alpha
        return self.sharpness * found

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """What has to be stored."""
        found = {
            "alpha": self._alpha,
            "bias": self._bias,
            "ngrams": self._ngrams,
            "sharpness": self.sharpness,
        }
        for number, (centre, support) in enumerate(zip(self._centres, self._supports, strict=True)):
            found |= {f"centre{number}": centre, f"support{number}": support.astype(np.float16)}
        return {f"{prefix}_{name}": np.asarray(value) for name, value in found.items()}

    def restore(self, prefix: str, arrays: Mapping[str, np.ndarray]) -> Stage:
        """Take over what ``arrays`` gave."""
        self._alpha, self._bias = arrays[f"{prefix}_alpha"], arrays[f"{prefix}_bias"]
        self._ngrams, self.sharpness = arrays[f"{prefix}_ngrams"], float(arrays[f"{prefix}_sharpness"])
        numbers = range(len(self._encoders))
        self._centres = [arrays[f"{prefix}_centre{n}"] for n in numbers]
        self._supports = [arrays[f"{prefix}_support{n}"].astype(np.float32) for n in numbers]
        return self


class KernelClassifier:
    """Two stages; ``probabilities`` asks the second where the first's best is below ``sure``."""

    def __init__(self, penalty: float = 0.3, balance: float = 0.5, sure: float = 0.9) -> None:
        self.penalty, self.balance, self.sure = penalty, balance, sure
        self.labels: list[str] = []
        self._bags = Bags()
        self._quick = Stage([encoder.quick()], penalty)
        self._full = Stage([encoder.quick(), encoder.strong()], penalty)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> KernelClassifier:
        """Learn; where a text comes twice its first label counts."""
        pairs: dict[str, str] = {}
        for text, label in zip(texts, labels, strict=True):
            pairs.setdefault(clean(text), label)
        cleaned, given = list(pairs), list(pairs.values())
        self.labels = sorted(set(given))
        place = {label: n for n, label in enumerate(self.labels)}
        target = np.full((len(given), len(self.labels)), -1 / len(self.labels))
        target[np.arange(len(given)), [place[label] for label in given]] += 1
        size = Counter(given)
        weight = np.array([size[label] ** -self.balance for label in given])
        rows = self._bags.fit(cleaned)
        for stage in (self._quick, self._full):
            stage.fit(cleaned, rows, target, weight / weight.mean())
        return self

    def probabilities(self, text: str) -> dict[str, float]:
        """Label -> probability, likeliest first."""
        plain = clean(text)
        index, values = self._bags.bag(plain)
        chances = _softmax(self._quick.scores(plain, index, values))
        if chances.max() < self.sure:
            chances = _softmax(self._full.scores(plain, index, values))
        return {self.labels[n]: float(chances[n]) for n in np.argsort(-chances, kind="stable")}

    def save(self, folder: Path) -> None:
        """Write the model as ``kernel.json`` and ``kernel.npz``."""
        head = {"labels": self.labels, "sure": self.sure, "vocabulary": self._bags.to_json()}
        (folder / "kernel.json").write_text(json.dumps(head, ensure_ascii=False), "utf-8")
        np.savez(
            folder / "kernel.npz",
            idf=self._bags.idf,
            **self._quick.arrays("quick"),
            **self._full.arrays("full"),
        )

    @classmethod
    def load(cls, folder: Path) -> KernelClassifier:
        """Read what ``save`` wrote."""
        head = json.loads((folder / "kernel.json").read_text("utf-8"))
        model = cls(sure=head["sure"])
        model.labels = head["labels"]
        with np.load(folder / "kernel.npz") as arrays:
            model._bags = Bags.from_json(head["vocabulary"], arrays["idf"])
            model._quick.restore("quick", arrays)
            model._full.restore("full", arrays)
        return model


def _softmax(logits: np.ndarray) -> np.ndarray:
    grown = np.exp(logits - logits.max())
    return grown / grown.sum()


def _sharpness(scores: np.ndarray, right: np.ndarray, weight: np.ndarray) -> float:
    """The factor under which the scores, as logits, are likeliest."""
    best, least = 1.0, np.inf
    for factor in np.geomspace(1, 40, 40):
        logits = factor * scores
        top = logits.max(1)
        lost = top + np.log(np.exp(logits - top[:, None]).sum(1)) - logits[np.arange(len(right)), right]
        loss = float((weight * lost).sum())
        if loss < least:
            best, least = float(factor), loss
    return best
