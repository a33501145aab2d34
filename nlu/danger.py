"""Danger in a message: a kernel machine over character n-grams, sentence vector and the danger lexicon.

It learns from ``data/danger`` what is danger and what only looks like it. Its threshold is set by
leave-one-out scores so that hardly any danger is missed; a false alarm costs the resident one question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from nlu.classifier import Bags
from nlu.parts import parts_of
from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.corpus import DATA, load_yaml

LEXICON = DATA / "lexicon" / "danger.yml"
RIDGE, NEAR, LEXICAL = 0.3, 1.0, 0.1  # penalty, width of the vector kernel, weight of the lexicon
MISSED = 0.03  # share of the dangers in training that leave-one-out scores may miss
CHILD = re.compile(r"孩子|娃|崽|伢|女儿|儿子|小孩|学生|同学|婴|女孩|男孩|爸爸|妈妈|后妈|继父|老师")


@dataclass(frozen=True)
class Danger:
    """``score`` is the probability of danger, ``kind`` one of violence, child, suicide, harm."""

    urgent: bool
    score: float
    kind: str


@lru_cache(maxsize=1)
def _groups() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(said)) for name, said in load_yaml(LEXICON).items()}


def _signs(text: str) -> np.ndarray:
    return np.array([bool(group.search(text)) for group in _groups().values()], np.float32)


def kind_of(text: str) -> str:
    """What sort of danger the words speak of."""
    found = {name for name, group in _groups().items() if group.search(text)}
    if "despair" in found:
        return "suicide"
    if "harm_child" in found or (CHILD.search(text) and found & {"blow", "confined"}):
        return "child"
    return "violence" if found & {"blow", "threat", "confined", "weapon", "person"} else "harm"


class DangerClassifier:
    """Learned from two lists of texts; ``look`` judges a message."""

    def __init__(self) -> None:
        self.threshold = 0.5
        self._bags = Bags()
        self._centre = self._support = self._alpha = np.zeros(0, np.float32)
        self._ngrams = self._lexical = np.zeros(0, np.float32)
        self._bias = 0.0
        self._slope = (1.0, 0.0)

    def fit(
        self, danger: Sequence[str], harmless: Sequence[str], beside: Sequence[str] = ()
    ) -> DangerClassifier:
        """Learn; ``beside`` are harmless texts that take no part in setting the threshold."""
        texts = [clean(t) for t in (*danger, *harmless, *beside)]
        target = np.repeat([1.0, -1.0], [len(danger), len(texts) - len(danger)])
        rows = self._bags.fit(texts)
        vectors = encoder.quick().encode(texts)
        self._centre = vectors.mean(0)
        self._support = _unit(vectors - self._centre)
        signs = np.array([_signs(t) for t in texts])
        kernel = (
            (rows @ rows.T).toarray() + _near(self._support, self._support) + LEXICAL * signs @ signs.T + 1
        )
        inverse = np.linalg.inv(kernel.astype(np.float64) + RIDGE * np.eye(len(texts)))
        alpha = inverse @ target
        apart = (target - alpha / np.diag(inverse))[: len(danger) + len(harmless)]  # leave-one-out scores
        self._alpha = alpha.astype(np.float32)
        self._ngrams = np.asarray(rows.T @ alpha, np.float32)
        self._lexical = (LEXICAL * signs.T @ alpha).astype(np.float32)
        self._bias = float(alpha.sum())
        self._slope = _calibrate(apart, target[: len(apart)] > 0)
        self.threshold = round(self._chance(float(np.quantile(apart[: len(danger)], MISSED))), 4)
        return self

    def look(self, text: str) -> Danger:
        """The judgement on a message: its most dangerous part counts."""
        score, part = max((self._score(part), part) for part in parts_of(clean(text)) or [""])
        return Danger(score >= self.threshold, score, kind_of(part))

    def _score(self, part: str) -> float:
        index, values = self._bags.bag(part)
        vector = _unit((encoder.quick().one(part) - self._centre)[None])
        score = values @ self._ngrams[index] + _near(vector, self._support)[0] @ self._alpha
        return self._chance(float(score + _signs(part) @ self._lexical + self._bias))

    def _chance(self, score: float) -> float:
        return float(1 / (1 + np.exp(-(self._slope[0] * score + self._slope[1]))))

    def save(self, folder: Path) -> None:
        """Write the model as ``danger.json`` and ``danger.npz``."""
        head = {
            "threshold": self.threshold,
            "bias": self._bias,
            "slope": self._slope,
            "bags": self._bags.to_json(),
        }
        (folder / "danger.json").write_text(json.dumps(head, ensure_ascii=False), "utf-8")
        np.savez(
            folder / "danger.npz",
            idf=self._bags.idf,
            centre=self._centre,
            support=self._support,
            alpha=self._alpha,
            ngrams=self._ngrams,
            lexical=self._lexical,
        )

    @classmethod
    def load(cls, folder: Path) -> DangerClassifier:
        """Read what ``save`` wrote."""
        head = json.loads((folder / "danger.json").read_text("utf-8"))
        model = cls()
        model.threshold, model._bias, model._slope = head["threshold"], head["bias"], tuple(head["slope"])
        with np.load(folder / "danger.npz") as arrays:
            model._bags = Bags.from_json(head["bags"], arrays["idf"])
            model._centre, model._support, model._alpha = (arrays[k] for k in ("centre", "support", "alpha"))
            model._ngrams, model._lexical = arrays["ngrams"], arrays["lexical"]
        return model


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _near(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.exp(-NEAR * (2 - 2 * left @ right.T))


def _calibrate(scores: np.ndarray, danger: np.ndarray) -> tuple[float, float]:
    """Slope and shift that make the scores probabilities."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e3).fit(scores[:, None], danger)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
