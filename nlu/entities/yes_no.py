"""Yes and no as residents answer a form: 有的, 办了, 还没办, 不在家 …"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.model import Message, Span

_LEAD = (
    r"(?:嗯+|哦+|啊|那个|这个|就|我|我们|他|她|它|家里|目前|现在|暂时|应该|好像|肯定|确实|当然|都|"
    r"也|，|,| )*"
)
_NO = re.compile(
    rf"^{_LEAD}(?:没有?(?:的|了|呢|办|过|报|买|交|得|证|啊|受伤|安全|需要|孩子)?|没得|冇得?|无|"
    r"不(?:是|用|要|需要|必|行|可以|能|同意|愿意|方便|在|安全|属于|算|想|会|对|符合|好|了|用了|"
    r"太)|"
    r"否|还没|未|别|没办|没报|从来没|从没|不|木有|no|NO|No|n|N|×)"
)
_YES = re.compile(
    rf"^{_LEAD}(?:有(?!没有|没|什么|哪)|是(?!不是|否)|对|要(?!不要|怎么)|需要|可以(?!不|吗)|"
    r"能(?!不能)|行(?!不行)|同意|愿意|好(?!几|像)|办了|办过|办好|已经?|报了|报过|买了|交了|"
    r"嗯+|恩|成|没错|没问题|不错|当然|肯定|确实|安全|方便|符合|yes|YES|Yes|y|Y|ok|OK|√|得|必须|会|"
    r"在(?!哪|什么)|属于|算|受伤|去了|打了|递了|写了|入了)"
)
_YES_FIRST = re.compile(r"^(?:嗯+|是的?|对的?|有的?|好的?|没错|没问题|不错|没事)[，,。 ]?")
_QUESTION = re.compile(r"[吗么呢？?]|什么|怎么|哪|为啥|多少|是不是|有没有|要不要|能不能|可不可以|行不行")
_UNSURE = re.compile(r"不清楚|不知道|不晓得|不确定|不记得|不好说|说不好|忘了|看情况|不一定")
_ENDS_NO = re.compile(
    r"(?:还没有?(?:办|报|买|交|做|去|来得及)?|没有|没办|没报|没买|没得|不是|不用了?|不要|不需要|"
    r"没)(?:呢|了|的|啊|过|成)?[。.!！~ ]*$"
)
_ENDS_YES = re.compile(
    r"(?:有的|是的|办了|办过了?|办好了|报了|报警了|报过警了?|买了|交了|都有|需要|要的|可以|同意|"
    r"愿意|递交了|交过了?)[。.!！~ ]*$"
)


def find(message: Message) -> Iterator[Span]:
    """Yield one `yes_no` (是 or 否) where the form asked, or where the whole message is such an answer."""
    text = message.text
    asked = message.expected == "yes_no"
    if not text or (not asked and (len(text) > 6 or message.found)):
        return
    value = _answer(text)
    if value is None or (not asked and not _is_bare(text)):
        return
    yield Span("yes_no", value, 0, len(text))


def _answer(text: str) -> str | None:
    """The answer of the first clause that gives one; a question or a doubt gives none."""
    if _QUESTION.search(text) and not re.match(r"^(?:嗯|是的|对|有的|没有)[，,。]", text):
        return None
    for clause in re.split(r"[，,。；;！! ]", text):
        if _UNSURE.search(clause):
            return None
        value = _of_clause(clause)
        if value:
            return value
    return None


def _of_clause(clause: str) -> str | None:
    if _YES_FIRST.fullmatch(clause) or re.match(r"没错|没问题|没事|不错", clause):
        return "是"
    if _ENDS_NO.search(clause) or _NO.match(clause):
        return "否"
    return "是" if _ENDS_YES.search(clause) or _YES.match(clause) else None


def _is_bare(text: str) -> bool:
    return (
        re.fullmatch(
            r"(?:嗯+|哦)?[，, ]?(?:有的?|没有的?|没得|没|冇|是的?|不是的?|对的?|不对|要的?|不要|不用了?|"
            r"需要|不需要|可以的?|不可以|行的?|不行|同意|不同意|愿意|不愿意|"
            r"好的?|办了|办过了?|没办过?|还没办?|还没有|报了|没报|买了|没买|嗯+|是|否|没错|"
            r"没问题)[了啊呀吧呢哦。.!！~ ]*",
            text,
        )
        is not None
    )
