"""Places of the county's grid in running text; the value is the grid code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from nlu.entities.gazetteer import Alias, Gazetteer, blurred, short_name, syllable
from nlu.entities.lexicon import table
from nlu.entities.model import Message, Span

_BEFORE = re.compile(
    r"(?:在|住|到|去|来|转|经|是|从|回|往|给|离|家|家里|老家|户口|户籍|籍贯|地址|我们|咱们|咱|我|"
    r"俺|俺们|搬到|嫁到|嫁在|位于|属于|属|至|和|跟|与|或|、|还是|叫|找|镇|乡|街道|县|上|下|那边|"
    r"就在|城里|呢)\s?$"
)
_AFTER = re.compile(
    r"\s?(?:村|社区|镇|乡|街道|的|人|这边|这里|这儿|那边|那里|那块|这块|一带|附近|村委|居委|支书|"
    r"小学|中学|学校|卫生|医院|党群|服务站|"
    r"站点|村站|站|小区|[一二三四五六七八九十\d]+组|[一二三四五六七八九十\d]+号|组|队|屋场|老家|"
    r"户口|有|要|想|没|也|都|农|[\u4e00-\u9fff](?:大爷|大妈|大娘|奶奶|爷爷|主任|支书|书记|老师|婶|"
    r"叔|伯|嫂|哥|姐|家)|"
    r"居民|村民|老百姓|村里|上面|里面|乡下|那头|这头|那个|这个|[两三四几]个村|到|至|是我|吧|呢|啊|"
    r"呀|哦|了|和|跟|、)"
)
_EDGE = re.compile(r"[\s，。；：！？、,.;:!?（()）\-—\"“”'’·/]")
_LEAD_IN = re.compile(
    r"^(?:我?(?:是|住|家|们)?(?:在|住在|是)?|在|嗯+|哦|啊|就是|那个|应该是?|大概是?|地址是?|"
    r"村里?是?)[，, ]?"
)
_TAIL = re.compile(r"(?:的|那边|这边|这里|那里|吧|呢|啊|呀|哦|哈|了|人|[，。,.!！ ])+$")
_FUZZY_SUFFIX = ("村", "社区", "镇", "乡", "街道", "服务站")
_JOIN = re.compile(r"(?:的|，|,|、|-|/| )?")
_PLACED = re.compile(r"(?:住在?|家在|老家|户口在?|嫁到|搬到|镇|乡)$")
_GRAMMAR = frozenset("去来在到是的了和我你他有要个这那")
_GRID_SLOT = ("place", "place_or_text")


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    alias: Alias
    spelling: bool = False


def find(message: Message) -> Iterator[Span]:
    """Yield `place`; data: `candidates` where several are meant, `spelling` where it was matched by sound."""
    gazetteer = message.gazetteer
    exact = list(_exact(message))
    pairs = {end for a, b in pairwise(exact) if _pair(message, a, b) for end in (a, b)}
    hits = [hit for hit in exact if hit in pairs or _is_meant(message, hit)]
    hits += [hit for hit in _by_sound(message) if not any(_cross(hit, other) for other in hits)]
    hits.sort(key=lambda hit: hit.start)
    areas = {code for hit in hits for code in hit.alias.codes if gazetteer.is_area(code)}
    at = 0
    while at < len(hits):
        hit = hits[at]
        follower = hits[at + 1] if at + 1 < len(hits) else None
        if follower and _joined(message.text, hit, follower):
            codes = _within(gazetteer, hit.alias.codes, follower.alias.codes)
            if codes:
                yield _span(gazetteer, codes, hit.start, follower.end, hit.spelling or follower.spelling)
                at += 2
                continue
        codes = hit.alias.codes
        if len(codes) > 1:
            codes = _narrowed(gazetteer, codes, areas) or codes
        yield _span(gazetteer, codes, hit.start, hit.end, hit.spelling)
        at += 1


def _exact(message: Message) -> Iterator[_Hit]:
    for match in message.gazetteer.pattern.finditer(message.text):
        if message.is_free(*match.span()):
            yield _Hit(match.start(), match.end(), message.gazetteer.aliases[match.group()])


def _is_meant(message: Message, hit: _Hit) -> bool:
    """A full name always is; a short one needs words of place around it, fewer if it is rare."""
    if hit.alias.full or message.expected in _GRID_SLOT:
        return True
    text = message.text
    before, after = text[: hit.start], text[hit.end :]
    open_before = not before or bool(_EDGE.match(before[-1])) or bool(_BEFORE.search(before[-4:]))
    open_after = not after or bool(_EDGE.match(after[0])) or bool(_AFTER.match(after))
    if any(message.gazetteer.pattern.fullmatch(before[-n:]) for n in (2, 3, 4) if len(before) >= n):
        open_before = True
    if hit.alias.text in _common():
        return open_before and open_after
    return open_before or open_after or len(hit.alias.text) >= 3


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(table("common_names")["words"].split())


def _by_sound(message: Message) -> Iterator[_Hit]:
    """Misspelt names that sound right: with 村, of three syllables, after 住, or as an answer."""
    text, gazetteer = message.text, message.gazetteer
    seen: list[_Hit] = []
    for suffix in re.finditer("村|社区|镇|乡|街道|服务站", text):
        for length in range(min(gazetteer.longest, suffix.end()), len(suffix.group()) + 1, -1):
            start = suffix.end() - length
            hit = _sounding(gazetteer, text, start, suffix.end(), full=True)
            if hit and message.is_free(start, suffix.end()):
                seen.append(hit)
                break
    seen += [hit for hit in _short_by_sound(message) if not any(_cross(hit, other) for other in seen)]
    if message.expected in _GRID_SLOT and not seen:
        core = _TAIL.sub("", text)
        lead = _LEAD_IN.match(core)
        for start in dict.fromkeys((lead.end() if lead else 0, 0)):
            if 2 <= len(core) - start <= gazetteer.longest:
                hit = _sounding(gazetteer, text, start, len(core), full=False)
                if hit:
                    seen.append(hit)
                    break
    yield from seen


def _short_by_sound(message: Message) -> Iterator[_Hit]:
    text, gazetteer = message.text, message.gazetteer
    sounds = tuple(map(syllable, text))
    for start in range(len(text)):
        for length in (4, 3, 2):
            names = (
                gazetteer.sounds.get(sounds[start : start + length], ())
                if start + length <= len(text)
                else ()
            )
            end = start + length
            if not names or text[start:end] in gazetteer.aliases or not message.is_free(start, end):
                continue
            after = text[end:]
            placed = _PLACED.search(text[:start]) and (
                not after or _EDGE.match(after[0]) or _AFTER.match(after)
            )
            if (length >= 3 or placed) and _alike(names[0], text[start:end]):
                codes = tuple(sorted({code for name in names for code in gazetteer.aliases[name].codes}))
                yield _Hit(start, end, Alias(names[0], False, codes), spelling=True)
                break


def _sounding(gazetteer: Gazetteer, text: str, start: int, end: int, full: bool) -> _Hit | None:
    written = text[start:end]
    if written in gazetteer.aliases:
        return None
    for sounding, sound in ((gazetteer.sounds, syllable), (gazetteer.blurs, blurred)):
        names = sounding.get(tuple(map(sound, written)), ())
        names = [n for n in names if not full or (gazetteer.aliases[n].full and _alike(n, written))]
        if names:
            codes = tuple(sorted({code for name in names for code in gazetteer.aliases[name].codes}))
            return _Hit(start, end, Alias(names[0], full, codes), spelling=True)
    return None


def _alike(name: str, written: str) -> bool:
    """Whether the writing can be the name misspelt: 石领村 can, 员去社区 (党员去社区) is not 园区社区."""
    stem = written[: len(short_name(name))]
    return any(a == b for a, b in zip(name, stem, strict=False)) or not any(c in _GRAMMAR for c in stem)


def _cross(a: _Hit, b: _Hit) -> bool:
    return a.start < b.end and b.start < a.end


def _joined(text: str, first: _Hit, second: _Hit) -> bool:
    gap = text[first.end : second.start]
    return len(gap) <= 1 and _JOIN.fullmatch(gap) is not None


def _pair(message: Message, first: _Hit, second: _Hit) -> bool:
    """Whether two neighbours are a township and a village of it (青陂石岭)."""
    return _joined(message.text, first, second) and bool(
        _within(message.gazetteer, first.alias.codes, second.alias.codes)
    )


def _within(gazetteer: Gazetteer, outer: tuple[str, ...], inner: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in inner if gazetteer.parent(code) in outer)


def _narrowed(gazetteer: Gazetteer, codes: tuple[str, ...], areas: set[str]) -> tuple[str, ...]:
    """Of several places of one name, those in a township named elsewhere in the message."""
    others = areas - set(codes)
    return tuple(code for code in codes if gazetteer.parent(code) in others)


def _span(gazetteer: Gazetteer, codes: tuple[str, ...], start: int, end: int, spelling: bool) -> Span:
    data: dict = {"spelling": True} if spelling else {}
    value = codes[0]
    if len(codes) > 1:
        data["candidates"] = list(codes)
        value = next((code for code in codes if gazetteer.is_area(code)), codes[0])
    return Span("place", value, start, end, data)
