"""Where to answer, ask back or admit not to know, chosen by what each mistake costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nlu.retrieval.fusion import Case, Fusion

# What an outcome costs the resident, against a right answer at nought.
COSTS = {
    "wrong": 4.0,  # answered something else than was asked
    "invented": 5.0,  # answered although nothing fits
    "asked": 1.0,  # asked back, the right one among the choices
    "asked_wrong": 2.0,  # asked back in vain
    "refused": 3.0,  # said that it does not know although it does
}
CHOICES = 3
QUICK_ERROR = 0.02  # share of wrong answers that the quick stage may give where it decides alone
QUICK_LOST = 0.02  # share of the answerable that it may give up where it decides that nothing fits


def outcomes(fusion: Fusion, cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each case the best score, the rank of the right item (-1: there is none), and its weight."""
    scores, ranks = [], []
    for case in cases:
        chances = fusion.probabilities(case.items, case.query)[:-1]
        order = np.argsort(-chances, kind="stable")
        scores.append(chances[order[0]])
        ranks.append(min((int(np.flatnonzero(order == r)[0]) for r in case.right), default=-1))
    return np.array(scores), np.array(ranks), np.array([case.weight for case in cases])


def choose(fusions: Mapping[str, Fusion], cases: Mapping[str, Sequence[Case]]) -> dict[str, float]:
    """Thresholds ``answer`` and ``ask_back`` of least cost, and ``quick``, where the quick stage decides."""
    scores, ranks, weights = outcomes(fusions["full"], cases["full"])
    answered = np.select([ranks == 0, ranks > 0], [0.0, COSTS["wrong"]], COSTS["invented"])
    asked = np.where((ranks >= 0) & (ranks < CHOICES), COSTS["asked"], COSTS["asked_wrong"])
    refused = np.where(ranks >= 0, COSTS["refused"], 0.0)
    grid = np.round(np.arange(0.05, 0.96, 0.01), 2)
    best = min(
        ((low, high) for low in grid for high in grid if low <= high),
        key=lambda pair: float(
            (
                weights * np.where(scores >= pair[1], answered, np.where(scores >= pair[0], asked, refused))
            ).sum()
        ),
    )
    return {
        "answer": float(best[1]),
        "ask_back": float(best[0]),
        "quick": _quick(fusions, cases),
        "none": _none(fusions, cases),
    }


def _quick(fusions: Mapping[str, Fusion], cases: Mapping[str, Sequence[Case]]) -> float:
    """The lowest score from which the quick stage alone is wrong in ``QUICK_ERROR`` of the cases."""
    scores, ranks, weights = outcomes(fusions["quick"], cases["quick"])
    order = np.argsort(-scores)
    wrong = np.cumsum((weights * (ranks != 0))[order]) / np.cumsum(weights[order])
    fine = np.flatnonzero(wrong <= QUICK_ERROR)
    return float(scores[order][fine[-1]]) if len(fine) else 1.0


def _none(fusions: Mapping[str, Fusion], cases: Mapping[str, Sequence[Case]]) -> float:
    """The score below which the quick stage alone decides that nothing fits."""
    scores, ranks, _ = outcomes(fusions["quick"], cases["quick"])
    return float(np.quantile(scores[ranks >= 0], QUICK_LOST))
