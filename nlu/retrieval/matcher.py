"""Ranks FAQ entries and services for a message; the scores are probabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from nlu.parts import parts_of
from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.evidence import Background, Evidence, Ground, item_names
from nlu.retrieval.fusion import Fusion
from nlu.retrieval.index import Published
from nlu.retrieval.scope import Scope
from nlu.retrieval.vectors import VectorCache

Decision = Literal["answer", "ask_back", "unknown"]
KINDS = ("faq", "service")
DEEP = 3  # parts of a long message that the slower encoder may read
BARE = 2.0  # an index with at most so many texts an item holds little but titles
MODEL = Path(__file__).resolve().parents[2] / "models" / "matcher.json"
SHIPPED = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Match:
    """One item for a message: ``score`` is the probability that it is the one meant."""

    key: str
    score: float
    phrasing: str
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """Learned weights and thresholds by kind, and the texts that are none of the items."""

    fusions: dict[str, Fusion]
    thresholds: dict[str, dict[str, float]]
    background: tuple[str, ...] = ()
    scope: Scope | None = None

    @classmethod
    def from_json(cls, body: dict, scope: Scope | None = None) -> Settings:
        """Settings from the content of a model file."""
        fusions = {name: Fusion.from_json(part) for name, part in body["fusions"].items()}
        return cls(fusions, body["thresholds"], tuple(body.get("background", ())), scope)

    @classmethod
    def load(cls, path: Path = MODEL) -> Settings:
        """The trained model, or the weights that come with the code where none was trained."""
        shipped = json.loads(SHIPPED.read_text("utf-8"))
        if not path.exists():
            return cls.from_json(shipped)
        trained = json.loads(path.read_text("utf-8"))
        trained["fusions"] = shipped["fusions"] | trained["fusions"]
        return cls.from_json(trained, Scope.load(path.parent / "scope"))


@dataclass(frozen=True)
class Look:
    """What one part of a message says: evidence, and probabilities of all items and of none."""

    text: str
    use: np.ndarray
    evidence: Evidence
    chances: np.ndarray
    strong: bool

    @property
    def sureness(self) -> float:
        """The probability of the likeliest item."""
        return float(self.chances[:-1].max())

    def best(self, ground: Ground, k: int) -> list[Match]:
        """The likeliest ``k`` items, best first; ties break by key."""
        order = sorted(range(len(ground.items)), key=lambda n: (-self.chances[n], ground.items[n].key))[:k]
        names = item_names(self.strong)
        return [
            Match(
                ground.items[n].key,
                float(self.chances[n]),
                ground.texts[self.evidence.best[n]],
                {x: round(float(v), 4) for x, v in zip(names, self.evidence.items[n], strict=True)},
            )
            for n in order
        ]


class Matcher:
    """Reads one published version; building one takes a fraction of a second, asking it milliseconds."""

    def __init__(
        self, published: Published, settings: Settings | None = None, cache: Path | None = None
    ) -> None:
        self.version = published.version
        self.settings = settings or Settings.load()
        self._background = background_of(self.settings.background, cache)
        rows = {name: published.vectors[name] for name in (encoder.quick().name, encoder.strong().name)}
        self._grounds: dict[str, Ground] = {}
        offset, spans = 0, []
        for item in published.items:
            spans.append(slice(offset, offset + len(item.texts)))
            offset += len(item.texts)
        for kind in KINDS:
            chosen = [n for n, item in enumerate(published.items) if item.kind == kind]
            index = np.concatenate([np.arange(spans[n].start, spans[n].stop) for n in chosen] or [[]]).astype(
                int
            )
            self._grounds[kind] = Ground(
                [published.items[n] for n in chosen],
                rows[encoder.quick().name][index],
                rows[encoder.strong().name][index],
                self._background,
            )

    def rank(self, text: str, kind: str = "faq", k: int = 10) -> list[Match]:
        """The likeliest ``k`` items of ``kind``, best first; ties break by key, so it is deterministic."""
        ground = self._grounds[kind]
        if not ground.items:
            return []
        found: dict[str, Match] = {}
        for look in self._looks(ground, kind, parts_of(clean(text)) or [text]):
            for match in look.best(ground, k):
                if match.key not in found or match.score > found[match.key].score:
                    found[match.key] = match
        return sorted(found.values(), key=lambda match: (-match.score, match.key))[:k]

    def _looks(self, ground: Ground, kind: str, parts: Sequence[str]) -> list[Look]:
        """A look at each part; the slower encoder reads the ``DEEP`` most telling ones that are undecided."""
        quick = [self._weigh(ground, kind, part, encoder.quick().one(part), None) for part in parts]
        quick.sort(key=lambda look: -look.sureness)
        limits = self.thresholds(kind)
        low, high = limits.get("none", 0.0), limits["quick"]
        deep = [
            look
            if look.sureness >= high or look.sureness < low
            else self._weigh(ground, kind, look.text, look.use, encoder.strong().one(look.text))
            for look in quick[:DEEP]
        ]
        return deep

    def decide(self, matches: Sequence[Match]) -> Decision:
        """Answer, ask back, or say that it is not known."""
        if not matches:
            return "unknown"
        limits = self.thresholds(matches[0].key.split("/", 1)[0])
        if matches[0].score >= limits["answer"]:
            return "answer"
        return "ask_back" if matches[0].score >= limits["ask_back"] else "unknown"

    def thresholds(self, kind: str = "faq") -> dict[str, float]:
        """``answer`` and ``ask_back``: the probabilities from which it does so."""
        return self.settings.thresholds[kind]

    def _weigh(
        self, ground: Ground, kind: str, text: str, use: np.ndarray, strong: np.ndarray | None
    ) -> Look:
        """Evidence and probabilities with or without the slower encoder's vector."""
        bare = len(ground.texts) / len(ground.items) <= BARE
        scope = None if bare else self.settings.scope
        outside = scope.outside(text, strong) if scope else 0.0
        evidence = ground.look(text, use, strong, outside)
        stage = "quick" if strong is None else "full"
        fusion = self.settings.fusions[f"{'bare' if bare else kind}/{stage}"]
        return Look(
            text, use, evidence, fusion.probabilities(evidence.items, evidence.query), strong is not None
        )


@lru_cache(maxsize=4)
def background_of(texts: tuple[str, ...], cache: Path | None = None) -> Background:
    """The background texts with their vectors."""
    texts = tuple(dict.fromkeys(map(clean, texts)))
    if not texts:
        return Background()
    encoders = (encoder.quick(), encoder.strong())
    rows = [VectorCache(cache, e).encode(texts) if cache else e.encode(texts) for e in encoders]
    return Background(texts, *rows)
