"""The learned fusion: a softmax over all items and "none", linear in the evidence.

Its output is a probability; it is fitted with L-BFGS on queries whose own text was not in the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fusion:
    """Weights over standardised item features and query features."""

    item: np.ndarray
    query: np.ndarray
    temperature: float = 1.0

    def probabilities(self, items: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Probability of each item, and last of none; shape (items + 1,)."""
        logits = np.append(items @ self.item, query @ self.query) / self.temperature
        logits -= logits.max()
        weights = np.exp(logits)
        return weights / weights.sum()

    def to_json(self) -> dict:
        """The weights as plain values."""
        return {"item": self.item.tolist(), "query": self.query.tolist(), "temperature": self.temperature}

    @classmethod
    def from_json(cls, body: dict) -> Fusion:
        """What ``to_json`` gave."""
        return cls(np.array(body["item"]), np.array(body["query"]), body["temperature"])


@dataclass(frozen=True)
class Case:
    """One training query: evidence and the index of the right item (``len(items)`` = none)."""

    items: np.ndarray
    query: np.ndarray
    right: tuple[int, ...]
    weight: float = 1.0


def fit(cases: Sequence[Case], penalty: float = 1e-3, keep: int = 40) -> Fusion:
    """Fit on ``cases``; of each only the ``keep`` likeliest items by plain sum take part, for speed."""
    from scipy.optimize import minimize

    rows, owners, targets, queries, weights = [], [], [], [], []
    for number, case in enumerate(cases):
        order = np.argsort(-case.items[:, :4].sum(1), kind="stable")[:keep]
        right = [r for r in case.right if r < len(case.items)]
        order = np.unique(np.concatenate([order, np.array(right, np.int64)])).astype(np.int64)
        rows.append(case.items[order])
        targets.append(np.isin(order, right).astype(float))
        owners.append(np.full(len(order), number))
        queries.append(case.query)
        weights.append(case.weight)
    item, owner, target = np.vstack(rows).astype(float), np.concatenate(owners), np.concatenate(targets)
    query, weight = np.vstack(queries).astype(float), np.array(weights)
    scale_item = item.std(0) + 1e-6
    scale_query = query.std(0) + 1e-6
    scale_query[0] = 1.0
    item, query = item / scale_item, query / scale_query
    size = item.shape[1]
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(cases)))[:-1]])
    none = 1 - np.minimum(np.add.reduceat(target, starts), 1)

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        logits, empty = item @ theta[:size], query @ theta[size:]
        top = np.maximum(np.maximum.reduceat(logits, starts), empty)
        grown, void = np.exp(logits - top[owner]), np.exp(empty - top)
        total = np.add.reduceat(grown, starts) + void
        good = np.add.reduceat(grown * target, starts) + void * none
        value = -(weight * np.log(np.maximum(good, 1e-300) / total)).sum() / weight.sum()
        posterior = grown * target / np.maximum(good, 1e-300)[owner]
        gap = (grown / total[owner] - posterior) * weight[owner]
        gap_none = (void / total - void * none / np.maximum(good, 1e-300)) * weight
        slope = np.concatenate([gap @ item, gap_none @ query]) / weight.sum()
        return value + penalty * theta @ theta, slope + 2 * penalty * theta

    theta = minimize(
        loss, np.zeros(size + query.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 400}
    ).x
    return Fusion(theta[:size] / scale_item, theta[size:] / scale_query)
