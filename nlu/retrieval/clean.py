"""The form in which texts are compared: normalised, without emoji and courtesies."""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.normalise import normalise

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0f\U000e0000-\U000e007f]+")
_COURTESY = re.compile(
    r"^(?:(?:您好|你好|请问|问一下|问下|咨询一下|想咨询下?|麻烦问下?|打扰了?|求助|同志|领导)(?:一下)?[啊呀呢哈]?[，,。！!？?：:\s]*)+"
)
_THANKS = re.compile(r"[，,。！!\s]*(?:谢谢|多谢|感谢|辛苦)(?:了|您|你|啦|大家)*[。！!~～\s]*$")


@lru_cache(maxsize=50_000)
def clean(text: str) -> str:
    """``text`` for matching; never empty unless ``text`` holds nothing but courtesies."""
    plain = normalise(_EMOJI.sub(" ", text))
    shorter = _THANKS.sub("", _COURTESY.sub("", plain))
    return shorter if len(shorter) >= 3 else plain
