"""Learn the matcher's fusion from the phrasings: ``python -m nlu.retrieval.train``.

Each phrasing is asked against an index without it (and without others of its fold), so the weights are
learned on questions that the index has not seen; in some folds whole items are missing, and their phrasings,
like the texts that belong to no item, must be refused. Writes ``models/matcher.json``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nlu.retrieval import corpus, encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.evidence import Background, Ground
from nlu.retrieval.fusion import Case, Fusion, fit
from nlu.retrieval.index import Item, default_root
from nlu.retrieval.matcher import MODEL
from nlu.retrieval.vectors import VectorCache

SEED = 20
FOLDS = (6, 2)  # how many parts; fewer parts leave the index fewer phrasings
HIDDEN = 0.12  # share of items that are missing from an index
HIDDEN_WEIGHT = 0.3


class Vectors:
    """Both vectors of a text, from the cache of the published index."""

    def __init__(self, folder: Path) -> None:
        self._caches = [VectorCache(folder, e) for e in (encoder.quick(), encoder.strong())]
        self._known: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def learn(self, texts: Sequence[str]) -> None:
        fresh = [t for t in dict.fromkeys(texts) if t not in self._known]
        self._known.update(
            zip(fresh, zip(*(cache.encode(fresh) for cache in self._caches), strict=True), strict=True)
        )

    def one(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        return self._known[text]

    def rows(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        use, strong = zip(*(self._known[t] for t in texts), strict=True) if texts else ((), ())
        return np.array(use, np.float32), np.array(strong, np.float32)


@dataclass(frozen=True)
class Asked:
    """A question and the key of its item (None: it belongs to no item)."""

    text: str
    key: str | None
    hidden: bool = False


def ground_of(items: Sequence[Item], background: Sequence[str], vectors: Vectors) -> Ground:
    """The structures over ``items`` with cached vectors."""
    use, strong = vectors.rows([t for item in items for t in item.texts])
    return Ground(items, use, strong, Background(tuple(background), *vectors.rows(list(background))))


def folds(
    items: Sequence[Item], background: Sequence[str], parts: int, seed: int, hide: float = HIDDEN
) -> Iterator[tuple[list[Item], list[str], list[Asked]]]:
    """Yield (items left, background left, questions) for each of ``parts`` folds."""
    rng = np.random.default_rng(seed)
    place = {item.key: rng.permutation(len(item.phrasings)) % parts for item in items}
    beside = rng.permutation(len(background)) % parts
    for part in range(parts):
        hidden = {item.key for item in items if rng.random() < hide}
        kept, asked = [], []
        for item in items:
            texts = np.array(item.phrasings, object)
            out = place[item.key] == part
            gone = item.key in hidden
            asked += [Asked(clean(t), None if gone else item.key, gone) for t in texts[out]]
            if not gone:
                kept.append(replace(item, phrasings=tuple(texts[~out])))
        asked += [Asked(text, None) for text, b in zip(background, beside, strict=True) if b == part]
        yield kept, [t for t, b in zip(background, beside, strict=True) if b != part], asked


def cases_of(ground: Ground, asked: Sequence[Asked], vectors: Vectors, strong: bool) -> list[Case]:
    """Evidence for each question over ``ground``."""
    place = {item.key: n for n, item in enumerate(ground.items)}
    cases = []
    for one in asked:
        use, deep = vectors.one(one.text)
        seen = ground.look(one.text, use, deep if strong else None)
        right = (place[one.key],) if one.key else ()
        cases.append(Case(seen.items, seen.query, right, HIDDEN_WEIGHT if one.hidden else 1.0))
    return cases


def collect(items: Sequence[Item], background: Sequence[str], vectors: Vectors) -> dict[str, list[Case]]:
    """Training cases for the quick and the full stage."""
    found: dict[str, list[Case]] = {"quick": [], "full": []}
    for number, parts in enumerate(FOLDS):
        for kept, beside, asked in folds(items, background, parts, SEED + number):
            ground = ground_of(kept, beside, vectors)
            for stage, cases in found.items():
                cases += cases_of(ground, asked, vectors, stage == "full")
    return found


def outcomes(fusion: Fusion, cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each case the best score, whether the best is right, and whether anything would be right."""
    scores, hits, known = [], [], []
    for case in cases:
        chances = fusion.probabilities(case.items, case.query)[:-1]
        best = int(np.argmax(chances))
        scores.append(chances[best])
        hits.append(best in case.right)
        known.append(bool(case.right))
    return np.array(scores), np.array(hits), np.array(known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=default_root() / "cache")
    parser.add_argument("--out", type=Path, default=MODEL)
    options = parser.parse_args()
    started = time.monotonic()
    vectors = Vectors(options.cache)
    background = [clean(t) for t in corpus.rasa_examples("out_of_scope")]
    fusions: dict[str, dict] = {}
    for kind, items in (("faq", corpus.faq_items()), ("service", corpus.service_items())):
        vectors.learn([t for item in items for t in item.texts] + background)
        for stage, cases in collect(items, background, vectors).items():
            fusions[f"{kind}/{stage}"] = fit(cases).to_json()
    print(f"trained in {time.monotonic() - started:.1f} s")
    options.out.write_text(json.dumps({"fusions": fusions}, ensure_ascii=False))


if __name__ == "__main__":
    main()
