"""Sums of money in yuan: 三千二, 一万五, 两万多, 1.2万, 3块5, 50元6角."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.model import Message, Span
from nlu.entities.numerals import Number, as_plain, parse

_HEAD = (
    r"(?:\d+(?:,\d{3})*(?:\.\d+)?|[百千万](?=把)|"
    r"[一二两三四五六七八九十几半好壹贰叁肆伍陆柒捌玖拾俩])"
)
_RUN = (
    rf"(?:\d+(?:\.\d+)? ?[kKwW](?![a-zA-Z])|{_HEAD}(?: ?[十百千万亿佰仟兆]|"
    r"[\d零〇一二两三四五六七八九几多余来把拾壹贰叁肆伍陆柒捌玖半]|"
    r"点(?=[一二三四五六七八九零]))*)"
)
_UNIT = r"(?:元钱|块钱|元人民币|人民币|元|块|圆|钱|RMB|rmb)"
_FOREIGN = (
    r"(?! ?(?:美元|美金|美圆|美分|港币|港元|欧元|英镑|日元|日币|日圆|韩元|台币|新台币|卢布|法郎|"
    r"泰铢|澳元|加元|比特币|奈拉|日本))"
)
_MONEY = re.compile(
    rf"(?<![\d.第])(?:(?P<from>{_RUN}) ?(?P<unit1>{_UNIT})? ?(?:到|至|-|~|—|"
    rf"–) ?)?(?P<n>{_RUN})(?: ?(?P<unit>{_UNIT})"
    r"(?P<tail>(?<=[元块圆])零?[\d一二三四五六七八九]{1,2} ?(?:毛|"
    r"角)?(?:[\d一二三四五六七八九]分)?(?!\d*[年月日号岁人个天口万千百元块美欧港英]))?"
    r"|(?P<small> ?(?:毛钱?|角钱?)(?:[\d一二三四五六七八九]分)?(?!大|落|度|色|膜|钢|毛)))"
)
_BARE = re.compile(
    rf"(?<![\d.第年A-Za-z〔-])(?:(?P<from>{_RUN}) ?(?:到|至|-|~|—|"
    rf"–) ?)?(?P<n>{_RUN})(?![十百千万亿]){_FOREIGN}"
)
_SIGN = re.compile(r"(?:[￥¥]|人民币) *(?P<n>\d+(?:,\d{3})*(?:\.\d+)?(?: ?[千万亿])?)(?: ?元)?")
_CUE = re.compile(
    r"(?:工资|工钱|月薪|扣|薪水|底薪|欠|差|收入|挣|赚|花|贷|借|自付|自费|费|价|补贴|补助|救助|"
    r"金额|押金|赔偿?|学费|开支|支出|货款|工程款|款|报销|"
    r"医药费|钱|交|给|拿|发|还|要付|付|缴|罚|捐|投资?|本金|利息|存款|成本|营业额|低保|退休金|养老金|预算|￥)"
    r"(?:了|我|我们|着|是|有|才|就|只|也|的|掉|过|出|进|回|每月|一年|一个月|每年|一天|每天|月|年|大概|大约|"
    r"差不多|约|共|一共|总共|合计|将近|快|不到|"
    r"接近|至少|起码|最多|还有|还|好|在|：|:|，| )*$"
)
_PER_TIME = re.compile(
    r"(?:一年|一个月|每月|每年|每个月|每天|一天|一小时|一个小时|每小时|年收入|月收入|全年|全家|"
    r"一共|总共|合计)(?:下来|才|就|只|也|"
    r"有|是|大概|大约|差不多|能)*$"
)
_MEASURE = re.compile(
    r" ?(?:多|余|来)?(?:个|人|名|位|户|口|家|亩|斤|公斤|吨|公里|里|米|平|字|次|步|只|头|棵|株|条|"
    r"件|套|台|册|本|份|年|月|日|号|岁|周|天|分|度|瓦|例|"
    r"辆|间|栋|层|场|期|级|等|届|岁|点|时|小时|毫|厘|克|%|％|倍|种|项|批|班|组|队|桌|张|把|根|双|"
    r"粒|袋|箱|方|担|升|-|/|·|美|港|欧|日元|英镑|台币)"
)
_NOT_MONEY_AFTER = re.compile(
    r"(?:块)(?:地|田|儿|砖|石|肉|玻璃|牌|布|板|屏|木|菜|豆腐|糖|土|山|林|荒|区|表|伤|疤|骨)"
)
_TOGETHER = re.compile(
    r"(?<=[那这哪青紫大小几每])一块(?!钱)|一元[一二三]次|一块(?![钱，。,.！!？?\s、\d]|$|五|二|八|"
    r"六|三|多)"
)
_NOTHING = re.compile(r"一[毛分]钱?(?:都|也)?(?:没|不|未)")
_ROUGH_BEFORE = re.compile(r"(?:大概|大约|差不多|约|将近|接近|快|不到|近|至少|起码|最多|上下|左右)$")
_ROUGH_AFTER = re.compile(r" ?(?:左右|上下|以上|以下|出头|不到|多|余)")


def find(message: Message) -> Iterator[Span]:
    """Yield `amount` in yuan; data: `approx`, and `high` where a range was said."""
    text = message.text
    taken: list[tuple[int, int]] = []
    for match in [*_SIGN.finditer(text), *_MONEY.finditer(text)]:
        span = _with_unit(message, match)
        if span and not any(a < span.end and span.start < b for a, b in taken):
            taken.append((span.start, span.end))
            yield span
    for match in _BARE.finditer(text):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            span = _without_unit(message, match)
            if span:
                yield span


def _with_unit(message: Message, match: re.Match[str]) -> Span | None:
    text, groups = message.text, match.groupdict()
    start = match.start("from") if groups.get("from") else match.start()
    end = match.end()
    if (
        re.match(_FOREIGN, text[end:]) is None
        or text[end : end + 1] == "旦"
        or not message.is_free(start, end)
    ):
        return None
    unit = groups.get("unit")
    if unit in ("块", "元") and (
        _NOT_MONEY_AFTER.match(text, match.start("unit")) or _TOGETHER.match(text, start)
    ):
        return None
    if unit == "钱" and not re.search(r"[十百千万亿\d]", groups["n"]):
        return None
    number = _read(groups["n"])
    if number is None or groups["n"] == "半" or _NOTHING.match(text, start):
        return None
    value = number.value
    if groups.get("small"):
        value = value / 10 + _cents(groups["small"])
    elif groups.get("tail"):
        value += _tail(groups["tail"])
    low = _lower(groups.get("from"), groups["n"])
    return _span(text, start, end, number, value, low)


def _without_unit(message: Message, match: re.Match[str]) -> Span | None:
    text, raw = message.text, match["n"].rstrip()
    start, end = match.start(), match.start("n") + len(raw)
    if not message.is_free(start, end) or _MEASURE.match(text, end):
        return None
    number = _read(raw)
    if number is None or (number.value == 0 and message.expected != "amount"):
        return None
    whole = re.fullmatch(
        r"\W*(?:大概|大约|差不多|一共|总共|就|有|是|约|嗯|也就|不到|快|将近)*", text[:start]
    ) and re.fullmatch(r"(?:左右|吧|的样子|样子|上下|多|啊|呢|\W)*", text[end:])
    if message.expected == "amount" and (whole or re.search(r"[百千万亿]", raw) or number.value >= 100):
        return _span(text, start, end, number, number.value, _lower(match["from"], raw))
    has_unit = re.search(
        r"[\d一二两三四五六七八九十几] ?[百千万亿kKwW]|[百千万]把", re.sub("[多来余]", "", raw)
    )
    cue = _CUE.search(text[max(0, start - 14) : start]) or _PER_TIME.search(text[max(0, start - 14) : start])
    if has_unit and (number.value >= 1000 or cue):
        if (
            number.value < 10000
            and not cue
            and re.match(r"[\u4e00-\u9fff]", text[end:])
            and not re.match(
                r"(?:一个月|每个?月|一年|一天|左右|上下|的|多|吧|了|没|不|都|就|工资|钱|也|以上|以下|还|才|给|"
                r"我)",
                text[end:],
            )
        ):
            return None
        return _span(text, start, end, number, number.value, _lower(match["from"], raw))
    if cue and re.fullmatch(r"\d+(?:,\d{3})*(?:\.\d+)?", raw) and 50 <= number.value < 10**8:
        if re.fullmatch(r"(?:19|20)\d{2}", raw) and re.match(r"[.\-/年]", text[end:]):
            return None
        return _span(text, start, end, number, number.value, _lower(match["from"], raw))
    return None


def _read(text: str) -> Number | None:
    """`parse`, and 2k, 3w, 万把."""
    short = re.fullmatch(r"([\d.,]+) ?([kKwW])", text)
    if short:
        return parse(short[1] + ("千" if short[2] in "kK" else "万"))
    if text[-1] == "把":
        return (
            Number({"百": 100, "千": 1000, "万": 10000}[text[0]], approx=True)
            if text[0] in "百千万"
            else None
        )
    return parse(text)


def _lower(low: str | None, high: str) -> float | None:
    """The lower bound of a range; 2到3万 means 20000."""
    parsed = parse(low) if low else None
    if parsed is None:
        return None
    scale = re.search(r"[十百千万亿]+$", high)
    if scale and not re.search(r"[十百千万亿]", low or ""):
        scaled = parse((low or "") + scale.group())
        return scaled.value if scaled else parsed.value
    return parsed.value


def _tail(text: str) -> float:
    """三块五 adds 0.5, 五元三毛 0.3, 50元6角三分 0.63."""
    main = re.match(r"零?([\d一二三四五六七八九]{1,2})", text)
    number = parse(main[1]) if main else None
    if number is None:
        return 0.0
    per = 100 if number.value >= 10 else 10
    return number.value / per + _cents(text)


def _cents(text: str) -> float:
    match = re.search(r"([\d一二三四五六七八九])分", text)
    number = parse(match[1]) if match else None
    return number.value / 100 if number else 0.0


def _span(text: str, start: int, end: int, number: Number, value: float, low: float | None) -> Span:
    data: dict = {}
    if low is not None and low < value:
        data["high"], value = as_plain(value), low
    elif number.high is not None:
        data["high"] = as_plain(number.high)
    if (
        data
        or number.approx
        or _ROUGH_BEFORE.search(text[max(0, start - 4) : start])
        or _ROUGH_AFTER.match(text, end)
    ):
        data["approx"] = True
    return Span("amount", as_plain(value), start, end, data)
