"""What lexical evidence counts: characters, sounds and words of a text."""

from __future__ import annotations

import re
from functools import lru_cache

_KEEP = re.compile(r"[0-9a-z]+|[\u3400-\u9fff]")
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


def pieces(text: str) -> list[str]:
    """Chinese characters one by one, runs of Latin letters or digits whole; the rest is dropped."""
    return _KEEP.findall(text.lower())


def _runs(units: list[str], widths: tuple[int, ...]) -> list[str]:
    return ["\x1f".join(units[i : i + n]) for n in widths for i in range(len(units) - n + 1)]


@lru_cache(maxsize=1)
def _readings() -> dict[int, str]:
    """Character -> its commonest reading without tone, close sounds folded together."""
    from pypinyin import lazy_pinyin
    from pypinyin.pinyin_dict import pinyin_dict

    table = {}
    for code in pinyin_dict:
        if 0x3400 <= code <= 0x9FFF:
            sound = lazy_pinyin(chr(code))[0]
            for near, plain in _FUZZY:
                sound = sound.replace(near, plain)
            if len(sound) > 1 and sound[0] == "n":
                sound = "l" + sound[1:]
            table[code] = sound
    return table


@lru_cache(maxsize=200_000)
def characters(text: str) -> tuple[str, ...]:
    """Single characters and pairs."""
    return tuple(_runs(pieces(text), (1, 2)))


@lru_cache(maxsize=200_000)
def sounds(text: str) -> tuple[str, ...]:
    """Pairs and triples of syllables: what is left of a word after a homophone typo."""
    table = _readings()
    return tuple(_runs([table.get(ord(c), c) if len(c) == 1 else c for c in pieces(text)], (2, 3)))
