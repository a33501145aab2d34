"""Conditions of the state table: `WHEN` tells rows apart, `GUARDS` say why a step cannot be taken now."""

from collections.abc import Callable
from datetime import datetime

from bot.clock import local
from bot.tickets import states as s
from bot.tickets.deadlines import natural_days
from bot.tickets.terms import legal
from bot.tickets.work import Work, moment


def _target(work: Work) -> str | None:
    return work.ask.org


WHEN: dict[str, Callable[[Work], bool]] = {
    "refusal_unread": lambda w: "refused_by" in w.memory,
    "not_appealed": lambda w: "appealed" not in w.memory and "refused_by" not in w.memory,
    "paused_in_review": lambda w: w.memory.get("paused_in") == s.IN_REVIEW,
    "paused_in_progress": lambda w: w.memory.get("paused_in", s.IN_PROGRESS) == s.IN_PROGRESS,
    "bound": lambda w: bool(w.memory.get("bound")),
    "same_lead": lambda w: _target(w) in (None, w.ticket.lead),
    "other_lead": lambda w: _target(w) not in (None, w.ticket.lead),
    "granted": lambda w: w.ask.data.get("grant", True) is not False,
    "refused": lambda w: w.ask.data.get("grant", True) is False,
    "first_unsatisfied": lambda w: w.memory.get("unsatisfied", 0) < 1,
    "again_unsatisfied": lambda w: w.memory.get("unsatisfied", 0) >= 1,
    "order": lambda w: w.service.starts == "event",
    "high_privacy": lambda w: w.high_privacy,
    "not_high_privacy": lambda w: not w.high_privacy,
    "withdrawal_waits": lambda w: "withdrawal_asked" in w.memory,
}


def catalogued(work: Work) -> str | None:
    """A ticket can only go to an organisation that is there."""
    org = work.ask.org
    if org is not None and org not in work.county.orgs:
        return f"没有代码为 {org} 的单位"
    return None


def may_pause(work: Work) -> str | None:
    """At most two pauses, ten days together."""
    terms = work.timing.terms
    if work.memory.get("info_pauses", 0) >= terms.info_pauses:
        return f"已经停过 {terms.info_pauses} 次，不能再停表"
    if work.memory.get("info_days", 0) >= terms.info_total_days:
        return f"停表已满 {terms.info_total_days} 个工作日"
    return None


def info_expired(work: Work) -> str | None:
    """The resident's days to reply must be over."""
    until = work.moment("info_until")
    return None if until is not None and work.at >= until else "还没到居民补充的期限"


def two_calls(work: Work) -> str | None:
    """Two calls on different days since the question."""
    since = work.moment("paused_at")
    days = {
        local(at).date()
        for call in work.memory.get("calls", ())
        if (at := moment(call["at"])) and (since is None or at >= since)
    }
    return None if len(days) >= 2 else "还要在不同的两天各打一次电话"


def not_high_privacy(work: Work) -> str | None:
    """Matters of high privacy are never closed on silence."""
    return "高敏事项不能因为没有回复就办结" if work.high_privacy else None


def sign_overdue(work: Work) -> str | None:
    """The lead's time to sign must be over."""
    lead = work.lead
    return None if lead is not None and work.at >= lead.sign_due else "还没到签收期限"


def not_bound(work: Work) -> str | None:
    """An organisation returns a ticket once."""
    lead = work.lead
    if work.memory.get("bound") or (lead is not None and lead.returned):
        return "退单只有一次，已经维持派单；有异议可转会商"
    return None


def helper_not_bound(work: Work) -> str | None:
    """A helper returns its part once."""
    helper = work.helper(work.ask.org or work.actor.org)
    return "退协办只有一次" if helper is not None and helper.returned else None


def may_extend(work: Work) -> str | None:
    """Once, at most the original term, never on a legal term or an urgent matter."""
    if work.memory.get("extension"):
        return "延期只有一次，已经申请过"
    if work.ticket.urgent or work.service.urgent:
        return "紧急事项不能延期"
    if legal(work.service):
        return "法定时限不能延期"
    until = work.ask.until
    if until is None:
        return None
    if work.lead is not None and work.lead.due is not None and until <= work.lead.due:
        return "延期的日期要晚于现在的期限"
    if until > (latest := latest_extension(work)):
        return f"最多延到 {local(latest):%m-%d}（不超过原期限的天数）"
    return None


