"""The county's grid as names to look up: full names, short forms, and how they sound."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

SUFFIXES = {
    "town": ("镇", "乡", "街道", "街道办事处"),
    "village": ("村", "村委会", "行政村"),
    "community": ("社区", "居委会"),
    "station": ("党群服务站", "服务站", "站"),
    "centre": (),
}
_OFFICIAL = re.compile(r"(?:街道办事处|街道|镇|乡|行政村|村委会|村|社区|居委会|党群服务站|服务站)$")
_BRACKET = re.compile(r"[（(].*?[)）]")
_CENTRE_NAMES = ("县群团综合服务中心", "群团综合服务中心", "群团服务中心", "群团中心", "县中心")
# Sounds that speakers and typists of southern dialects mix up.
_SOUND = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^[ln](?=.)"), "l"),
    (re.compile(r"([aei]n)g$"), r"\1"),
)


@dataclass(frozen=True)
class Place:
    """One row of the grid."""

    code: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True)
class Alias:
    """A way to say a place; `full` where it carries a word such as 村 or 镇, which no common noun does."""

    text: str
    full: bool
    codes: tuple[str, ...]


@lru_cache(maxsize=8192)
def syllable(char: str) -> str:
    """Toneless pinyin of one character, the character itself where it has none."""
    from pypinyin import Style, pinyin

    return pinyin(char, style=Style.NORMAL, errors=lambda x: list(x))[0][0]


@lru_cache(maxsize=8192)
def blurred(char: str) -> str:
    """`syllable` with the sounds merged that are often mixed up: zh/z, n/l, ing/in …"""
    sound = syllable(char)
    for pattern, plain in _SOUND:
        sound = pattern.sub(plain, sound)
    return sound


class Gazetteer:
    """Names of the grid, ready for looking up in running text."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places: dict[str, Place] = {place.code: place for place in places}
        names: dict[str, set[str]] = defaultdict(set)
        full: set[str] = set()
        for place in self.places.values():
            for text, complete in _ways_to_say(place):
                names[text].add(place.code)
                if complete:
                    full.add(text)
        self.aliases: dict[str, Alias] = {
            text: Alias(text, text in full, tuple(sorted(codes))) for text, codes in names.items()
        }
        longest_first = sorted(self.aliases, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self.longest = max(map(len, longest_first), default=0)
        self.sounds: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self.blurs: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for text in longest_first:
            if 2 <= len(text) <= 6:
                self.sounds[tuple(map(syllable, text))].append(text)
                self.blurs[tuple(map(blurred, text))].append(text)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping]) -> Gazetteer:
        """Build from rows {"code", "name", "kind", "parent"}.

        Kinds: town, village, community, station, centre.
        """
        return cls(
            Place(str(r["code"]), str(r["name"]), str(r["kind"]), r.get("parent") or None) for r in rows
        )

    def parent(self, code: str) -> str | None:
        """Code of the township or station that a place belongs to."""
        place = self.places.get(code)
        return place.parent if place else None

    def is_area(self, code: str) -> bool:
        """Whether the code names a township (or station) rather than a village or community."""
        return self.places[code].kind in ("town", "station", "centre")


def short_name(name: str) -> str:
    """The name without its official suffix, where at least two characters remain (石岭村 -> 石岭)."""
    name = _BRACKET.sub("", name)
    short = _OFFICIAL.sub("", name)
    return short if len(short) >= 2 else name


def _ways_to_say(place: Place) -> Iterable[tuple[str, bool]]:
    name = _BRACKET.sub("", place.name)
    yield name, True
    short = short_name(name)
    if place.kind == "centre":
        for alias in _CENTRE_NAMES:
            yield alias, True
        return
    for suffix in SUFFIXES.get(place.kind, ()):
        yield short + suffix, True
    if place.kind in ("town", "village", "community") and short != name:
        yield short, False
