"""A case: one thing that a measure counts, or leaves out and says why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.directory.catalogue import CENTRE
from bot.reports.facts import Matter


class Outcome(StrEnum):
    """What a case adds: to numerator and denominator, half of it, to the denominator alone, to neither."""

    HIT = "hit"
    HALF = "half"
    MISS = "miss"
    OUT = "out"


REASONS = {
    "test": "测试单",
    "merged": "已合并到别的工单",
    "withdrawn": "到期前居民已撤回",
    "return_upheld": "退单成立，派错了",
    "moved": "到期前由会商或联席会议改派",
    "by_decision": "由会商或联席会议直接指定，不用签收",
    "consulting": "争议在会商，没有签收",
    "anonymous": "没留联系方式",
    "delivery_failed": "系统没有送达",
    "paused": "停表，等居民补充或外单位",
    "helper_late": "等超期的协办，主办期限顺延",
    "silent": "居民没有回应",
    "waived": "审核员免予协办",
    "consultation": "咨询类",
    "order": "点单类",
    "membership": "入会推荐类",
    "waiting_outside": "等外单位决定的事",
    "policy": "政策不允许（两人确认）",
    "unrecorded": "工作人员代录、没有录音",
    "abuse": "查实的恶意评价",
    "unknown_person": "认不出是不是同一个人",
}
"""Why a case is left out, in words for people."""

TIER_NAMES = {"centre": "县中心", "organisation": "主办单位", "helper": "协办单位", "station": "站点"}


@dataclass(frozen=True)
class Case:
    """One counted thing; `at` is the moment when it fell due."""

    number: str
    org: str
    tier: str
    service: str
    place: str | None
    kind: str
    at: datetime
    outcome: Outcome
    reason: str | None = None
    beside: str | None = None
    """Another ticket that makes it what it is: the one that raised the matter again."""
    inferred: bool = False
    """Solved or not was taken from the rating, because nobody asked."""


def case_of(
    matter: Matter,
    org: str,
    role: str,
    at: datetime,
    outcome: Outcome,
    reason: str | None = None,
    *,
    beside: str | None = None,
    inferred: bool = False,
) -> Case:
    """A case of a matter; what is left out has a reason of `REASONS`."""
    tier = "helper" if role == "helper" else ("centre" if org == CENTRE else "organisation")
    return Case(
        matter.number,
        org,
        tier,
        matter.service,
        matter.place,
        matter.kind,
        at,
        outcome,
        reason,
        beside,
        inferred,
    )
