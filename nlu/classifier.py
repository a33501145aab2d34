"""Labels for texts: logistic regression over character n-grams and sentence vectors, in plain numpy."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import sparse

from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.grams import pieces

WIDTHS = (1, 2, 3)
EDGE = "\x02"


def grams(text: str) -> list[str]:
    """Character n-grams of the cleaned text, its edges marked: start and end tell much about an intent."""
    units = [EDGE, *pieces(text), EDGE]
    return ["".join(units[i : i + n]) for n in WIDTHS for i in range(len(units) - n + 1)]


class Bags:
    """TF-IDF over character n-grams; rows of length one."""

    def __init__(self, min_count: int = 2) -> None:
        self._min_count = min_count
        self._vocabulary: dict[str, int] = {}
        self.idf = np.zeros(0, np.float32)

    def __len__(self) -> int:
        return len(self._vocabulary)

    def fit(self, cleaned: Sequence[str]) -> sparse.csr_matrix:
        """Learn the vocabulary; returns the rows of ``cleaned``."""
        count = Counter(g for text in cleaned for g in set(grams(text)))
        kept = sorted(g for g, n in count.items() if n >= self._min_count)
        self._vocabulary = {g: n for n, g in enumerate(kept)}
        self.idf = (
            np.log((1 + len(cleaned)) / (1 + np.array([count[g] for g in kept]))).astype(np.float32) + 1
        )
        bags = [self.bag(text) for text in cleaned]
        starts = np.cumsum([0, *(len(index) for index, _ in bags)])
        index, values = (np.concatenate(parts) for parts in zip(*bags, strict=True))
        return sparse.csr_matrix((values, index, starts), (len(cleaned), len(self)))

    def bag(self, cleaned: str) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of one text."""
        bag = Counter(self._vocabulary[g] for g in grams(cleaned) if g in self._vocabulary)
        index = np.fromiter(bag, np.int64, len(bag))
        values = (1 + np.log(np.fromiter(bag.values(), np.float32, len(bag)))) * self.idf[index]
        return index, values / (np.linalg.norm(values) or 1.0)

    def to_json(self) -> list[str]:
        """The vocabulary in the order of the columns."""
        return list(self._vocabulary)

    @classmethod
    def from_json(cls, vocabulary: Sequence[str], idf: np.ndarray) -> Bags:
        """What ``to_json`` gave, with ``idf``."""
        bags = cls()
        bags._vocabulary = {g: n for n, g in enumerate(vocabulary)}
        bags.idf = idf
        return bags


class TextClassifier:
    """Probabilities of labels for a text. ``dense`` weighs the vector against the n-grams."""

    def __init__(self, c: float = 10.0, dense: float = 2.0, min_count: int = 2) -> None:
        self.c, self.dense = c, dense
        self.labels: list[str] = []
        self._bags = Bags(min_count)
        self._bias = np.zeros(0, np.float32)
        self._weights = np.zeros((0, 0), np.float32)

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        extra: np.ndarray | None = None,
        weights: Sequence[float] | None = None,
    ) -> TextClassifier:
        """Learn from ``texts``; ``extra`` holds further dense columns for each of them."""
        from sklearn.linear_model import LogisticRegression

        cleaned = [clean(t) for t in texts]
        rows = self._bags.fit(cleaned)
        rows = sparse.hstack([rows, sparse.csr_matrix(self._dense(cleaned, extra))]).tocsr()
        size = Counter(labels)
        balance = np.array([size[label] ** -0.5 for label in labels]) * (
            1 if weights is None else np.array(weights)
        )
        model = LogisticRegression(C=self.c, max_iter=300, tol=1e-4)
        model.fit(rows, list(labels), sample_weight=balance / balance.mean())
        self.labels = [str(label) for label in model.classes_]
        coefficients, bias = model.coef_, model.intercept_
        if len(self.labels) == 2:
            coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.append(-bias, bias) / 2
        self._weights, self._bias = coefficients.T.astype(np.float32), bias.astype(np.float32)
        return self

    def probabilities(self, text: str, extra: Sequence[float] = ()) -> dict[str, float]:
        """Label -> probability, likeliest first."""
        plain = clean(text)
        logits = self._bias.astype(np.float64).copy()
        index, values = self._bags.bag(plain)
        if len(index):
            logits += values @ self._weights[index]
        columns = np.concatenate([self.dense * encoder.quick().one(plain), np.asarray(extra, np.float32)])
        logits += columns @ self._weights[len(self._bags) :]
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        order = np.argsort(-chances, kind="stable")
        return {self.labels[n]: float(chances[n]) for n in order}

    def save(self, folder: Path) -> None:
        """Write the model as ``classifier.json`` and ``classifier.npz``."""
        head = {"labels": self.labels, "dense": self.dense, "vocabulary": self._bags.to_json()}
        (folder / "classifier.json").write_text(json.dumps(head, ensure_ascii=False), "utf-8")
        np.savez(folder / "classifier.npz", idf=self._bags.idf, weights=self._weights, bias=self._bias)

    @classmethod
    def load(cls, folder: Path) -> TextClassifier:
        """Read what ``save`` wrote."""
        head = json.loads((folder / "classifier.json").read_text("utf-8"))
        model = cls(dense=head["dense"])
        model.labels = head["labels"]
        with np.load(folder / "classifier.npz") as arrays:
            model._bags = Bags.from_json(head["vocabulary"], arrays["idf"])
            model._weights, model._bias = arrays["weights"], arrays["bias"]
        return model

    def _dense(self, cleaned: Sequence[str], extra: np.ndarray | None) -> np.ndarray:
        vectors = self.dense * encoder.quick().encode(cleaned)
        return vectors if extra is None else np.hstack([vectors, np.asarray(extra, np.float32)])
