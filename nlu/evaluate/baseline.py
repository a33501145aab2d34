"""BM25 over words, the baseline that every table is held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlu.retrieval import corpus
from nlu.retrieval.bm25 import Bm25
from nlu.retrieval.clean import clean


def bm25_ranks(asked: Sequence[dict]) -> np.ndarray:
    """The rank of the first right entry for each question; every entry is one document."""
    import jieba

    items = corpus.faq_items()
    index = Bm25(list(jieba.cut(" ".join((*item.texts, clean(item.answer))))) for item in items)
    place = {item.key[4:]: n for n, item in enumerate(items)}
    found = []
    for row in asked:
        order = np.argsort(-index.scores(list(jieba.cut(clean(row["text"])))), kind="stable")
        found.append(min(int(np.flatnonzero(order == place[key])[0]) for key in row["faq"]))
    return np.array(found)
