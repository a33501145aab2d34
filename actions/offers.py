"""What was offered by number: 您问的是哪一个？1. … 2. … – and the answer `2` or 第二个."""

from __future__ import annotations

import re

from actions import faq
from actions.intake import start
from actions.turn import Turn

_PICK = re.compile(
    r"^(?:我)?(?:是|选|要|问的是|说的是)?\s*(?:第)?\s*([1-3一二三①②③１２３])\s*(?:个|项|条|件|号|种)?(?:的|吧|那个|这个)?[。.、!！\s]*$"
)
_DIGITS = {
    "1": 1,
    "2": 2,
    "3": 3,
    "一": 1,
    "二": 2,
    "三": 3,
    "①": 1,
    "②": 2,
    "③": 3,
    "１": 1,
    "２": 2,
    "３": 3,
}
_BARE = re.compile(r"^\d{1,3}[。.、]?$")


async def picked(turn: Turn) -> bool:
    """Answer a choice by number; a bare number without an offer is matched with no entry."""
    text = turn.text.strip()
    offered = turn.memory.get("offered") or {}
    match = _PICK.match(text)
    keys = offered.get("service") or offered.get("faq") or []
    if match and keys:
        number = _DIGITS[match[1]]
        if number > len(keys):
            turn.say(f"只有 {len(keys)} 个，请再选一下，或者换个说法。")
            return True
        turn.memory.pop("offered")
        if "service" in offered:
            story = next((said for said in reversed(turn.earlier) if len(said) >= 4), "")
            await start.begin(turn, keys[number - 1], story)
        elif await faq.say_entry(turn, keys[number - 1], 1.0):
            turn.used.append((keys[number - 1], "chosen"))
        return True
    if _BARE.match(text):
        turn.say("这个数字我没对上。想问什么、想办什么，用一句话说就行。")
        return True
    return False
