"""Learn the matcher from the phrasings: ``python -m nlu.retrieval.train`` writes ``models/matcher.json``.

Each phrasing is asked against an index without it (and without others of its fold), so the weights are
learned on questions that the index has not seen; in every fold some items are missing altogether, and their
phrasings, like the texts that belong to no item, must be refused.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nlu.retrieval import corpus, encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.evidence import Background, Ground
from nlu.retrieval.fusion import Case, fit
from nlu.retrieval.index import Item, default_root
from nlu.retrieval.matcher import KINDS, MODEL
from nlu.retrieval.scope import Scope
from nlu.retrieval.thresholds import choose
from nlu.retrieval.vectors import VectorCache

SEED = 20
FOLDS = (6, 2)  # how many parts; fewer parts leave the index fewer phrasings
HIDDEN = 0.12  # share of items that are missing from a fold's index
HIDDEN_WEIGHT = 0.3
SCOPE_FOLDS = 4
STRANGE = 0.15  # share of items that a fold's scope has not seen, as it will not know new entries
STAGES = ("quick", "full")


class Vectors:
    """Vectors of texts, taken from the cache of the published index."""

    def __init__(self, folder: Path) -> None:
        self._caches = [VectorCache(folder, e) for e in (encoder.quick(), encoder.strong())]
        self.use: dict[str, np.ndarray] = {}
        self.strong: dict[str, np.ndarray] = {}

    def learn(self, texts: Sequence[str]) -> None:
        """Make the vectors of ``texts`` known."""
        fresh = [t for t in dict.fromkeys(texts) if t not in self.use]
        for known, cache in zip((self.use, self.strong), self._caches, strict=True):
            known.update(zip(fresh, cache.encode(fresh), strict=True))

    def rows(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Both matrices of known texts."""
        pair = (np.array([known[t] for t in texts], np.float32) for known in (self.use, self.strong))
        return tuple(pair)


@dataclass(frozen=True)
class Asked:
    """A question and the key of its item; None where it belongs to no item that the index holds."""

    text: str
    key: str | None
    hidden: bool = False


@dataclass(frozen=True)
class Fold:
    """An index with its gaps, and the questions to ask it."""

    items: list[Item]
    background: list[str]
    asked: list[Asked]


def folds(items: Sequence[Item], background: Sequence[str], parts: int, seed: int) -> Iterator[Fold]:
    """Each phrasing and each background text is asked once, in the fold whose index is without it."""
    rng = np.random.default_rng(seed)
    place = {item.key: rng.permutation(len(item.phrasings)) % parts for item in items}
    beside = rng.permutation(len(background)) % parts
    for part in range(parts):
        kept: list[Item] = []
        asked: list[Asked] = []
        for item in items:
            gone = rng.random() < HIDDEN
            said = [(text, p == part) for text, p in zip(item.phrasings, place[item.key], strict=True)]
            asked += [Asked(clean(text), None if gone else item.key, gone) for text, out in said if out]
            if not gone:
                kept.append(replace(item, phrasings=tuple(text for text, out in said if not out)))
        asked += [Asked(text, None) for text, p in zip(background, beside, strict=True) if p == part]
        yield Fold(kept, [t for t, p in zip(background, beside, strict=True) if p != part], asked)


def ground_of(items: Sequence[Item], background: Sequence[str], vectors: Vectors) -> Ground:
    """The structures over ``items``."""
    use, strong = vectors.rows([t for item in items for t in item.texts])
    return Ground(items, use, strong, Background(tuple(background), *vectors.rows(background)))


def scope_of(items: Sequence[Item], background: Sequence[str], vectors: Vectors) -> Scope:
    """What is inside (all texts of ``items``) against what is not."""
    return Scope.fit([t for item in items for t in item.texts], background, vectors.strong)


def odds_of(
    items: Sequence[Item], background: Sequence[str], vectors: Vectors
) -> dict[str, dict[str, float]]:
    """By stage, each text's log-odds of being outside, from scopes that have not seen it.

    A share of the items is kept from each scope altogether: it will not know entries that are new.
    """
    rng = np.random.default_rng(SEED)
    texts = list(dict.fromkeys([t for item in items for t in item.texts] + list(background)))
    part = dict(zip(texts, rng.integers(SCOPE_FOLDS, size=len(texts)), strict=True))
    odds: dict[str, dict[str, float]] = {stage: {} for stage in STAGES}
    for fold in range(SCOPE_FOLDS):
        inside = [t for i in items if rng.random() >= STRANGE for t in i.texts if part[t] != fold]
        scope = Scope.fit(inside, [t for t in background if part[t] != fold], vectors.strong)
        for text in (t for t in texts if part[t] == fold):
            odds["quick"][text] = scope.outside(text)
            odds["full"][text] = scope.outside(text, vectors.strong[text])
    return odds


def cases_of(
    fold: Fold, ground: Ground, vectors: Vectors, outside: Mapping[str, float], stage: str
) -> list[Case]:
    """Evidence for each question of a fold over its ``ground``."""
    place = {item.key: n for n, item in enumerate(ground.items)}
    cases = []
    for one in fold.asked:
        strong = vectors.strong[one.text] if stage == "full" else None
        seen = ground.look(one.text, vectors.use[one.text], strong, outside.get(one.text, 0.0))
        right = (place[one.key],) if one.key else ()
        cases.append(Case(seen.items, seen.query, right, HIDDEN_WEIGHT if one.hidden else 1.0))
    return cases


def collect(
    items: Sequence[Item],
    background: Sequence[str],
    vectors: Vectors,
    odds: Mapping[str, Mapping[str, float]],
) -> dict[str, list[Case]]:
    """Training cases of both stages over all folds; without ``odds`` the index holds no background either."""
    found: dict[str, list[Case]] = {stage: [] for stage in STAGES}
    for number, parts in enumerate(FOLDS):
        for fold in folds(items, background, parts, SEED + number):
            ground = ground_of(fold.items, fold.background if odds else [], vectors)
            for stage, cases in found.items():
                cases += cases_of(fold, ground, vectors, odds.get(stage, {}), stage)
    return found


def train(vectors: Vectors, scoped: bool = True) -> tuple[dict, Scope | None]:
    """The model file's content and the scope; without scope for the weights that come with the code."""
    background = list(dict.fromkeys(clean(text) for text in corpus.beside()))
    groups = dict(zip(KINDS, (corpus.faq_items(), corpus.service_items()), strict=True))
    every = [item for items in groups.values() for item in items]
    vectors.learn([t for item in every for t in item.texts] + background)
    odds = odds_of(every, background, vectors) if scoped else {}
    fusions, thresholds = {}, {}
    for kind, items in groups.items():
        cases = collect(items, background, vectors, odds)
        learned = {stage: fit(cases[stage]) for stage in STAGES}
        fusions |= {f"{kind}/{stage}": fusion.to_json() for stage, fusion in learned.items()}
        thresholds[kind] = choose(learned, cases)
    body = {"fusions": fusions, "thresholds": thresholds, "background": background}
    return body, scope_of(every, background, vectors) if scoped else None


def main() -> None:
    """Train on the sample county and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=default_root() / "cache")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument(
        "--plain", action="store_true", help="without scope: the weights that come with the code"
    )
    options = parser.parse_args()
    started = time.monotonic()
    body, scope = train(Vectors(options.cache), not options.plain)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if scope:
        scope.save(options.out.parent / "scope")
    options.out.write_text(json.dumps(body, ensure_ascii=False), "utf-8")
    print(f"matcher trained in {time.monotonic() - started:.1f} s; thresholds {body['thresholds']}")


if __name__ == "__main__":
    main()