def latest_extension(work: Work) -> datetime:
    """The latest moment of an extension: as many days again as the original term."""
    lead = work.lead
    assert lead is not None
    start = lead.due or work.at
    if work.service.days_run == "natural":
        return natural_days(start, work.service.days).at
    return work.timing.clock(lead.org).days(start, work.service.days).at


def within_extension(work: Work) -> str | None:
    """The reviewer may grant less than was asked for, not more."""
    asked = work.moment("extension_until")
    if work.ask.until is not None and asked is not None and work.ask.until > asked:
        return "批的日期不能晚于申请的日期"
    return None


def within_external(work: Work) -> str | None:
    """The next look at what lies with an outside body comes within 30 days."""
    until = work.ask.until
    if until is None:
        return None
    if until <= work.at:
        return "复查日期要在今天以后"
    if until > natural_days(work.at, work.timing.terms.external_natural_days).at:
        return f"复查日期最多 {work.timing.terms.external_natural_days} 天"
    return None


MINORS = ("D05", "D01", "A14", "A15")
"""Services whose person is a child."""


def may_refer(work: Work) -> str | None:
    """Nobody is handed on against his word, except where a minor is harmed: that is reported by law."""
    fields = work.fields()
    if fields.get("consent_refer") not in (False, "否", "不同意", "不"):
        return None
    minor = work.ticket.service in MINORS or fields.get("child_age") not in (None, "")
    age = fields.get("age") or fields.get("beneficiary_age")
    if minor or (isinstance(age, int | float) and age < 18):
        return None
    return "本人不同意转介，要先问过本人"


def helpers_settled(work: Work) -> str | None:
    """All helpers are done, or waived by the reviewer."""
    left = [work.org_name(a.org) for a in work.helpers if a.state not in (s.DONE, s.WAIVED)]
    return f"还不能交：{'、'.join(left)}没办完" if left else None


def rating_over(work: Work) -> str | None:
    """The days in which the resident may rate are over."""
    return None if work.ticket.due is not None and work.at >= work.ticket.due else "还在评价期内"


def may_reopen(work: Work) -> str | None:
    """Within 15 days of the result."""
    passed = work.moment("passed_at") or work.ticket.closed_at
    if passed is None:
        return None
    last = natural_days(passed, work.timing.terms.reopen_natural_days).at
    return None if work.at <= last else "过了 15 天，请再登记一件，会和这件关联"


def supervised_twice(work: Work) -> str | None:
    """Overdue after two supervisions."""
    lead = work.lead
    count = len(lead.clock.get("supervised", ())) if lead is not None else 0
    return None if count >= 2 else "还没有两次督办"


def mergeable(work: Work) -> str | None:
    """Into another open ticket, and never a matter of high privacy with one that is not."""
    into = work.ask.data.get("into")
    return "不能合并到自己" if into == work.ticket.number else None


def not_urged_today(work: Work) -> str | None:
    """Urging counts once a day."""
    last = work.moment("urged_at")
    return "今天已经催过了" if last is not None and local(last).date() == local(work.at).date() else None


def being_handled(work: Work) -> str | None:
    """Helpers come to tickets that are with an organisation."""
    if work.lead is None:
        return "还没有派单"
    if work.ticket.state in (*s.FINAL, s.AWAITING_RATING, s.AWAITING_CLOSE):
        return "已提交审结或结束，不能再动协办"
    return None


GUARDS: dict[str, Callable[[Work], str | None]] = {
    guard.__name__: guard
    for guard in (
        catalogued,
        may_pause,
        info_expired,
        two_calls,
        not_high_privacy,
        sign_overdue,
        not_bound,
        helper_not_bound,
        may_extend,
        within_extension,
        within_external,
        may_refer,
        helpers_settled,
        rating_over,
        may_reopen,
        supervised_twice,
        mergeable,
        not_urged_today,
        being_handled,
    )
}
