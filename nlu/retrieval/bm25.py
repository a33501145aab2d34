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
        table = sparse.csr_matrix((weight, (row, column)), (len(vocabulary), self.size), np.float32)
        self._starts, self._documents, self._weights = table.indptr, table.indices, table.data

    def scores(self, terms: Sequence[str]) -> np.ndarray:
        """The share of the query's weight that each document covers, shape (documents,)."""
        return self.both(terms)[0]

    def both(self, terms: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """``scores``, and the share of the query's weight whose terms occur at all in each document."""
        bag = Counter(terms)
        index = np.array([self.vocabulary[t] for t in bag if t in self.vocabulary], np.int64)
        if not len(index):
            return np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
        repeat = np.array([n for t, n in bag.items() if t in self.vocabulary], np.float64)
        worth = repeat * self.idf[index]
        whole = worth.sum() + (sum(bag.values()) - repeat.sum()) * self.unseen
        spans = [slice(self._starts[i], self._starts[i + 1]) for i in index]
        lengths = self._starts[index + 1] - self._starts[index]
        documents = np.concatenate([self._documents[span] for span in spans])
        weights = np.concatenate([self._weights[span] for span in spans])
        score = np.bincount(documents, weights * np.repeat(repeat, lengths), self.size)
        cover = np.bincount(documents, np.repeat(worth, lengths), self.size)
        return score / ((K1 + 1) * whole), cover / whole
