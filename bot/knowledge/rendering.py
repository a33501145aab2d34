"""From an entry's answer to what a resident reads.

`【name】` in an answer marks a local figure. A filled one is put in; the clause of one that is not is
left out, and a line says honestly that the county has still to set it: nobody ever reads a placeholder.
"""

import re
from collections.abc import Mapping

UNNAMED = "本地标准待填"
MARKER = re.compile(r"【([^】]+)】")
_SENTENCE = re.compile(r"[^。；？！]*[。；？！]?")
_BLANKS = re.compile(r"\n{3,}")
_ASIDE = re.compile(r"（[^（）]*【[^】]+】[^（）]*）")


def fill(answer: str, figures: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """Put the known figures in; return the text and the names of those that are missing, in order."""
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        known = figures.get(match[1])
        if known:
            return known
        if match[1] not in missing:
            missing.append(match[1])
        return match[0]

    filled = MARKER.sub(value, answer)
    if missing:
        filled = _ASIDE.sub("", filled)
        lines = [(line, "".join(map(_without_gaps, _SENTENCE.findall(line)))) for line in filled.split("\n")]
        filled = "\n".join(kept for line, kept in lines if kept or not line)
        filled = _BLANKS.sub("\n\n", filled)
    return filled.strip(), missing


def _without_gaps(sentence: str) -> str:
    if not MARKER.search(sentence):
        return sentence
    end = sentence[-1] if sentence[-1] in "。；？！" else ""
    kept = [clause for clause in sentence.removesuffix(end).split("，") if not MARKER.search(clause)]
    return "，".join(kept) + (end if kept else "")


def honest_note(missing: list[str], *, confirmed: bool) -> str | None:
    """The line that says what is not known yet; None when nothing is open."""
    parts = []
    if missing:
        names = [name for name in missing if name != UNNAMED]
        what = _joined(names) if names else "具体标准"
        parts.append(f"{what}由本地定，核定后再公布。想现在问，可以转人工。")
    if not confirmed:
        parts.append("这一条还在等主管单位核对，办之前请先问清楚。")
    return "".join(parts) or None


def _joined(names: list[str]) -> str:
    """Join names; of neighbours that begin with the same `…的`, only the first says it."""
    parts: list[str] = []
    last = ""
    for name in names:
        owner, _, rest = name.partition("的")
        parts.append(rest if rest and owner == last else name)
        last = owner
    return "、".join(parts)
