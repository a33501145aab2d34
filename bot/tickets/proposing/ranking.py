"""What a text looks like: services, questions, and the wording of earlier complaints. Heavy: off the loop."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.index import Reader
from nlu.retrieval.matcher import Matcher

DEEP = 5
KEPT = 2000
ALIKE = 0.55
"""Cosine from which an earlier complaint is taken for one of like matter."""
NEAREST = 5


class Ranker:
    """Keeps the matcher of the published version, and vectors of earlier complaints by ticket."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._reader = Reader(root)
        self._matcher: Matcher | None = None
        self._vectors: OrderedDict[int, np.ndarray] = OrderedDict()

    def rank(self, text: str) -> tuple[list[tuple[str, float]], list[tuple[str, str, float]]]:
        """Services with their chances; entries with their question and chance. Empty without an index."""
        published = self._reader.current()
        if published is None:
            return [], []
        if self._matcher is None or self._matcher.version != published.version:
            self._matcher = Matcher(published, cache=self._root / "cache")
        titles = {item.key: item.title for item in published.items}
        services = [
            (match.key.removeprefix("service/"), match.score)
            for match in self._matcher.rank(text, "service", DEEP)
        ]
        entries = [
            (match.key.removeprefix("faq/"), titles.get(match.key, match.key), match.score)
            for match in self._matcher.rank(text, "faq", 2)
        ]
        return services, entries

    def alike(self, text: str, earlier: Sequence[tuple[int, str, str]]) -> list[tuple[str, float]]:
        """The nearest of earlier complaints (ticket, words, whom it went to): organisation and likeness."""
        if not earlier:
            return []
        missing = [(ticket, words) for ticket, words, _ in earlier if ticket not in self._vectors]
        if missing:
            made = encoder.quick().encode([clean(words) for _, words in missing])
            self._vectors.update(zip((ticket for ticket, _ in missing), made, strict=True))
        rows = np.stack([self._vectors[ticket] for ticket, _, _ in earlier])
        likeness = rows @ encoder.quick().one(clean(text))
        while len(self._vectors) > KEPT:
            self._vectors.popitem(last=False)
        order = np.argsort(-likeness)[:NEAREST]
        return [(earlier[n][2], float(likeness[n])) for n in order if likeness[n] >= ALIKE]


@lru_cache(maxsize=2)
def ranker(root: Path) -> Ranker:
    """The ranker of an index folder."""
    return Ranker(root)
