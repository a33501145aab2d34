"""Long messages in parts that an encoder can read."""

from __future__ import annotations

import re

WHOLE = 120  # characters up to which a message is read as one
PART = 80
_END = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]?")
_PAUSE = re.compile(r"[^，,、\s]*[，,、\s]*")


def parts_of(text: str) -> list[str]:
    """``text`` itself where it is short, else its sentences, short neighbours together, in order.

    Text without punctuation is cut at ``PART`` characters.
    """
    if len(text) <= WHOLE:
        return [text]
    found: list[str] = []
    for sentence in _END.findall(text):
        pieces = [sentence] if len(sentence) <= PART else _PAUSE.findall(sentence)
        for piece in (cut[i : i + PART] for cut in pieces for i in range(0, len(cut), PART)):
            if found and len(found[-1]) + len(piece) <= PART and not _closed(found[-1]):
                found[-1] += piece
            else:
                found.append(piece)
    return [part.strip() for part in found if part.strip()]


def _closed(part: str) -> bool:
    return len(part) > PART // 4 and part[-1] in "。！？!?；;\n"
