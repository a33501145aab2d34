"""What a message in a form is, apart from an answer: leave, skip, confirm, correct, ask."""

from __future__ import annotations

import re
from typing import Any

from actions.intake.wording import wording
from actions.turn import Understood
from bot.directory.catalogue import Slot
from nlu.entities import Entity

_CANCEL = re.compile(
    r"^(?:那|我|就|唉|哎|，|,| )*(?:取消|不(?:办|登记|申请|想办|填|弄|报|要办)(?:了|啦)|算了|别(?:登记|"
    r"办)了|不用(?:登记|办)了|退出)"
    r"(?:吧|了|啦|登记|这个|这件事|不办了|不登记了|不填了|，|,|。| )*$"
)
_KEEP = re.compile(
    r"先(?:存|放|留|搁)(?:着|一下|这)|存(?:一下|起来|草稿)|(?:回头|明天|晚点|过会儿?|改天|等会儿?|"
    r"下次)(?:我)?(?:再|来|接着)(?:来)?(?:填|说|弄|办|登记|补)?|"
    r"等(?:我|他|她).{0,10}(?:找到|拿到|问(?:一下|清楚)|回来|下班).{0,6}再|(?:证|材料|"
    r"手机).{0,6}不在(?:身边|手边)"
)
_SKIP = re.compile(
    r"^(?:这个|那个|我|就|先|，| )*(?:跳过|略过|不(?:想|愿|方便)(?:说|填|讲)|不填|过|下一(?:个|项|步|"
    r"题)|没有?(?:照片|图片|材料|了)|先不(?:填|说|传|发))(?:吧|了|这个|这项|这一项|，|。| )*$"
)
_YES = re.compile(
    r"^(?:嗯+|好的?|行|可以|是的?|对的?|没错|都?对|没问题|正确|确认|确定|提交|同意|要得|就这样|ok|OK|"
    r"，|,|。|！|!| |吧|了|啊|呀|呢|的|都|全|无误|没得错)+$"
)
_SUBMIT = re.compile(r"(?:确认|可以|就这样|帮我|请)?提交(?:吧|了|就行)?[。！!]?$")
_SUBMIT_ALONE = re.compile(r"^(?:我|那|就|可以|现在|，|,| )*(?:确认)?提交(?:吧|了|一下)?[。！! ]*$")
_NO = re.compile(
    r"^(?:不|不对|不是|错了|有错|不行|不正确|有问题|不太对|还不行|先别提交|等一下|等等)(?:的|了|啊|吧|"
    r"，|。| )*$"
)
_EDIT = re.compile(
    r"^(?:我)?(?:要|想)?(?:改|修改|更改)(?:一下|一处|前面的?|上面的?|一改|下|信息|内容)*(?:吧|，|。)*$|"
    r"前面(?:的)?(?:填|说)错了$|返回上一步|上一步"
)
_CHANGE = re.compile(r"错了|不对|改一?下|改成|写错|说错|填错|换一?个|重新(?:填|说)|要改")
_QUESTION = re.compile(
    r"[？?]|[吗嘛么](?:[。，,！! ]|$)|不咯|咋|啥|怎么|怎样|如何|为什么|为啥|多少钱?|多久|几天|哪里|"
    r"哪儿|哪个|哪些|什么|谁|几时|"
    r"要不要|能不能|可不可以|是不是|有没有|行不行|会不会|该不该|请问|想问"
)
_ASKS_LIKELY = re.compile(r"[？?]|[吗么](?:[。！! ]|$)|请问|想问|怎么(?:办|弄|申请)|多少钱|多久|要带什么")
_MORE = re.compile(
    r"(?:还|也|另外|顺便|再)(?:想|要|帮|给)|帮我(?:再)?(?:登记|申请|报)|我(?:想|要)(?:申请|办|登记|"
    r"报名?|加入)"
)
_HUMAN = re.compile(
    r"转人工|人工(?:客服|服务)?$|找(?:个)?(?:真人|人工|工作人员)|(?:跟|和)(?:真人|工作人员)(?:说|讲|谈)"
)


_SURE_QUESTION = 0.8
"""A message classed as a question with this confidence is one without any question word too."""


