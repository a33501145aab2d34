"""Figures from readings: ranking, decisions, classification, calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np


def ranks(readings: Sequence[dict], kind: str, right: Sequence[Sequence[str]]) -> np.ndarray:
    """The rank of the first right item of each reading, 0 the best; a large number where it is missing."""
    found = []
    for reading, keys in zip(readings, right, strict=True):
        order = [row["intent_response_key"] for row in reading["response_selector"][kind]["ranking"]]
        found.append(min((order.index(key) for key in keys if key in order), default=999))
    return np.array(found)


def scores(readings: Sequence[dict], kind: str) -> np.ndarray:
    """The best item's confidence of each reading."""
    rows = [reading["response_selector"][kind]["ranking"] for reading in readings]
    return np.array([row[0]["confidence"] if row else 0.0 for row in rows])


def recall(rank: np.ndarray) -> dict[str, float]:
    """Recall at 1 and 3, and the mean reciprocal rank over the first ten."""
    return {
        "recall@1": float((rank == 0).mean()),
        "recall@3": float((rank < 3).mean()),
        "MRR": float(np.where(rank < 10, 1 / (rank + 1), 0).mean()),
    }


def decisions(readings: Sequence[dict], kind: str) -> list[str]:
    """answer, ask_back or unknown for each reading, by the model's own thresholds."""
    found = []
    for reading, score in zip(readings, scores(readings, kind), strict=True):
        selector = reading["response_selector"][kind]
        asks = selector["ask_back_threshold"]
        found.append(
            "answer" if score >= selector["threshold"] else "ask_back" if score >= asks else "unknown"
        )
    return found


def shares(values: Sequence[str], names: Sequence[str]) -> dict[str, float]:
    """The share of each name among ``values``."""
    count = Counter(values)
    return {name: count[name] / max(len(values), 1) for name in names}


def confusions(expected: Sequence[str], found: Sequence[str]) -> list[tuple[str, str, int]]:
    """Pairs of expected and found that differ, commonest first."""
    wrong = Counter(pair for pair in zip(expected, found, strict=True) if pair[0] != pair[1])
    return [(*pair, count) for pair, count in wrong.most_common()]


def calibration(score: np.ndarray, hit: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, count) for each tenth of the confidence that holds any."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    return [
        (float(score[place == b].mean()), float(hit[place == b].mean()), int((place == b).sum()))
        for b in range(bins)
        if (place == b).any()
    ]


def calibration_error(score: np.ndarray, hit: np.ndarray) -> float:
    """Expected calibration error over tenths."""
    return sum(n * abs(mean - share) for mean, share, n in calibration(score, hit)) / max(len(score), 1)


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """The chance that a random score of ``inside`` lies above one of ``outside``."""
    order = np.argsort(np.concatenate([outside, inside]), kind="stable")
    rank = np.empty(len(order))
    values = np.concatenate([outside, inside])[order]
    start = 0
    for end in range(1, len(values) + 1):  # equal scores share their mean rank
        if end == len(values) or values[end] != values[start]:
            rank[order[start:end]] = (start + end - 1) / 2 + 1
            start = end
    n, m = len(inside), len(outside)
    return float((rank[m:].sum() - n * (n + 1) / 2) / (n * m))
