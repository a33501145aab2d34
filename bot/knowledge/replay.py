"""Every way of asking, put to what is online and to the same with a draft in it.

Each question is asked of an index from which it was taken out before, with a third of the others: what
counts is how people fare who say something like it. A question that was answered with its own entry and no
longer is, or that now gets another's answer, got worse. Only questions near to the draft's entry, as it is
or as it was, can change; the others are counted as unchanged without asking.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.grams import characters
from nlu.retrieval.index import Item, Published, texts_of
from nlu.retrieval.matcher import Match, Matcher
from nlu.retrieval.vectors import VectorCache

WORTH_ASKING = 0.3
MOST_CHOICES = 3
"""How asking back chooses what it offers; the same as in the conversation."""
RIGHT, OFFERED, NOTHING, WRONG = 3, 2, 1, 0
FOLDS = 3
NEAR = 0.16
"""So much less like the entry than like the likest other (cosines of both encoders summed) may a question
be, and still be asked; in trials on the sample county nothing outside of it changed."""
SHARED = 0.5
"""Or it shares so much of its characters with what the answer lost or gained."""
NOISE = 0.03
"""A smaller step of the same entry's probability is no change: every edit moves all of them a little."""
STEP = 10

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Done:
    """What the assistant does with a question: answer, ask_back or unknown; with which entries; how sure."""

    do: str
    entries: tuple[str, ...]
    score: float = 0.0

    def worth(self, owners: Sequence[str]) -> int:
        """How good that is for a question of these entries."""
        if self.do == "answer":
            return RIGHT if self.entries[0] in owners else WRONG
        if self.do == "ask_back" and set(self.entries) & set(owners):
            return OFFERED
        return NOTHING


@dataclass(frozen=True)
class Change:
    """A question with which something else happens than before."""

    text: str
    owners: tuple[str, ...]
    before: Done
    after: Done

    @property
    def step(self) -> int:
        """Above zero: it got better; below: worse."""
        step = self.after.worth(self.owners) - self.before.worth(self.owners)
        small = abs(self.after.score - self.before.score) < NOISE
        return 0 if small and self.after.entries[:1] == self.before.entries[:1] else step

    def row(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True)
class Found:
    """What a replay found: how many questions there are, how many of them were asked, what changed."""

    total: int
    asked: int
    better: tuple[Change, ...]
    worse: tuple[Change, ...]


def questions(*indexes: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Every title and phrasing of FAQ entries with the entries that own it."""
    owners: dict[str, dict[str, None]] = {}
    for items in indexes:
        for item in items:
            for text in (item.title, *item.phrasings):
                if text.strip():
                    owners.setdefault(text, {})[item.key.removeprefix("faq/")] = None
    return {text: tuple(ids) for text, ids in owners.items()}


def digest_of(items: Iterable[Item]) -> str:
    """Tells whether two indexes hold the same."""
    body = json.dumps([asdict(item) for item in items], ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(body.encode(), digest_size=12).hexdigest()


def replay(published: Published, draft: Item, cache: Path, progress: Progress) -> Found:
    """Compare; takes seconds, belongs off the event loop, and tells how far it is."""
    old = [item for item in published.items if item.kind == "faq"]
    new = sorted([*(item for item in old if item.key != draft.key), draft], key=lambda item: item.key)
    owners = questions(old, new)
    with threadpool_limits(1):  # on texts as short as these several threads only wait for each other
        vectors = _Vectors(cache, [*texts_of(old), *draft.texts])
        asked = _near(owners, draft, next((item for item in old if item.key == draft.key), None), vectors)
        progress(0, 2 * len(asked))
        changes, done = [], 0
        for fold in range(FOLDS):
            here = [text for text in asked if _fold(text) == fold]
            before, after = (vectors.matcher(_without(items, fold), cache) for items in (old, new))
            for text in here if before and after else ():
                changes.append(Change(text, owners[text], done_with(before, text), done_with(after, text)))
                done += 2
                if len(changes) % STEP == 0:
                    progress(done, 2 * len(asked))
    progress(2 * len(asked), 2 * len(asked))
    return Found(
        len(owners),
        len(asked),
        tuple(one for one in changes if one.step > 0),
        tuple(one for one in changes if one.step < 0),
    )


def done_with(matcher: Matcher, text: str) -> Done:
    """What the assistant does with one question."""
    matches = matcher.rank(text, "faq", MOST_CHOICES)
    do = matcher.decide(matches)
    return Done(do, _entries(do, matches), round(matches[0].score, 4) if matches else 0.0)


def _entries(do: str, matches: Sequence[Match]) -> tuple[str, ...]:
    ids = [match.key.removeprefix("faq/") for match in matches]
    if do != "ask_back":
        return (ids[0],) if do == "answer" else ()
    likely = [
        key for key, match in zip(ids, matches, strict=True) if match.score >= matches[0].score * WORTH_ASKING
    ]
    return tuple(likely if len(likely) >= 2 else ids[:2])


def _fold(text: str) -> int:
    return hashlib.blake2b(clean(text).encode(), digest_size=4).digest()[0] % FOLDS


def _without(items: Iterable[Item], fold: int) -> list[Item]:
    """The items without the texts of a fold; one that would be left with nothing keeps its title."""
    kept = []
    for item in items:
        texts = [text for text in (item.title, *item.phrasings) if text.strip() and _fold(text) != fold]
        kept.append(replace(item, title=texts[0], phrasings=tuple(texts[1:])) if texts else _bare(item))
    return kept


def _bare(item: Item) -> Item:
    return replace(item, phrasings=())


class _Vectors:
    """Vectors of all texts, read from the cache once; only new texts are encoded."""

    def __init__(self, cache: Path, texts: Sequence[str]) -> None:
        unique = list(dict.fromkeys(texts))
        self._place = {text: n for n, text in enumerate(unique)}
        encoders = (encoder.quick(), encoder.strong())
        self._rows = {e.name: VectorCache(cache, e).encode(unique) for e in encoders}

    def of(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Rows of texts by encoder."""
        places = [self._place[text] for text in texts]
        return {name: rows[np.array(places, np.int64)] for name, rows in self._rows.items()}

    def both(self, texts: Sequence[str]) -> np.ndarray:
        """Rows of both encoders side by side: their product is the sum of both cosines."""
        return np.hstack(list(self.of(texts).values()))

    def matcher(self, items: Sequence[Item], cache: Path) -> Matcher:
        """A matcher over items."""
        return Matcher(Published("memory", tuple(items), (), self.of(texts_of(items))), cache=cache)


def _near(
    owners: dict[str, tuple[str, ...]], draft: Item, before: Item | None, vectors: _Vectors
) -> list[str]:
    """The questions that the draft may change, in order."""
    texts = list(owners)
    cleaned = [clean(text) for text in texts]
    mine = list(dict.fromkeys([*draft.texts, *(before.texts if before else ())]))
    entry = draft.key.removeprefix("faq/")
    rows = vectors.both(cleaned)
    alike = rows @ rows.T
    np.fill_diagonal(alike, -1)
    own = np.array([owners[text] == (entry,) for text in texts])
    to_mine = (rows @ vectors.both(mine).T).max(1)
    to_others = np.where(own[None, :], -1, alike).max(1)
    near = own | (to_mine >= to_others - NEAR)
    moved = set(characters(draft.answer)) ^ set(characters(before.answer if before else ""))
    for n, text in enumerate(cleaned):
        grams = characters(text)
        near[n] |= bool(grams) and sum(gram in moved for gram in grams) >= SHARED * len(grams)
    return [text for text, yes in zip(texts, near, strict=True) if yes]
