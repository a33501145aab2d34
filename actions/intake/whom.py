"""For whom a request is made: oneself, or a relative, neighbour, pupil."""

import re
from dataclasses import dataclass

from bot.conversations.drafts import Draft
from bot.directory.catalogue import Service
from nlu.entities import Entity

SELF = "本人"
_FOR = re.compile(r"(?:帮|给|替|代|为|帮着|让)(?:着|忙|一下)?(?:我|我们|俺|咱)?(?:家|们|屋里)?的?$")
_NOT_ME = re.compile(
    r"不是(?:给|帮|替)?我(?:自己|本人)?(?:办|申请|要)?的?[，,。 ]*(?:是|而是)(?:给|帮|替)?我?$"
)
_SPEAKER = re.compile(
    r"我(?:自己|本人)?(?:想|要|是|有|得|在|没|的|今年|腿|眼|耳|手|脚|腰|二级|一级|三级|四级)|本人"
)
_FEMALE = frozenset("母亲 妻子 女儿 奶奶 外婆 岳母 孙女 姐姐 妹妹 姑姑 姑姨 儿媳 婆婆 前妻".split())
_CHILDREN = frozenset("儿子 女儿 孙子 孙女 孩子 侄子女 学生 弟弟 妹妹".split())
_NOT_FOR = frozenset("前夫 前妻 朋友 同学".split())
ABOUT_A_CHILD = frozenset({"A08", "A14", "A15", "A19"})
"""Services whose own slots are about a child: speaking of a child means acting for it."""
_ABOUT_THE_SPEAKER = frozenset(
    {"A03", "A18", "A11", "D03", "D05", "A12", "A13", "A20", "A24", "C05", "Z01", "D02", "D06"}
)
"""Services in which a relative that is spoken of is part of the story, unless 帮 or 替 says otherwise."""
_BODY = re.compile(
    r"走不|瘫|中风|残疾|看不|听不|聋|盲|病|癌|瘤|断|截肢|证|想|要|没|下不|起不|老了|摔|孤独|自闭|脑瘫|"
    r"岁|级|心里|抑郁|康复"
)


@dataclass(frozen=True)
class Whom:
    """`relation` as people say it: 父亲; None where nobody but the speaker is meant."""

    relation: str | None


def find(text: str, facts: list[Entity], service: Service) -> Whom:
    """For whom the speaker asks: a relative whom 帮, 给 or 替 names, or whose body or papers it is."""
    if service.contact != "personal":
        return Whom(None)
    for fact in facts:
        if fact.type != "relation" or fact.value in _NOT_FOR or fact.value == SELF:
            continue
        if _FOR.search(text[: fact.start]):
            return Whom(str(fact.value))
        if service.code in _ABOUT_THE_SPEAKER:
            continue
        if service.code in ABOUT_A_CHILD and str(fact.value) not in _CHILDREN:
            continue
        if _BODY.search(text[fact.end : fact.end + 14]) and not _SPEAKER.match(text):
            return Whom(str(fact.value))
    return Whom(None)


def said_now(text: str, facts: list[Entity], service: Service) -> Whom:
    """A relative for whom the request turns out to be, when the speaker's own name is known: 是给我妈办的."""
    if service.contact != "personal":
        return Whom(None)
    for fact in facts:
        if fact.type == "relation" and fact.value not in _NOT_FOR and fact.value != SELF:
            if _FOR.search(text[: fact.start]) or _NOT_ME.search(text[: fact.start]):
                return Whom(str(fact.value))
    return Whom(None)


def apply(draft: Draft, whom: Whom) -> None:
    """Note in a draft for whom it is."""
    if whom.relation is None:
        draft.fields.setdefault("is_proxy", SELF)
        return
    draft.proxy = True
    draft.fields["is_proxy"] = f"代办，当事人是{whom.relation}"
    draft.progress["relation"] = whom.relation


def pronoun(draft: Draft) -> str:
    """How the assistant speaks of the person concerned: 您, 您父亲, 孩子."""
    relation = draft.progress.get("relation")
    if not draft.proxy or not relation:
        return "您"
    if relation in ("孩子", "学生"):
        return "孩子"
    return f"您{relation}" if relation not in ("同村人", "员工", "邻居") else "他"


def short_pronoun(draft: Draft) -> str:
    """The pronoun in later questions: 您, 他, 她, 孩子."""
    relation = draft.progress.get("relation")
    if not draft.proxy or not relation:
        return "您"
    if relation in ("孩子", "学生"):
        return "孩子"
    return "她" if relation in _FEMALE else "他"
