"""Map a free answer to one of a slot's choices: 两级 -> 二级, 看不见 -> 视力, 送外卖的 -> 平台或网约."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.entities.lexicon import table
from nlu.entities.numerals import DIGITS
from nlu.normalise import normalise

_ORDINAL = re.compile(r"^(?:选|我选|要)?(?:第)?([1-9一二三四五六七八九])(?:个|项|号|种)?$")
_NEGATED = re.compile(r"(?:不是|没有?|并非|不属于|不算)[^，。,；;]{0,2}$|(?:不能?|不会|没法|无法)$")
_FILLER = re.compile(
    r"[\s，。！？、,.!?~～]|^(?:嗯+|哦+|应该|大概|好像|可能|属于|就是|是|算|我|选|要|的)+|(?:吧|"
    r"啊|呀|呢|哦|哈|了|的|那种|那个|类|这种)+$"
)


def match_choice(text: str, choices: Sequence[str]) -> str | None:
    """The choice that an answer means, None where none or several are equally likely.

    An exact choice wins, then its number in the list (第二个), then the longest synonym of
    data/lexicon/choices.yml; words under a negation (不是零工) do not count.
    """
    answer = normalise(text)
    core = _core(answer)
    if not core:
        return None
    for choice in choices:
        if core in (choice, _core(choice)):
            return choice
    ordinal = _ORDINAL.match(core)
    holding = [choice for choice in choices if core in choice]
    if ordinal and len(holding) == 1:
        return holding[0]
    if ordinal and not holding:
        number = DIGITS.get(ordinal[1]) or int(ordinal[1])
        return choices[number - 1] if number <= len(choices) else None
    scored = sorted(((_evidence(answer, choice), choice) for choice in choices), key=lambda pair: -pair[0])
    best, choice = scored[0]
    runner_up = scored[1][0] if len(scored) > 1 else 0
    if best > runner_up:
        return choice
    if best:
        return None
    inside = [choice for choice in choices if len(core) >= 2 and core in choice]
    return inside[0] if len(inside) == 1 else None


def _core(text: str) -> str:
    previous = None
    while text != previous:
        previous, text = text, _FILLER.sub("", text)
    return text


def _evidence(answer: str, choice: str) -> int:
    """Length of the longest word for the choice that the answer says without denying it."""
    best = 0
    for word in (choice, *table("choices").get(choice, ())):
        pattern = re.compile(word, re.IGNORECASE)
        for match in pattern.finditer(answer):
            if not _NEGATED.search(answer[: match.start()]):
                best = max(best, len(match.group()))
    return best
