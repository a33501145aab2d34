"""Chinese numerals as people write them: 三千二, 一万五, 两万多, 1.2万, 十几, 幺三八."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
FORMAL = {
    "壹": "一",
    "贰": "二",
    "叁": "三",
    "肆": "四",
    "伍": "五",
    "陆": "六",
    "柒": "七",
    "捌": "八",
    "玖": "九",
    "拾": "十",
    "佰": "百",
    "仟": "千",
    "俩": "两",
    "仨": "三",
    "廿": "二十",
    "卅": "三十",
}
SPOKEN = {"幺": "1", "么": "1", "洞": "0", "拐": "7"}
SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
BIG_UNITS = {"万": 10**4, "亿": 10**8}
_PLAIN_DIGITS = {char: str(value) for char, value in DIGITS.items() if char != "两"} | {"两": "2"}

HAN_NUMBER = "[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟俩廿卅]"
NUMBER = (
    rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?(?: ?[十百千万亿])*(?:{HAN_NUMBER}+)?|"
    rf"{HAN_NUMBER}+(?:点[零〇一二三四五六七八九]+[万亿]?)?)"
)


@dataclass(frozen=True)
class Number:
    """A parsed numeral; `high` is set for ranges such as 三五万 (30000 to 50000)."""

    value: float
    approx: bool = False
    high: float | None = None

    @property
    def plain(self) -> int | float:
        """The value, an int where it is whole."""
        return as_plain(self.value)


def as_plain(value: float) -> int | float:
    """An int where the value is whole, else a float without rounding noise."""
    return round(value) if abs(value - round(value)) < 1e-9 else round(value, 6)


def digits_of(text: str) -> str:
    """ASCII digits of a digit string that mixes scripts, 幺 and separators; other characters vanish."""
    out = []
    for char in text:
        if char.isascii() and char.isdigit():
            out.append(char)
        elif char in _PLAIN_DIGITS:
            out.append(_PLAIN_DIGITS[char])
        elif char in SPOKEN:
            out.append(SPOKEN[char])
        elif char in "oO":
            out.append("0")
    return "".join(out)


def parse(text: str) -> Number | None:
    """The value of a numeral, None where the text is none. Trailing 多, 来, 几 and 余 make it approximate."""
    text = text.replace(" ", "").replace(",", "")
    text = "".join(FORMAL.get(char, char) for char in text)
    stripped = re.sub(r"[多来余几好]", "", text)
    approx = stripped != text
    if not stripped:
        return None
    if stripped in ("半",):
        return Number(0.5)
    pair = re.fullmatch(
        r"([十二三四五六七八九]*?)([一二两三四五六七八九])([一二两三四五六七八九])([十百千万亿]*)", stripped
    )
    if pair and DIGITS[pair[3]] - DIGITS[pair[2]] in (1, 2) and (pair[1] == "" or pair[1][-1] == "十"):
        low, high = (_value(pair[1] + pair[i] + pair[4]) for i in (2, 3))
        if low is not None and high is not None:
            return Number(low, True, high)
    value = _value(stripped)
    return None if value is None else Number(value, approx)


def _value(text: str) -> float | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if re.fullmatch(r"[零〇一二两三四五六七八九]{2,}", text):
        return float("".join(str(DIGITS[char]) for char in text))
    if "点" in text:
        whole, _, rest = text.partition("点")
        match = re.fullmatch(r"([零〇一二三四五六七八九]+)([万亿]?)", rest)
        base = _value(whole) if match else None
        if match is None or base is None:
            return None
        fraction = float("0." + "".join(str(DIGITS[char]) for char in match[1]))
        return (base + fraction) * BIG_UNITS.get(match[2], 1)
    return _composed(text)


def _composed(text: str) -> float | None:
    """Sum of 万- and 亿-sections; a last bare digit is one step below the unit before it (三千二 = 3200)."""
    total = section = 0.0
    pending: float | None = None
    last_unit, after_zero = 1.0, False
    for token in re.findall(r"\d+(?:\.\d+)?|.", text):
        if token[0].isdigit():
            pending = float(token)
        elif token in ("零", "〇"):
            after_zero, pending = True, None if pending is None else pending
            if pending is not None:
                return None
        elif token in DIGITS:
            if pending is not None:
                return None
            pending = float(DIGITS[token])
        elif token in SMALL_UNITS:
            section += (1 if pending is None else pending) * SMALL_UNITS[token]
            pending, last_unit, after_zero = None, SMALL_UNITS[token], False
        elif token in BIG_UNITS:
            value = section + (pending or 0)
            if value == 0 and total == 0:
                return None
            big = BIG_UNITS[token]
            total = (total + value) * big if big > 10**4 or (value == 0 and total) else total + value * big
            section, pending, last_unit, after_zero = 0.0, None, big, False
        else:
            return None
    if pending is not None:
        tail_counts_in_unit = pending < 10 and not after_zero and last_unit >= 100
        section += pending * (last_unit / 10 if tail_counts_in_unit else 1)
    return total + section
