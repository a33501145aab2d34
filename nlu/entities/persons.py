"""Chinese personal names: after words that announce one, as a whole answer, and in free text by a tagger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nlu.entities import tagger
from nlu.entities.lexicon import table
from nlu.entities.model import Message, Span

_CUE = re.compile(
    r"(?:我|他|她|俺|人|本人|孩子|小孩|儿子|女儿|丈夫|老公|爱人|妻子|老婆|媳妇|父亲|母亲|爸爸?|"
    r"妈妈?|爷爷|奶奶|外公|外婆|孙子|孙女|哥哥?|弟弟?|"
    r"姐姐?|妹妹?|娃|崽|伢子?|名字|全名|大名|真名|邻居|同事|一个|有个|，|。|"
    r"^)(?:就)?叫(?:做)?(?:作)?[：: “\"]?"
    r"|(?:姓名|名字|名称|大名|全名|联系人|申请人|当事人|户主|负责人|监护人|经办人|代办人|患者|"
    r"收件人|受助人|申报人|报名人|本人姓名|"
    r"孩子名字|老人名字)(?:的)?(?:姓名|名字)?(?:就)?(?:是|叫|为|写)?[：:，, “\"]?"
    r"|(?:改成|改为|应该是|写错了[，,]?是|更正为|不对[，,]?是)(?=[\u4e00-\u9fff]{2,4}(?:$|[，。 ]))"
    r"|姓[\u4e00-\u9fff][，, ]?(?:名|叫|单名|名叫)"
)
_SELF = re.compile(
    r"(?:我|俺|本人)(?:姓)?(?:就)?是|本人|(?:我们|咱)?村的?|村民|居民|职工|员工|工友|工人|同志|"
    r"学生|老师|你好|您好"
)
_KIN = re.compile(
    r"(?:丈夫|老公|爱人|妻子|老婆|媳妇|父亲|母亲|爸爸?|妈妈?|老爸|老妈|儿子|女儿|闺女|孩子|孙子|"
    r"孙女|爷爷|奶奶|外公|外婆|哥哥?|弟弟?|姐姐?|"
    r"妹妹?|叔叔?|舅舅?|邻居|同事|工友|老乡|婆婆|公公|岳父|岳母|侄子|侄女|外甥|堂客|老伴|伢子|崽)(?:是)?"
)
_EDGE = re.compile(r"$|[\s，。；：！？、,.;:!?()（）\-—\"“”'’·/\d]")
_FOLLOW = re.compile(
    r"的|今年|家在|家住|家里|家是|家有|住在|住|在|是|电话|手机|身份证|号码|想|要|来|去|有|没|男|"
    r"女|属|于|因|从|得|患|已|刚|也|都|就|还|"
    r"和|跟|与|同志|先生|女士|老师|大爷|大妈|阿姨|说|办|申请|需|能|可|现|目前|一个|一家|老人|他|"
    r"她|我|您|你|被|把|给|对|这|那|几|两|"
    r"一直|以前|之前|出生|岁|了|吧|啊|呀|呢|吗|哈|哦|读|上|做|打工|干|生病|病|残疾|联系|收|同学|"
    r"书记|主任|、|等|打|请|帮|问|今|昨|前年|去年"
)
_FILLER = re.compile(
    r"^(?:嗯+|哦+|好的?|行|那|就|我叫|我是|叫我|叫|我的?名字(?:是|叫)?|我姓名(?:是)?|姓名(?:是)?|"
    r"名字(?:是|叫)?|是|写|填|她叫|他叫|本人|您好|你好|[：:，,。 ])+"
)
_TAIL = re.compile(r"(?:就行|就好|吧|啊|呀|呢|哈|哦|了|的|谢谢|[，。,.! ！])+$")
_NICK = re.compile(r"[老小阿]")
_NOT_NAME_ANSWER = re.compile(
    r"什么|怎么|为什么|为啥|不|没|别|算了|等|谁|哪|干嘛|可以|知道|取消|匿名|保密|办理|申请|帮|问"
)
_FOREIGN_AT = re.compile(
    r"[\u4e00-\u9fff]{2,5}(?:·[\u4e00-\u9fff]{2,5}?(?=是|的|，|。|今|想|要|在|$|"
    r"[^\u4e00-\u9fff])){1,2}"
)
_TRANSLITERATED = (
    r"[阿依古丽娜尔买麦提江热汗木拉克孜帕努吐拜艾力则莎迪合塔尼亚布都肉斯曼海孜]{3,8}(?=$|"
    r"[\s，。,.])"
)
_FOREIGN = re.compile(r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,6}){1,2}|" + _TRANSLITERATED)


@dataclass(frozen=True)
class _Names:
    surnames: frozenset[str]
    compound: frozenset[str]
    weak: frozenset[str]
    given: frozenset[str]
    never: frozenset[str]
    not_names: tuple[str, ...]
    titles: re.Pattern[str]


@lru_cache(maxsize=1)
def _names() -> _Names:
    raw = table("names")
    chars = {key: frozenset(raw[key].replace(" ", "")) for key in ("surnames", "weak", "given", "never")}
    titles = "|".join(sorted(raw["titles"], key=len, reverse=True))
    return _Names(
        not_names=tuple(raw["not_names"]),
        compound=frozenset(raw["compound"]),
        titles=re.compile(f"(?:{titles})"),
        **chars,
    )


def find_announced(message: Message) -> Iterator[Span]:
    """Yield `person` after words such as 我叫 and 联系人, or as the whole answer (data `address`: 王女士)."""
    whole = _whole(message)
    if whole is not None:
        yield whole
        return
    leading = _leading(message)
    if leading is not None:
        yield leading
    for cue in _CUE.finditer(message.text):
        start = cue.end() + (message.text[cue.end() : cue.end() + 1] == " ")
        foreign = _FOREIGN.match(message.text, start)
        end = foreign.end() if foreign else name_end(message.text, start, least=0.6)
        if (
            end
            and not re.search(r"[叫是为：: “\"]$", cue.group())
            and tagger.is_word(message.text[start:end])
        ):
            continue
        if end is None:
            end = (
                _given_end(message.text, start)
                if cue.group().rstrip("：: ").endswith(("叫", "姓名", "名字", "名字是"))
                else None
            )
        if end is not None:
            yield Span("person", message.text[start:end], start, end)


def find_mentioned(message: Message) -> Iterator[Span]:
    """Yield `person` in free text: what the tagger calls a person, where it has the shape of a full name."""
    if not _may_hold_name(message):
        return
    for start, end in tagger.persons(message.text):
        dotted = _FOREIGN_AT.search(message.text[max(0, start - 7) : end + 8])
        if dotted and message.text[start:end] in dotted.group():
            start = max(0, start - 7) + dotted.start()
            yield Span("person", dotted.group(), start, start + len(dotted.group()))
        elif message.is_free(start, end) and message.text[start:end] not in message.gazetteer.aliases:
            end = _fitted(message.text, start, end)
            if end is not None and message.is_free(start, end):
                yield Span("person", message.text[start:end], start, end)


def name_end(text: str, start: int, need_edge: bool = False, least: float = 1.0) -> int | None:
    """End of the likeliest full name that begins at `start`, None where no name is there."""
    names = _names()
    surname = _surname(text, start)
    if not surname or text.startswith(names.not_names, start):
        return None
    best: tuple[float, int] | None = None
    for given_length in (1, 2):
        given_start, end = start + len(surname), start + len(surname) + given_length
        given = text[given_start:end]
        if len(given) < given_length or not all("\u4e00" <= c <= "\u9fff" for c in given):
            continue
        if any(c in names.never for c in given) or _is_title(given):
            continue
        score = sum(1 if c in names.given else -0.5 for c in given) / given_length + 0.4 * (given_length - 1)
        if _EDGE.match(text, end):
            score += 2
        elif _FOLLOW.match(text, end):
            score += 1.2
        elif need_edge:
            continue
        if given_length == 2 and given[1] not in names.given:
            score -= 0.8
        if given_length == 2 and re.match(
            r"家[在住里是有的]|今年|现[在年]|住在|电话|手机|想[要办问]|今天|一个|来自|本人", text[end - 1 :]
        ):
            score -= 1.5
        if best is None or score > best[0]:
            best = (score, end)
    return best[1] if best and best[0] >= least else None


def _is_title(given: str) -> bool:
    """Whether what follows a surname makes it a form of address: 王婶, 王婶家, 张主任."""
    return (
        bool(_names().titles.fullmatch(given))
        or given[0] in "老婶叔伯哥姐嫂姨爷奶爹妈某氏姓"
        or given[:2] == "家里"
    )


def _surname(text: str, start: int) -> str:
    names = _names()
    if text[start : start + 2] in names.compound and len(text) >= start + 3:
        return text[start : start + 2]
    return text[start : start + 1] if text[start : start + 1] in names.surnames else ""


def _given_end(text: str, start: int) -> int | None:
    """End of a given name without surname, as in 我叫建国."""
    names = _names()
    match = re.match(r"[\u4e00-\u9fff]{2}(?=$|[\s，。,.])", text[start:])
    if (
        match
        and match.group() not in names.compound
        and all(c in names.given and c not in names.never for c in match.group())
        and not _NICK.match(match.group())
    ):
        return start + 2
    return None


def _whole(message: Message) -> Span | None:
    """A message that is nothing but a name."""
    text, names = message.text, _names()
    lead = _FILLER.match(text)
    start = lead.end() if lead else 0
    end = len(_TAIL.sub("", text))
    core = text[start:end]
    asked = message.expected == "person"
    if not 2 <= len(core) <= (8 if "·" in core else 4) or not re.fullmatch(r"[\u4e00-\u9fff·]+", core):
        return None
    if not message.is_free(start, end) or message.expected not in (None, "person"):
        return None
    if _FOREIGN.fullmatch(core):
        return Span("person", core, start, end)
    full = name_end(core, 0, need_edge=True) == len(core)
    if asked:
        if _NOT_NAME_ANSWER.search(core):
            return None
        if full:
            return Span("person", core, start, end)
        surname = _surname(core, 0)
        if (surname and names.titles.fullmatch(core[len(surname) :])) or re.fullmatch(
            rf"[老小阿][{''.join(names.surnames)}]|[老小阿]?[{''.join(names.surnames)}](?:"
            rf"{names.titles.pattern})",
            core,
        ):
            return Span("person", core, start, end, {"address": True})
        if len(core) <= 3 and all(c in names.given and c not in names.never for c in core):
            return Span("person", core, start, end, {"given_only": True})
        return None
    if full and tagger.persons(core) == [(0, len(core))]:
        return Span("person", core, start, end)
    return None


def _leading(message: Message) -> Span | None:
    """A name that opens a list of fields: 罗家明 四十九 石磨镇 …"""
    lead = _FILLER.match(message.text)
    start = lead.end() if lead else 0
    end = name_end(message.text, start, need_edge=True)
    if end is None or not re.match(r"[，, ]", message.text[end:]) or not message.is_free(start, end):
        return None
    others = {span.type for span in message.found}
    certain = others & {"phone", "phone_invalid", "id_number", "place"} and _names().given.issuperset(
        message.text[start + 1 : end]
    )
    return Span("person", message.text[start:end], start, end) if certain else None


def _may_hold_name(message: Message) -> bool:
    text, names = message.text, _names()
    if len(text) < 3:
        return False
    return any(
        text[i] in names.surnames and text[i + 1] in names.given and text[i + 1] not in names.never
        for i in range(len(text) - 1)
    ) or any(name in text for name in names.compound)


def _fitted(text: str, start: int, end: int) -> int | None:
    """The end of the name in a tagged stretch, None where it is a form of address or no full name."""
    names = _names()
    surname = _surname(text, start)
    if (
        not surname
        or text[start:end] in names.compound
        or text.startswith(names.not_names, start)
        or (start and text[start - 1] in "老小阿")
    ):
        return None
    if len(surname) == 2:
        return name_end(text, start)
    given = text[start + len(surname) : end]
    if not 1 <= len(given) <= 2:
        shorter = name_end(text, start)
        return shorter if shorter is not None and shorter <= end else None
    if any(c in names.never for c in given) or _is_title(given):
        return None
    if surname == "张" and start and text[start - 1] in "一了两几这那每要":
        return None
    if len(given) == 1:
        longer = name_end(text, start, need_edge=True)
        if longer is not None and longer > end and text[end] in names.given:
            return longer
    if len(given) == 1 and (surname in names.weak or given not in names.given or given == surname):
        return None
    if len(given) == 2 and not any(c in names.given for c in given):
        return None
    if tagger.is_word(text[start:end]):
        return None
    if len(given) == 2 and re.match(r"家[在住里是有的]", text[end - 1 :]):
        return end - 1
    return end
