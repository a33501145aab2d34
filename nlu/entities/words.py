"""Words that stand for a recipient group or a relation, from tables in data/lexicon/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from nlu.entities.lexicon import table
from nlu.entities.model import Message, Span


def find_groups(message: Message) -> Iterator[Span]:
    """Yield `beneficiary_group` (残疾人, 留守儿童, 农民工 …)."""
    yield from _find("beneficiary_group", message.text, _groups())


def find_relations(message: Message) -> Iterator[Span]:
    """Yield `relation` (父亲, 邻居 …), where a resident speaks of another or, asked, of himself (本人)."""
    own, owned, answers = _relations()
    found = list(_find("relation", message.text, own))
    for match in owned.finditer(message.text):
        span = _named("relation", match)
        if not any(span.overlaps(other) for other in found):
            found.append(span)
    if not found and message.expected == "text":
        whole = answers.fullmatch(message.text.strip(" ，。,.！!的呢吧啊"))
        if whole:
            found.append(Span("relation", "本人", 0, len(message.text)))
    yield from found


def _find(kind: str, text: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    for match in pattern.finditer(text):
        yield _named(kind, match)


def _named(kind: str, match: re.Match[str]) -> Span:
    group = match.lastgroup or ""
    return Span(kind, _NAMES[group], match.start(group), match.end(group))


_NAMES: dict[str, str] = {}


def _alternatives(words: Mapping[str, Iterable[str]], prefix: str) -> str:
    """One named group a canonical name, its longest ways to say it first."""
    ways = [(way, name) for name, listed in words.items() for way in listed]
    ways.sort(key=lambda pair: -len(pair[0]))
    # A look at the first character spares trying every alternative at every position.
    heads = sorted({head for way, _ in ways for head in re.findall(r"(?:^|(?<=^\()|(?<=\|))[^(|)\\\[]", way)})
    parts = []
    for number, (way, name) in enumerate(ways):
        key = f"{prefix}{number}"
        _NAMES[key] = name
        plain = re.sub(r"\((?!\?)", "(?:", way)
        parts.append(f"(?P<{key}>{plain})")
    return f"(?=[{''.join(heads)}])(?:{'|'.join(parts)})"


@lru_cache(maxsize=1)
def _groups() -> re.Pattern[str]:
    return re.compile(_alternatives(table("groups"), "g"))


@lru_cache(maxsize=1)
def _relations() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    raw = table("relations")
    own = re.compile(_alternatives(raw["own"], "r"))
    owned = re.compile(raw["owners"] + f"(?:{_alternatives(raw['needs_owner'], 'o')})")
    answers = re.compile("|".join(raw["self"]["本人"]))
    return own, owned, answers
