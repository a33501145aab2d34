"""The measures as data: what each is called, how it is computed and what is left out, in words for pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.reports import answers, parts
from bot.reports.cases import Case
from bot.reports.facts import Matter
from bot.tickets.deadlines import WorkClock


@dataclass(frozen=True)
class Measure:
    """A rate. `cases` gives those of one matter; None where matters must be seen together."""

    code: str
    name: str
    formula: str
    moment: str
    """When a case falls due: it belongs to the period in which that moment lies."""
    out: str
    cases: Callable[[Matter, datetime, WorkClock], Iterator[Case]] | None
    higher_is_better: bool = True


ALWAYS_OUT = "测试单、已合并、退单成立（另计退单）、到期前已撤回（列出单号）"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "response",
        "响应率",
        "期限内联系上居民，或两天内三次没联系上 ÷ 该联系的",
        "联系到期那一刻",
        "没留联系方式的；安全时段会推后期限",
        parts.response,
    ),
    Measure(
        "signed_in_time",
        "按时签收率",
        "期限内签收或退单 ÷ 该签收的；逾期视同签收算没按时",
        "签收到期那一刻（退单被维持的，以新期限为准）",
        "系统没有送达的、会商直接指定的、未签收就免办的",
        parts.signed_in_time,
    ),
    Measure(
        "done_in_time",
        "按时办结率",
        "期限内提交审结且没被退回 ÷ 主办到期的；每一轮重办单独算",
        "主办到期那一刻：停表、等外单位、一次延期都会推后；协办超期的时间从主办头上扣掉",
        "还停着表的、等超期协办的、居民没回应而办结的、到期前改派的",
        parts.done_in_time,
    ),
    Measure(
        "done_unextended",
        "按时办结率（不计延期）",
        "按没有延期时的期限提交审结且没被退回 ÷ 按没有延期时的期限到期的",
        "没有延期时的到期那一刻",
        "同按时办结率",
        parts.done_unextended,
    ),
    Measure(
        "solved",
        "解决率",
        "（解决＋部分解决的一半）÷ 有回答的；"
        "没单独问的按评价推：满意算解决，基本满意算部分解决，不满意算没解决",
        "居民回答那一刻",
        "咨询、点单、入会推荐、等外单位的、没回应的；两人确认政策不允许的（最多一成，列出单号）",
        answers.solved,
    ),
    Measure(
        "satisfied",
        "满意率",
        "（满意＋基本满意）÷ 评价了的",
        "评价那一刻",
        "没评价的、工作人员代录没有录音的、查实的恶意评价",
        answers.satisfied,
    ),
    Measure(
        "raised_again",
        "重复投诉率",
        "办结后 30 天内同一人、同一事项、同一地方又提出或要求重办 ÷ 30 天期满的办结",
        "办结后第 30 天",
        "认不出是不是同一个人的",
        None,
        higher_is_better=False,
    ),
    Measure(
        "rejected_return",
        "退单率",
        "没被采纳的退单 ÷ 派单",
        "派单那一刻",
        "测试单、已合并的",
        parts.rejected_return,
        higher_is_better=False,
    ),
    Measure(
        "misdispatched",
        "派错率",
        "成立的退单 ÷ 派单；算审核员的，记在县中心",
        "派单那一刻",
        "测试单、已合并的",
        parts.misdispatched,
        higher_is_better=False,
    ),
    Measure(
        "helper_replied",
        "协办响应率",
        "期限内签收并给出实质答复（“收到”“已阅”不算）÷ 协办到期的",
        "协办到期那一刻",
        "免予协办的、还停着表的",
        parts.helper_replied,
    ),
)
BY_CODE = {measure.code: measure for measure in MEASURES}

INTERVAL = "95% 区间用 Wilson 法"
SMALL = "到期少于 10 件只报件数；少于 30 件用截至期末的滚动一年"
ADJUSTED = (
    "难度调整：R 为全县的率，r 为每类（咨询、帮扶、维权、多家联办、点单、入会推荐）全县的率，"
    "O 为本单位做到的件数，E 为各类件数乘 r 之和；调整率 = min(1, R×(O＋20R)÷(E＋20R))"
)
BANDS = "调整率的区间互不重叠才分档，分不开的不分"
NOTES = (INTERVAL, SMALL, ADJUSTED, BANDS)


def cases_of(measure: Measure, matters: list[Matter], as_of: datetime, clock: WorkClock) -> list[Case]:
    """All cases of a measure, oldest first."""
    if measure.cases is None:
        found = list(answers.raised_again(matters))
    else:
        found = [case for matter in matters for case in measure.cases(matter, as_of, clock)]
    return sorted(found, key=lambda case: (case.at, case.number))
