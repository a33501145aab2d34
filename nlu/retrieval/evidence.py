"""Evidence for every item of one kind: what speaks for it, lexically and by meaning.

``Ground`` holds the structures over one set of items; ``Ground.quick`` and ``Ground.full`` give one row of
features for each item and one row for the query as a whole (what speaks for "none of these").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nlu.retrieval.bm25 import Bm25
from nlu.retrieval.grams import characters, sounds
from nlu.retrieval.index import Item

QUICK = ("chars", "sounds", "pool", "cover", "use_max", "use_top", "use_head")
STRONG = ("e5_max", "e5_top", "both_head")
MARGINS = ("chars", "use_max", "use_head", "e5_max", "both_head")
NONE_SELF = ("bias", "length", "background", "none_head", "outside")
RIDGE = {"use_head": 2.0, "both_head": 2.0}


@dataclass(frozen=True)
class Background:
    """Texts that are none of the items, with their vectors; they train the heads and measure nearness."""

    texts: tuple[str, ...] = ()
    use: np.ndarray | None = None
    strong: np.ndarray | None = None


@dataclass(frozen=True)
class Evidence:
    """Features of all items, shape (items, F), of the query, shape (G,), and the best text of each item."""

    items: np.ndarray
    query: np.ndarray
    best: np.ndarray


def item_names(strong: bool) -> tuple[str, ...]:
    """Names of the columns of ``Evidence.items``."""
    base = QUICK + STRONG if strong else QUICK
    return base + tuple(f"{name}_margin" for name in MARGINS if name in base)


def query_names(strong: bool) -> tuple[str, ...]:
    """Names of the columns of ``Evidence.query``."""
    return NONE_SELF + tuple(f"best_{name}" for name in (QUICK + STRONG if strong else QUICK))


class Ridge:
    """Least squares from vectors to items in closed form; a changed entry changes it in milliseconds.

    Each class weighs the same however many texts it has; the last class is the background.
    """

    def __init__(self, rows: np.ndarray, labels: np.ndarray, classes: int, penalty: float) -> None:
        count = np.bincount(labels, minlength=classes).astype(np.float64)
        weight = (1 / np.maximum(count, 1) ** 0.5)[labels]
        self.mean = rows.mean(0)
        centred = (rows - self.mean).astype(np.float64)
        members = sparse.csr_matrix(
            (np.ones(len(rows)), (labels, np.arange(len(rows)))), (classes, len(rows))
        )
        scaled = centred * weight[:, None]
        gram = centred.T @ scaled + penalty * np.eye(rows.shape[1])
        self.weights = np.linalg.solve(gram, (members @ scaled).T).astype(np.float32)

    def scores(self, vector: np.ndarray) -> np.ndarray:
        """Closeness of a vector to each class, about 1 for its own and 0 for others."""
        return (vector - self.mean) @ self.weights


class Ground:
    """Everything that is precomputed over the items of one kind."""

    def __init__(
        self,
        items: Sequence[Item],
        use: np.ndarray,
        strong: np.ndarray,
        background: Background = Background(),
    ) -> None:
        self.items = tuple(items)
        self.texts = [text for item in items for text in item.texts]
        sizes = np.array([len(item.texts) for item in items], np.int64)
        self.starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(items) else np.zeros(0, np.int64)
        self.owner = np.repeat(np.arange(len(items)), sizes)
        self.sizes = sizes
        self.use, self.strong, self.background = use, strong, background
        self._chars = Bm25(characters(text) for text in self.texts)
        self._sounds = Bm25(sounds(text) for text in self.texts)
        self._pool = Bm25(
            [gram for text in (*item.texts, item.answer) for gram in characters(text)] for item in items
        )
        both = np.hstack([use, strong]) if len(items) else use
        beside = (background.use, background.strong) if background.texts else (None, None)
        self._heads = {
            "use_head": self._head(use, beside[0], RIDGE["use_head"]),
            "both_head": self._head(
                both, None if beside[0] is None else np.hstack(beside), RIDGE["both_head"]
            ),
        }

    def _head(self, rows: np.ndarray, beside: np.ndarray | None, penalty: float) -> Ridge | None:
        if not len(self.items):
            return None
        labels = self.owner
        if beside is not None and len(beside):
            rows = np.vstack([rows, beside])
            labels = np.concatenate([labels, np.full(len(beside), len(self.items))])
        return Ridge(rows, labels, len(self.items) + 1, penalty)

    def _most(self, per_text: np.ndarray) -> np.ndarray:
        return np.maximum.reduceat(per_text, self.starts)

    def _top(self, per_text: np.ndarray, depth: int = 3) -> np.ndarray:
        """The mean of each item's best ``depth`` texts."""
        order = np.lexsort((-per_text, self.owner))
        rank = np.arange(len(per_text)) - np.repeat(self.starts, self.sizes)
        kept = np.where(rank < depth, per_text[order], 0.0)
        return np.add.reduceat(kept, self.starts) / np.minimum(self.sizes, depth)

    def look(
        self, text: str, use: np.ndarray, strong: np.ndarray | None = None, outside: float = 0.0
    ) -> Evidence:
        """Evidence for a query with its vectors; without ``strong`` only the quick columns.

        ``outside`` is the log-odds that the text is nobody's business here.
        """
        chars = self._chars.scores(characters(text))
        pool, cover = self._pool.both(characters(text))
        near = self.use @ use
        head = self._heads["use_head"].scores(use)
        columns = {
            "chars": self._most(chars),
            "sounds": self._most(self._sounds.scores(sounds(text))),
            "pool": pool,
            "cover": cover,
            "use_max": self._most(near),
            "use_top": self._top(near),
            "use_head": head[:-1],
        }
        none_head, rank = head[-1], near + chars
        if strong is not None:
            close = self.strong @ strong
            head = self._heads["both_head"].scores(np.concatenate([use, strong]))
            columns |= {"e5_max": self._most(close), "e5_top": self._top(close), "both_head": head[:-1]}
            none_head, rank = head[-1], rank + 4 * close
        background = float((self.background.use @ use).max()) if self.background.texts else 0.0
        query = [1.0, min(len(text), 60) / 20, background, none_head, outside]
        query += [float(values.max()) for values in columns.values()]
        stack = list(columns.values())
        stack += [_margin(columns[name]) for name in MARGINS if name in columns]
        return Evidence(np.stack(stack, 1).astype(np.float32), np.array(query, np.float32), self._best(rank))

    def _best(self, per_text: np.ndarray) -> np.ndarray:
        order = np.lexsort((-per_text, self.owner))
        return order[self.starts]


def _margin(values: np.ndarray) -> np.ndarray:
    """How far each value lies above the best of the others."""
    if len(values) < 2:
        return values.copy()
    first, second = np.partition(values, -2)[[-1, -2]]
    return np.where(values >= first, values - second, values - first)