def move(text: str, said: Understood, confirming: bool) -> str | None:
    """The move that a message is, None where it is an answer or a question."""
    short = len(text) <= 14
    if _CANCEL.match(text) or (said.intent == "cancel" and short and said.confidence >= 0.6):
        return "cancel"
    if _HUMAN.search(text):
        return "human"
    if _KEEP.search(text) and len(text) <= 30:
        return "keep"
    if _SUBMIT_ALONE.match(text):
        return "confirm"
    if confirming:
        if _YES.match(text) or _SUBMIT.search(text):
            return "confirm"
        if _NO.match(text):
            return "deny"
    if _EDIT.match(text):
        return "edit"
    if _SKIP.match(text) or (said.intent == "skip" and short and said.confidence >= 0.6):
        return "skip"
    if said.intent == "help" and short and said.confidence >= 0.7:
        return "help"
    if said.intent == "check_ticket" and short and said.confidence >= 0.8:
        return "progress"
    return None


def wants_more(text: str) -> bool:
    """Whether the message asks for something else beside what is being filled in."""
    return bool(_MORE.search(text))


def question_in(text: str, said: Understood) -> bool:
    """Whether there may be a question in the message."""
    return bool(_QUESTION.search(text)) or asks_only(said)


def asks_only(said: Understood) -> bool:
    """Whether the message is a question that is known, and nothing else."""
    return said.intent == "ask_faq" and said.confidence >= _SURE_QUESTION and said.faq.sure


def answers_text(text: str, said: Understood) -> bool:
    """Whether a message with a question word is an answer all the same, such as a story."""
    if _ASKS_LIKELY.search(text):
        return False
    return said.intent not in ("ask_faq", "check_ticket", "help")


def wants_change(text: str, said: Understood) -> bool:
    """Whether the message asks to correct something."""
    return bool(_CHANGE.search(text)) or said.intent == "correct"


_GIVES = re.compile(r"[^，。,；;]{0,4}?(?:是|：|:|叫|为|改成|改为|换成|应该是)")
_OF_OTHERS = re.compile(r"(?:老板|他|她|对方|公司|单位|包工头|工头|经理|房东|邻居)(?:的|那个)?$")
_LONGEST_CORRECTION = 40
_BARE_KINDS = frozenset({"phone", "person", "place", "age"})
_FILLER = re.compile(r"[，。、,.！!？?\s]|(?:不对|错了|是|我|的|了|哦|啊|应该|吧|叫|住在?|在|改成|改为)")
_SLOT_OF = {
    "phone": ("phone", "contact_phone"),
    "person": ("beneficiary_name", "applicant_name", "contact_name"),
    "place": ("village", "station"),
    "age": ("beneficiary_age", "age", "child_age"),
}


def given_anew(
    text: str, facts: list[Entity], slots: list[Slot], fields: dict[str, Any], confirming: bool
) -> frozenset[str]:
    """Filled slots that the message gives once more: 电话是 138…; at the summary a bare 138… as well."""
    found: set[str] = set()
    if len(text) > _LONGEST_CORRECTION:
        return frozenset()
    for kind, names in _SLOT_OF.items():
        for fact in (fact for fact in facts if fact.type == kind):
            before = re.split(r"[，。；;,]", text[: fact.start])[-1]
            held = [name for name in names if name in fields and any(slot.name == name for slot in slots)]
            for name in held:
                match = wording(name).cue.search(before)
                if (
                    match
                    and not _OF_OTHERS.search(before[: match.start()])
                    and (_GIVES.fullmatch(before[match.end() :]) or match.group().endswith("叫"))
                ):
                    found.add(name)
                    break
            else:
                if confirming and held and kind in _BARE_KINDS and _alone(text, facts):
                    found.add(held[0])
    for slot in slots:
        if slot.name in fields and slot.type == "integer":
            match = wording(slot.name).cue.search(text)
            if match and _GIVES.match(text[match.end() :]):
                found.add(slot.name)
    return frozenset(found)


def _alone(text: str, facts: list[Entity]) -> bool:
    """Whether the message is made of facts and nothing else."""
    rest = list(text)
    for fact in facts:
        rest[fact.start : fact.end] = " " * (fact.end - fact.start)
    return not _FILLER.sub("", "".join(rest))


def named_slot(text: str, slots: list[Slot], fields: dict[str, Any]) -> Slot | None:
    """The filled slot that the message names, the longest name first."""
    best: tuple[int, Slot] | None = None
    for slot in slots:
        if slot.name not in fields:
            continue
        match = wording(slot.name).cue.search(text)
        if match and (best is None or len(match.group()) > best[0]):
            best = (len(match.group()), slot)
    return best[1] if best else None
