"""Trying a question out: what the published index answers, what it would answer with a draft, and why."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import jieba

from nlu.retrieval.index import Item, Published, Reader, in_memory
from nlu.retrieval.matcher import Match, Matcher

EMPTY_WORDS = frozenset("的了吗呢吧啊我你您他她要想能可以怎么什么哪里有没是在不和就都给请问一下这个那个多少")


@dataclass(frozen=True)
class Ranked:
    """An entry in the ranking."""

    id: str
    title: str
    percent: int


@dataclass(frozen=True)
class Verdict:
    """What the assistant would do: `decision` is answer, ask_back or unknown."""

    decision: str
    percent: int
    threshold: int
    ask_back: int
    top: tuple[Ranked, ...]
    phrasing: str
    shared: tuple[str, ...]
    rank_of_entry: int | None

    @property
    def kind(self) -> str:
        """The colour that goes with the decision."""
        return {"answer": "ok", "ask_back": "soon"}.get(self.decision, "late")

    @property
    def said(self) -> str:
        """The decision in words."""
        return {"answer": "直接回答", "ask_back": "会反问"}.get(self.decision, "说不知道")


class Trials:
    """Keeps the matcher of the published version; building and asking happen off the loop."""

    def __init__(self, index: Path) -> None:
        self._root = index
        self._reader = Reader(index)
        self._matcher: Matcher | None = None

    async def ask(self, text: str, entry: str | None = None) -> Verdict | None:
        """The verdict of the published version; None when nothing was published yet."""
        return await asyncio.to_thread(self._ask, text, entry)

    async def ask_with(self, text: str, draft: Item) -> Verdict | None:
        """The verdict if the draft took its entry's place."""
        return await asyncio.to_thread(self._ask_with, text, draft)

    async def service(self, text: str) -> str | None:
        """The code of the service that a text most likely asks for; None where none is likely."""
        return await asyncio.to_thread(self._service, text)

    async def service_with(self, text: str, draft: Item) -> Verdict | None:
        """The verdict among services if the draft took its service's place; None before the first index."""
        return await asyncio.to_thread(self._ask_with, text, draft)

    def _service(self, text: str) -> str | None:
        if self._current() is None or self._matcher is None:
            return None
        matches = self._matcher.rank(text, "service", 3)
        likely = matches and self._matcher.decide(matches) != "unknown"
        return matches[0].key.removeprefix("service/") if likely else None

    def _current(self) -> Published | None:
        published = self._reader.current()
        if published is not None and (self._matcher is None or self._matcher.version != published.version):
            self._matcher = Matcher(published, cache=self._root / "cache")
        return published

    def _ask(self, text: str, entry: str | None) -> Verdict | None:
        published = self._current()
        if published is None or self._matcher is None:
            return None
        return _verdict(self._matcher, published.items, text, entry)

    def _ask_with(self, text: str, draft: Item) -> Verdict | None:
        published = self._current()
        if published is None:
            return None
        items = sorted(
            [*(item for item in published.items if item.key != draft.key), draft], key=lambda item: item.key
        )
        matcher = Matcher(in_memory(items, self._root / "cache"), cache=self._root / "cache")
        return _verdict(matcher, items, text, draft.key.removeprefix(f"{draft.kind}/"), draft.kind)


def _verdict(
    matcher: Matcher,
    items: list[Item] | tuple[Item, ...],
    text: str,
    entry: str | None,
    kind: str = "faq",
) -> Verdict:
    titles = {item.key: item.title for item in items}
    matches: list[Match] = matcher.rank(text, kind, 10)
    limits = matcher.thresholds(kind)
    ids = [match.key.removeprefix(f"{kind}/") for match in matches]
    best = matches[0] if matches else None
    return Verdict(
        decision=matcher.decide(matches),
        percent=round(100 * best.score) if best else 0,
        threshold=round(100 * limits["answer"]),
        ask_back=round(100 * limits["ask_back"]),
        top=tuple(
            Ranked(key, titles.get(match.key, key), round(100 * match.score))
            for key, match in zip(ids[:3], matches[:3], strict=True)
        ),
        phrasing=best.phrasing if best else "",
        shared=shared_words(text, best.phrasing) if best else (),
        rank_of_entry=ids.index(entry) + 1 if entry in ids else None,
    )


def shared_words(one: str, other: str) -> tuple[str, ...]:
    """Words of weight that two questions have in common, in the first one's order."""
    there = set(jieba.lcut(other))
    words = [word for word in jieba.lcut(one) if word in there and not set(word) <= EMPTY_WORDS]
    return tuple(dict.fromkeys(word for word in words if word.strip() and word.isalnum()))
