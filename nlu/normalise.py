"""One spelling for matching: width, script, repeated marks and odd spaces.

Chinese punctuation that people read (，。！？：；（）) keeps its form; letters, digits and symbols become
half-width, traditional characters simplified.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_KEEP_WIDE = frozenset("，。！？：；（）、～")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff\u00ad]")
_HAN = "\u3400-\u9fff"
_SPACED_OUT = re.compile(rf"(?<![{_HAN}])[{_HAN}](?: [{_HAN}](?![{_HAN}])){{2,}}")
_FOLD = re.compile(r"([，。！？；：、～…!?~,;—-])\1+|\.{4,}")
_WIDE = re.compile("[\u2f00-\u2fdf\u3000\uf900-\ufaff\uff01-\uffee\u00a0\u2000-\u200a\u2010-\u2013\u2212]")
_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2212")


@lru_cache(maxsize=1)
def _converter():
    import opencc

    return opencc.OpenCC("t2s")


def _half_width(char: str) -> str:
    if char in _KEEP_WIDE:
        return char
    if char in _DASHES:
        return "-"
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def _simplify(text: str) -> str:
    """Simplified text of the same length, by characters where a phrase would change length."""
    if text.isascii():
        return text
    converted = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    by_char = (_converter().convert(char) for char in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(by_char, text, strict=True))


def _dropped(text: str) -> set[int]:
    """Positions that matching does not need: repeated marks and surplus spaces."""
    drop = {m.start() for m in _INVISIBLE.finditer(text)}
    for mark in _FOLD.finditer(text):
        drop.update(range(mark.start() + 1, mark.end()))
    for run in re.finditer(r"\s+", text):
        start, end = run.span()
        at_edge = start == 0 or end == len(text)
        drop.update(range(start if at_edge else start + 1, end))
    return drop


def normalise_aligned(text: str) -> tuple[str, list[int]]:
    """Normalised text and, for each of its characters, the index of the character in `text` it stands for."""
    plain = _WIDE.sub(lambda m: _half_width(m.group()), text)
    plain = _simplify(plain)
    drop = _dropped(plain)
    index = [i for i in range(len(plain)) if i not in drop] if drop else list(range(len(plain)))
    result = "".join(" " if plain[i].isspace() else plain[i] for i in index)
    if " " in result:
        inner = {
            m.start() + offset
            for m in _SPACED_OUT.finditer(result)
            for offset, char in enumerate(m.group())
            if char == " "
        }
        if inner:
            index = [position for at, position in enumerate(index) if at not in inner]
            result = "".join(char for at, char in enumerate(result) if at not in inner)
    return result, index


def normalise(text: str) -> str:
    """Normalised text for matching, see `normalise_aligned`."""
    return normalise_aligned(text)[0]
