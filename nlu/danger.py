"""Danger in a message: a kernel machine over character n-grams, sentence vector and the danger lexicon.

It learns from ``data/danger`` what is danger and what only looks like it. Its threshold is set by
leave-one-out scores so that hardly any danger is missed; a false alarm costs the resident one question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import linalg

from nlu.classifier import Bags
from nlu.kernel import near, unit
from nlu.parts import parts_of
from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.corpus import DATA, load_yaml

LEXICON = DATA / "lexicon" / "danger.yml"
RIDGE, LEXICAL = 0.3, 0.2  # penalty, weight of the lexicon
# Share of the dangers in training that each machine may miss, by leave-one-out scores.
MISSED_QUICK, MISSED = 0.01, 0.04
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


class Machine:
    """Kernel ridge regression over n-grams, lexicon and the vectors of some encoders."""

    def __init__(self, encoders: Sequence[encoder.Encoder], missed: float) -> None:
        self._encoders, self._missed = list(encoders), missed
        self.threshold, self._slope = 0.5, (1.0, 0.0)

    def fit(self, texts: Sequence[str], rows, signs: np.ndarray, dangers: int, judged: int) -> Machine:
        """Learn from texts; the first ``dangers`` are danger, the first ``judged`` set the threshold."""
        target = np.repeat([1.0, -1.0], [dangers, len(texts) - dangers])
        kernel = (rows @ rows.T).toarray().astype(np.float64) + LEXICAL * signs @ signs.T + 1
        self._centres, self._supports = [], []
        for one in self._encoders:
            vectors = one.encode(texts)
            self._centres.append(vectors.mean(0))
            self._supports.append(unit(vectors - vectors.mean(0)))
            kernel += near(self._supports[-1], self._supports[-1])
        kernel[np.diag_indices(len(kernel))] += RIDGE
        inverse = linalg.inv(kernel, overwrite_a=True, check_finite=False)
        alpha = inverse @ target
        apart = (target - alpha / np.diag(inverse))[:judged]  # leave-one-out scores
        self._alpha, self._bias = alpha.astype(np.float32), float(alpha.sum())
        self._ngrams = np.asarray(rows.T @ alpha, np.float32)
        self._lexical = (LEXICAL * signs.T @ alpha).astype(np.float32)
        self._slope = _calibrate(apart, target[:judged] > 0)
        self.threshold = round(self._chance(float(np.quantile(apart[:dangers], self._missed))), 4)
        return self

    def chance(self, text: str, index: np.ndarray, values: np.ndarray, signs: np.ndarray) -> float:
        """The probability of danger."""
        score = float(values @ self._ngrams[index] + signs @ self._lexical + self._bias)
        for one, centre, support in zip(self._encoders, self._centres, self._supports, strict=True):
            score += float(near(unit(one.one(text) - centre)[None], support)[0] @ self._alpha)
        return self._chance(score)

    def _chance(self, score: float) -> float:
        return float(1 / (1 + np.exp(-(self._slope[0] * score + self._slope[1]))))

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """What has to be stored."""
        head = np.array([self.threshold, self._bias, *self._slope])
        found = {"head": head, "alpha": self._alpha, "ngrams": self._ngrams, "lexical": self._lexical}
        for number, (centre, support) in enumerate(zip(self._centres, self._supports, strict=True)):
            found |= {f"centre{number}": centre, f"support{number}": support}
        return {f"{prefix}_{name}": value for name, value in found.items()}

    def restore(self, prefix: str, arrays: Mapping[str, np.ndarray]) -> Machine:
        """Take over what ``arrays`` gave."""
        self.threshold, self._bias, *slope = (float(x) for x in arrays[f"{prefix}_head"])
        self._slope = (slope[0], slope[1])
        self._alpha, self._ngrams = arrays[f"{prefix}_alpha"], arrays[f"{prefix}_ngrams"]
        self._lexical = arrays[f"{prefix}_lexical"]
        numbers = range(len(self._encoders))
        self._centres = [arrays[f"{prefix}_centre{n}"] for n in numbers]
        self._supports = [arrays[f"{prefix}_support{n}"] for n in numbers]
        return self


class DangerClassifier:
    """Two machines; the second, with the slower encoder, looks only at what alarms the first."""

    def __init__(self) -> None:
        self._bags = Bags()
        self._quick = Machine([encoder.quick()], MISSED_QUICK)
        self._full = Machine([encoder.quick(), encoder.strong()], MISSED)

    def fit(
        self, danger: Sequence[str], harmless: Sequence[str], beside: Sequence[str] = ()
    ) -> DangerClassifier:
        """Learn; ``beside`` are harmless texts that take no part in setting the thresholds."""
        texts = [clean(t) for t in (*danger, *harmless, *beside)]
        rows, signs = self._bags.fit(texts), np.array([_signs(t) for t in texts])
        for machine in (self._quick, self._full):
            machine.fit(texts, rows, signs, len(danger), len(danger) + len(harmless))
        return self

    def look(self, text: str) -> Danger:
        """The judgement on a message: its most dangerous part counts."""
        return max(
            (self._part(part) for part in parts_of(clean(text)) or [""]), key=lambda d: (d.urgent, d.score)
        )

    def _part(self, part: str) -> Danger:
        index, values = self._bags.bag(part)
        signs = _signs(part)
        score = self._quick.chance(part, index, values, signs)
        if score < self._quick.threshold:
            return Danger(False, score, kind_of(part))
        score = self._full.chance(part, index, values, signs)
        return Danger(score >= self._full.threshold, score, kind_of(part))

    def save(self, folder: Path) -> None:
        """Write the model as ``danger.json`` and ``danger.npz``."""
        (folder / "danger.json").write_text(json.dumps(self._bags.to_json(), ensure_ascii=False), "utf-8")
        arrays = self._quick.arrays("quick") | self._full.arrays("full")
        np.savez(folder / "danger.npz", idf=self._bags.idf, **arrays)

    @classmethod
    def load(cls, folder: Path) -> DangerClassifier:
        """Read what ``save`` wrote."""
        model = cls()
        with np.load(folder / "danger.npz") as arrays:
            vocabulary = json.loads((folder / "danger.json").read_text("utf-8"))
            model._bags = Bags.from_json(vocabulary, arrays["idf"])
            model._quick.restore("quick", arrays)
            model._full.restore("full", arrays)
        return model


def _calibrate(scores: np.ndarray, danger: np.ndarray) -> tuple[float, float]:
    """Slope and shift that make the scores probabilities."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e3).fit(scores[:, None], danger)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
