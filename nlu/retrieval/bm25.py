"""BM25 over fixed documents, divided by the query's own maximum (unseen terms included)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse

K1, B = 1.2, 0.5


class Bm25:
    """Scores lie in 0..1 and so can be compared across queries."""

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        vocabulary: dict[str, int] = {}
        rows, columns, counts, lengths = [], [], [], []
        for number, terms in enumerate(documents):
            bag = Counter(terms)
            lengths.append(len(terms))
            for term, count in bag.items():
                rows.append(vocabulary.setdefault(term, len(vocabulary)))
                columns.append(number)
                counts.append(count)
        self.size = len(lengths)
        self.vocabulary = vocabulary
        length = np.asarray(lengths, np.float32)
        mean = float(length.mean()) or 1.0 if self.size else 1.0
        row, column = np.asarray(rows, np.int64), np.asarray(columns, np.int64)
        count = np.asarray(counts, np.float32)
        frequency = np.bincount(row, minlength=len(vocabulary)).astype(np.float32)
        self.idf = np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        self.unseen = float(np.log1p((self.size + 0.5) / 0.5))
        norm = K1 * (1 - B + B * length / mean)
        weight = self.idf[row] * count * (K1 + 1) / (count + norm[column]) if self.size else count
        self._table = sparse.csr_matrix((weight, (row, column)), (len(vocabulary), self.size), np.float32)

    def scores(self, terms: Sequence[str]) -> np.ndarray:
        """The share of the query's weight that each document covers, shape (documents,)."""
        bag = Counter(terms)
        known = [(self.vocabulary[t], n) for t, n in bag.items() if t in self.vocabulary]
        missing = sum(n for t, n in bag.items() if t not in self.vocabulary)
        if not known:
            return np.zeros(self.size, np.float32)
        index = np.array([i for i, _ in known])
        repeat = np.array([n for _, n in known], np.float32)
        best = (K1 + 1) * (float(self.idf[index] @ repeat) + missing * self.unseen)
        return np.asarray(repeat @ self._table[index]).ravel() / best
