"""The state table of a ticket: every step there is, as data that one engine reads.

A row says from where to where, who may, when it applies and what must hold, what has to be given, which
clock the new state gets, what else happens, and what the resident and the organisations are told. Guards,
deadlines and effects are names of functions in `guards`, `clocks` and `effects`.
"""

from dataclasses import dataclass
from typing import Literal

from bot.tickets import states as s

SAME = None
"""The state stays as it is."""


@dataclass(frozen=True)
class Transition:
    """A row of the table. `scope` assignment: from and to are states of one organisation's part."""

    name: str
    """The event's type."""
    said: str
    """The event in Chinese."""
    source: tuple[str, ...]
    to: str | None
    who: tuple[str, ...]
    scope: Literal["ticket", "assignment"] = "ticket"
    when: str | None = None
    """A condition that tells rows with the same states apart; where it fails, the row is not there."""
    guards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """note, org, until, or a key of the data."""
    deadline: str | None = None
    effects: tuple[str, ...] = ()
    resident: str | None = None
    orgs: tuple[tuple[str, str], ...] = ()
    """(whom, what): lead, helpers, org, centre, convenor, point."""
    label: str | None = None
    """The staff's button; None where nobody presses it."""
    consequence: str = ""
    primary: bool = False


def _t(name: str, said: str, source: str | tuple[str, ...], to: str | None, *who: str, **more) -> Transition:  # type: ignore[no-untyped-def]
    return Transition(name, said, (source,) if isinstance(source, str) else source, to, who, **more)


def _a(name: str, said: str, source: str | tuple[str, ...], to: str | None, *who: str, **more) -> Transition:  # type: ignore[no-untyped-def]
    return _t(name, said, source, to, *who, scope="assignment", **more)


NEW = "new"
"""The state of an assignment that does not exist yet."""
WORKING = (
    s.AWAITING_SIGN,
    s.IN_PROGRESS,
    s.AWAITING_INFO,
    s.RETURN_REVIEW,
    s.EXTENSION_REVIEW,
    s.AWAITING_EXTERNAL,
)
AFTER = (s.AWAITING_RATING, s.CLOSED)

TABLE: tuple[Transition, ...] = (
    # Review
    _t(
        "dispatched", "派单", s.IN_REVIEW, s.AWAITING_SIGN, "reviewer", "system",
        guards=("catalogued",), deadline="sign", effects=("dispatch",),
        resident="您登记的事（{number}）已审核，交{lead}主办。{lead}会在 {contact_due} 前联系您。",
        orgs=(("lead", "请签收：{title}，签收到 {due}"), ("helpers", "请协办：{title}，签收到 {due}"), ("point", "本地有一件{service}，{lead}主办")),
        label="派单", consequence="{lead}马上收到，签收从现在起算；居民会被告知", primary=True,
    ),
    _t(
        "answered", "直接答复", s.IN_REVIEW, s.ANSWERED, "reviewer",
        needs=("note",), effects=("finish_with_answer",),
        resident="您的事（{number}）有答复了：{note}\n不同意这个答复，可以申请复核一次。",
        label="直接答复", consequence="答复发给居民，工单结束；居民可以申请复核一次",
    ),
    _t(
        "not_accepted", "不予受理", s.IN_REVIEW, s.NOT_ACCEPTED, "reviewer",
        needs=("note", "reason"), deadline="second_reading", effects=("refuse",),
        orgs=(("centre", "不予受理待第二人复核：{number}"),),
        label="不予受理", consequence="要选理由、写明该找谁；另一名审核员复核后才告诉居民",
    ),
    _t(
        "refusal_confirmed", "复核同意不予受理", s.NOT_ACCEPTED, s.NOT_ACCEPTED, "second reader",
        when="refusal_unread", effects=("confirm_refusal",),
        resident="您的事（{number}）不在这里受理：{refusal}\n可以找：{door}。不同意，可以申请复核一次。",
        label="同意不予受理", consequence="理由和该找的部门发给居民；居民可以申请复核一次", primary=True,
    ),
    _t(
        "refusal_rejected", "复核不同意不予受理", s.NOT_ACCEPTED, s.IN_REVIEW, "second reader",
        when="refusal_unread", needs=("note",), deadline="review", effects=("drop_refusal",),
        orgs=(("centre", "不予受理被退回，请重新审核：{number}"),),
        label="不同意，退回审核", consequence="回到待审核，居民不受影响",
    ),
    _t(
        "referred", "转介", s.IN_REVIEW, s.REFERRED, "reviewer",
        guards=("may_refer",), needs=("note",), deadline="check_call", effects=("finish",),
        resident="您的事（{number}）要由别的单位办，已经替您转过去：{note}\n我们 5 天后会回访，看有没有人管。",
        label="转介", consequence="写明转给谁、对方的受理号；5 个工作日后回访",
    ),
    _t(
        "appealed", "居民申请复核", (s.ANSWERED, s.NOT_ACCEPTED, s.REFERRED), s.IN_REVIEW, "resident",
        when="not_appealed", needs=("note",), deadline="review", effects=("appeal",),
        resident="收到，{number} 重新审核，{due} 前给您说法。",
        orgs=(("centre", "居民申请复核：{number}"),),
    ),
    _t(
        "check_called", "转介回访", s.REFERRED, SAME, "reviewer",
        needs=("note",), effects=("check_call_done",),
        label="记回访", consequence="转介后的回访记入经过",
    ),
    _t(
        "reclassified", "改事项", (s.IN_REVIEW, s.RETURN_REVIEW), SAME, "reviewer",
        needs=("service",), effects=("reclassify",),
        label="改事项", consequence="按新事项重新给出主办、协办和期限，改动留作训练材料",
    ),
    # Waiting for the resident
    _t(
        "info_asked", "请居民补充", s.IN_REVIEW, s.AWAITING_INFO, "reviewer",
        guards=("may_pause",), needs=("note",), deadline="info", effects=("pause",),
        resident="您的事（{number}）还缺一样：{note}\n补充之前不计时间，直接在这里回复就行。",
        label="请居民补充", consequence="停表；居民 5 个工作日内不回，两次电话后可办结并告知",
    ),
    _t(
        "info_asked", "请居民补充", s.IN_PROGRESS, s.AWAITING_INFO, "lead", "reviewer",
        guards=("may_pause",), needs=("note",), deadline="info", effects=("pause",),
        resident="{lead}请您补充：{note}\n补充之前不计时间，直接在这里回复就行。",
        label="请居民补充", consequence="停表；居民 5 个工作日内不回，两次电话后可办结并告知",
    ),
    _t(
        "info_given", "已补充", s.AWAITING_INFO, s.IN_REVIEW, "resident", "reviewer",
        when="paused_in_review", deadline="resumed", effects=("resume",),
        orgs=(("centre", "居民已补充：{number}"),),
        label="已补充，继续审核", consequence="恢复计时，停的时间顺延", primary=True,
    ),
    _t(
        "info_given", "已补充", s.AWAITING_INFO, s.IN_PROGRESS, "resident", "lead", "reviewer",
        when="paused_in_progress", deadline="resumed", effects=("resume",),
        resident="收到了，继续办，预计 {due} 前办结。",
        orgs=(("lead", "居民已补充，恢复计时到 {due}：{number}"),),
        label="已补充，继续办", consequence="恢复计时，停的时间顺延；电话里补的请写明", primary=True,
    ),
    _t(
        "pause_ended", "补充期满，恢复计时", s.AWAITING_INFO, s.IN_REVIEW, "system",
        when="paused_in_review", guards=("info_expired",), deadline="resumed", effects=("resume",),
        orgs=(("centre", "补充期满未补，恢复计时：{number}"),),
    ),
    _t(
        "pause_ended", "补充期满，恢复计时", s.AWAITING_INFO, s.IN_PROGRESS, "system",
        when="paused_in_progress", guards=("info_expired",), deadline="resumed", effects=("resume",),
        orgs=(("lead", "补充期满未补，恢复计时到 {due}：{number}"),),
    ),
    _t(
        "closed_silent", "两次联系未回，办结告知", s.AWAITING_INFO, s.CLOSED, "lead", "reviewer", "system",
        guards=("info_expired", "two_calls", "not_high_privacy"), effects=("resume_quietly", "close", "settle_assignments"),
        resident="您的事（{number}）等不到补充，先结了。以后材料齐了，15 天内说一声就接着办。",
        label="无法联系，办结", consequence="居民会被告知；15 天内可以要求接着办",
    ),
    # Signing and return
    _t(
        "signed", "签收", s.AWAITING_SIGN, s.IN_PROGRESS, "lead",
        deadline="handling", effects=("sign_lead",),
        resident="{lead}已签收您的事（{number}），预计 {due} 前办结。",
        label="签收", consequence="开始办理，{handling_due} 到期；居民会被告知", primary=True,
    ),
    _t(
        "deemed_signed", "逾期视同签收", s.AWAITING_SIGN, s.IN_PROGRESS, "system",
        guards=("sign_overdue",), deadline="handling", effects=("deem_signed",),
        orgs=(("lead", "逾期未签，视同签收：{number}，办结到 {due}"),),
    ),
    _t(
        "returned", "退单", s.AWAITING_SIGN, s.RETURN_REVIEW, "lead",
        guards=("not_bound",), needs=("note",), deadline="return_review", effects=("return_lead",),
        orgs=(("centre", "{lead}退单：{number}，4 个工作小时内定"),),
        label="退单", consequence="只能退一次，写明依据；审核员 4 个工作小时内定",
    ),
    _t(
        "disputed", "再次异议，转会商", s.AWAITING_SIGN, s.CONSULTATION, "lead",
        when="bound", needs=("note",), deadline="consultation",
        orgs=(("centre", "{lead}对维持派单有异议，转会商：{number}"),),
        label="有异议，转会商", consequence="由中心负责人 3 个工作日内定",
    ),
    _t(
        "bound", "维持派单", s.RETURN_REVIEW, s.AWAITING_SIGN, "reviewer",
        when="same_lead", needs=("note",), deadline="sign", effects=("bind",),
        orgs=(("lead", "退单未采纳，请签收：{number}，签收到 {due}"),),
        label="维持派单", consequence="{lead}须签收，办结期限不变；再有异议转会商",
    ),
    _t(
        "reassigned", "改派", s.RETURN_REVIEW, s.AWAITING_SIGN, "reviewer",
        when="other_lead", needs=("org",), deadline="sign", effects=("reassign",),
        resident="您的事（{number}）改由{lead}主办，会在 {contact_due} 前联系您。",
        orgs=(("lead", "请签收：{title}，签收到 {due}"),),
        label="改派", consequence="新的主办单位马上收到，期限重新起算；居民会被告知", primary=True,
    ),
    # Handling
    _t(
        "extension_asked", "申请延期", s.IN_PROGRESS, s.EXTENSION_REVIEW, "lead",
        guards=("may_extend",), needs=("note", "until"), deadline="extension_review", effects=("ask_extension",),
        orgs=(("centre", "{lead}申请延期：{number}"),),
        label="申请延期", consequence="审核员批；批了把理由和新日期告诉居民；只能一次",
    ),
    _t(
        "extended", "同意延期", s.EXTENSION_REVIEW, s.IN_PROGRESS, "reviewer",
        when="granted", guards=("within_extension",), deadline="extended", effects=("extend",),
        resident="您的事（{number}）要晚一些：{extension_reason}\n新的日期是 {due}。",
        orgs=(("lead", "延期已批，办结到 {due}：{number}"),),
        label="同意延期", consequence="期限改到申请的日期，理由和日期告诉居民", primary=True,
    ),
    _t(
        "extension_refused", "不同意延期", s.EXTENSION_REVIEW, s.IN_PROGRESS, "reviewer",
        when="refused", needs=("note",), deadline="handling", effects=("refuse_extension",),
        orgs=(("lead", "延期未批，仍是 {due}：{number}"),),
        label="不同意延期", consequence="仍按原期限办",
    ),
    _t(
        "external", "上报外单位", s.IN_PROGRESS, s.AWAITING_EXTERNAL, "lead",
        guards=("within_external", "may_refer"), needs=("note", "until"), deadline="until", effects=("pause",),
        resident="您的事（{number}）报给了能定的单位：{note}\n现在等他们，{due} 前再看进展。",
        label="上报外单位", consequence="写明单位和受理号；停表，最多 30 天复查一次；居民知道在等谁",
    ),
    _t(
        "external_renewed", "继续等外单位", s.AWAITING_EXTERNAL, s.AWAITING_EXTERNAL, "lead",
        guards=("within_external",), needs=("note", "until"), deadline="until",
        resident="您的事（{number}）还在等：{note}\n{due} 前再看进展。",
        label="继续等", consequence="定下一个复查日期，居民会被告知",
    ),
    _t(
        "external_back", "外单位有结果，继续办", s.AWAITING_EXTERNAL, s.IN_PROGRESS, "lead", "reviewer", "system",
        deadline="resumed", effects=("resume",),
        resident="您的事（{number}）接着办，预计 {due} 前办结。",
        orgs=(("lead", "恢复计时到 {due}：{number}"),),
        label="继续办", consequence="恢复计时，停的时间顺延", primary=True,
    ),
    _t(
        "handed_in", "提交审结", s.IN_PROGRESS, s.AWAITING_CLOSE, "lead",
        guards=("helpers_settled",), needs=("note",), deadline="close", effects=("hand_in",),
        orgs=(("centre", "{lead}提交审结：{number}"),),
        label="提交审结", consequence="交派单人以外的审核员 1 个工作日内审，通过就请居民评价", primary=True,
    ),
    _t(
        "sent_back", "审结退回", s.AWAITING_CLOSE, s.IN_PROGRESS, "closer",
        needs=("note",), deadline="handling", effects=("send_back",),
        orgs=(("lead", "审结退回：{note}（{number}）"),),
        label="退回再办", consequence="回到{lead}办理，写明哪里不够",
    ),
    _t(
        "passed", "审结通过", s.AWAITING_CLOSE, s.AWAITING_RATING, "closer", "system",
        deadline="rating", effects=("pass_result",),
        resident="您的事（{number}）办完了：{result}\n办得怎么样，请您评一下。没解决，可以要求重办。",
        orgs=(("lead", "审结通过：{number}"),),
        label="审结通过", consequence="结果告诉居民并请评价，7 天不评记“未评价”", primary=True,
    ),
    # Rating and reopening
    _t(
        "rated", "评价", s.AWAITING_RATING, s.CLOSED, "resident", "caller",
        needs=("rating",), effects=("rate", "close"),
        resident="谢谢，您的评价记下了（{number}）。",
        orgs=(("lead", "居民评价：{rating}（{number}）"),),
        label="回访登记评价", consequence="按居民在电话里说的登记，注明录音",
    ),
    _t(
        "unrated", "未评价", s.AWAITING_RATING, s.CLOSED, "system",
        guards=("rating_over",), effects=("silence", "close"),
    ),
    _t(
        "rating_voided", "评价作废", AFTER[1:], SAME, "head",
        needs=("note",), effects=("void_rating",),
        label="评价作废", consequence="查实是恶意评价才用，写明依据；评价留着，不计入满意率",
    ),
    _t(
        "reopened", "要求重办", AFTER, s.IN_PROGRESS, "resident", "caller",
        when="first_unsatisfied", guards=("may_reopen",), needs=("note",), deadline="handling", effects=("reopen",),
        resident="收到，{number} 重新办，预计 {due} 前给您结果。",
        orgs=(("lead", "居民要求重办：{note}（{number}）"), ("centre", "居民要求重办：{number}")),
        label="按居民要求重办", consequence="回到{lead}办理，期限重新起算",
    ),
    _t(
        "escalated", "两次不满意，转会商", AFTER, s.CONSULTATION, "resident", "caller",
        when="again_unsatisfied", guards=("may_reopen",), needs=("note",), deadline="consultation", effects=("escalate",),
        resident="收到。{number} 交中心负责人会商，{due} 前给您说法。",
        orgs=(("centre", "第二次不满意，转会商：{number}"), ("lead", "第二次不满意，转会商：{number}")),
    ),
    # Consultation, joint meeting
    _t(
        "escalated_overdue", "督办后仍超期，转会商", s.IN_PROGRESS, s.CONSULTATION, "system",
        guards=("supervised_twice",), deadline="consultation",
        orgs=(("centre", "两次督办仍超期，转会商：{number}"), ("lead", "两次督办仍超期，转会商：{number}")),
    ),
    _t(
        "consulted", "会商定办法", s.CONSULTATION, s.IN_PROGRESS, "head",
        needs=("note",), deadline="decided", effects=("decide",),
        resident="您的事（{number}）会商过了，{lead}主办，预计 {due} 前办结。",
        orgs=(("lead", "会商决定：{note}（{number}，办结到 {due}）"), ("helpers", "会商决定：{note}（{number}）")),
        label="会商定办法", consequence="定主办、协办和日期，回到办理中；居民会被告知", primary=True,
    ),
    _t(
        "to_meeting", "列入联席会议", s.CONSULTATION, s.JOINT_MEETING, "head",
        needs=("note",), deadline="meeting",
        resident="您的事（{number}）提交联席会议研究，定了就告诉您。",
        orgs=(("convenor", "列入联席会议议题：{number}"), ("lead", "列入联席会议：{number}")),
        label="列入联席会议", consequence="进入议题清单，由召集人定",
    ),
    _t(
        "decided", "联席会议决定", s.JOINT_MEETING, s.IN_PROGRESS, "convenor",
        needs=("note",), deadline="decided", effects=("decide",),
        resident="联席会议定了：您的事（{number}）由{lead}主办，预计 {due} 前办结。",
        orgs=(("lead", "联席会议决定：{note}（{number}，办结到 {due}）"), ("helpers", "联席会议决定：{note}（{number}）")),
        label="作出决定", consequence="定主办、协办和日期，成为各单位任务；居民会被告知", primary=True,
    ),
    _t(
        "suspended", "挂账", s.JOINT_MEETING, s.SUSPENDED, "convenor",
        needs=("note", "until"), deadline="until",
        resident="您的事（{number}）眼下还办不了：{note}\n{due} 前再研究一次。",
        orgs=(("centre", "挂账：{number}，{due} 复查"),),
        label="挂账", consequence="写明原因和复查日期，报表里单列",
    ),
    _t(
        "resumed", "挂账转办理", s.SUSPENDED, s.IN_PROGRESS, "convenor",
        needs=("note",), deadline="decided", effects=("decide",),
        resident="您的事（{number}）可以接着办了，预计 {due} 前办结。",
        orgs=(("lead", "挂账转办理：{note}（{number}，办结到 {due}）"),),
        label="转办理", consequence="回到办理中；居民会被告知", primary=True,
    ),
    # Merging and withdrawing
    _t(
        "merged", "合并", s.MERGEABLE, s.MERGED, "reviewer",
        guards=("mergeable",), needs=("into",), effects=("merge",),
        resident="您的事（{number}）和 {survivor} 是同一件，合在一起办，进展照样告诉您。",
        label="合并", consequence="居民跟着留下的那张看进展；可以撤销",
    ),
    _t(
        "unmerged", "撤销合并", s.MERGED, "=before", "reviewer", "system",
        effects=("unmerge",), deadline="resumed",
        resident="您的事（{number}）改回单独办理。",
        label="撤销合并", consequence="回到合并前的状态",
    ),
    _t(
        "withdrawn", "居民撤回", s.BEFORE_CLOSE, s.WITHDRAWN, "own resident",
        when="not_high_privacy", effects=("finish", "cancel_assignments", "sample_withdrawal"),
        resident="{number} 已撤回，不再办了。以后要办，再说一声就行。",
        orgs=(("lead", "居民已撤回：{number}"), ("helpers", "居民已撤回：{number}")),
    ),
    _t(
        "withdrawal_asked", "居民要求撤回，待人工核实", s.BEFORE_CLOSE, "=here", "own resident",
        when="high_privacy", effects=("ask_withdrawal",),
        orgs=(("centre", "要求撤回，请先核实是否本人意愿：{number}"),),
    ),
    _t(
        "withdrawn", "核实后撤回", s.BEFORE_CLOSE, s.WITHDRAWN, "reviewer",
        when="withdrawal_waits", needs=("note",), effects=("finish", "cancel_assignments"),
        orgs=(("lead", "已撤回：{number}"), ("helpers", "已撤回：{number}")),
        label="核实后撤回", consequence="写明怎样核实是本人意愿",
    ),
    # What leaves the state as it is
    _t(
        "contacted", "联系居民", (*WORKING, *AFTER[:1], s.IN_REVIEW, s.AWAITING_CLOSE, s.CONSULTATION), SAME, "lead", "helper", "reviewer", "station",
        needs=("outcome",), effects=("contact",),
        label="记联系", consequence="联系上，或两天内三次没联系上，才算按时响应",
    ),
    _t(
        "order_confirmed", "确认点单日期", (s.IN_PROGRESS, s.AWAITING_SIGN), SAME, "lead",
        when="order", needs=("date",), effects=("confirm_order",),
        resident="您点的{service}（{number}）定在 {date}。",
        label="定日期", consequence="日期告诉点单的村站；期限从活动那天算起",
    ),
    _t(
        "urged", "居民催办", s.OPEN, SAME, "resident",
        guards=("not_urged_today",), effects=("urge",),
        resident="已经替您催了，今天会看到（{number}）。",
        orgs=(("lead", "居民催办：{number}"), ("centre", "居民催办：{number}")),
    ),
    _t(
        "pressed", "催办", (*WORKING, s.AWAITING_CLOSE), SAME, "reviewer", "lead",
        orgs=(("org", "催办：{number}，{note}"),),
        label="催办", consequence="对方马上收到催办，记入经过",
    ),
    _t(
        "more_orgs_asked", "请求增派", WORKING, SAME, "station", "lead", "helper",
        needs=("note",), effects=("ask_more",),
        orgs=(("centre", "请求增派：{note}（{number}）"),),
        label="请求增派", consequence="写明要谁一起办，审核员定",
    ),
    # Helpers' parts
    _a(
        "helper_added", "增派协办", NEW, s.AWAITING_SIGN, "reviewer",
        guards=("being_handled",), effects=("add_helper",),
        orgs=(("org", "请协办：{title}，签收到 {sign_due}"),),
        label="增派协办", consequence="对方马上收到，签收 1 个工作日",
    ),
    _a(
        "helper_signed", "协办签收", s.AWAITING_SIGN, s.IN_PROGRESS, "helper",
        effects=("sign_helper",),
        label="签收协办", consequence="开始协办，记入经过", primary=True,
    ),
    _a(
        "helper_deemed_signed", "协办逾期视同签收", s.AWAITING_SIGN, s.IN_PROGRESS, "system",
        effects=("deem_helper",),
        orgs=(("org", "逾期未签，视同签收：{number}"),),
    ),
    _a(
        "helper_returned", "协办退单", s.AWAITING_SIGN, s.RETURN_REVIEW, "helper",
        guards=("helper_not_bound",), needs=("note",), effects=("return_helper",),
        orgs=(("centre", "{org}退协办：{number}"),),
        label="退协办", consequence="只关本单位这一份，审核员定",
    ),
    _a(
        "helper_bound", "维持协办", s.RETURN_REVIEW, s.AWAITING_SIGN, "reviewer",
        needs=("note",), effects=("bind_helper",),
        orgs=(("org", "退单未采纳，请签收协办：{number}"),),
        label="维持协办", consequence="对方须签收",
    ),
    _a(
        "helper_released", "同意退协办", s.RETURN_REVIEW, s.CANCELLED, "reviewer",
        effects=("settle_helper",),
        orgs=(("org", "退协办已同意：{number}"), ("lead", "{org}不再协办：{number}")),
        label="同意退协办", consequence="这家不再协办",
    ),
    _a(
        "helper_done", "协办办结", (s.AWAITING_SIGN, s.IN_PROGRESS), s.DONE, "helper",
        needs=("note",), effects=("finish_helper",),
        orgs=(("lead", "{org}协办办结：{note}（{number}）"),),
        label="协办办结", consequence="{lead}马上收到；全部协办办结后主办才能提交审结", primary=True,
    ),
    _a(
        "helper_waived", "免予协办", (s.AWAITING_SIGN, s.IN_PROGRESS, s.RETURN_REVIEW), s.WAIVED, "reviewer",
        needs=("note",), effects=("settle_helper",),
        orgs=(("org", "免予协办：{number}"), ("lead", "{org}免予协办：{number}")),
        label="免予协办", consequence="写明理由，这家不再影响审结",
    ),
    _a(
        "helper_reopened", "协办重办", (s.DONE, s.WAIVED), s.IN_PROGRESS, "reviewer",
        guards=("being_handled",), needs=("note",), effects=("reopen_helper",),
        orgs=(("org", "协办重办：{note}（{number}）"),),
        label="协办重办", consequence="这家重新协办",
    ),
)  # fmt: skip

REFUSAL_REASONS = {
    "not_ours": (
        "不属于本县群团组织职责",
        ("职责", "职权", "范围", "管辖", "不属", "不归", "非本县", "外县"),
    ),
    "in_law": ("已进入诉讼、仲裁、复议或信访程序", ("诉讼", "仲裁", "复议", "信访", "法院", "法定途径")),
    "repeated": ("同一事项已办结，没有新的事实", ("重复", "已有答复", "已办结")),
    "untrue": ("经核实内容不实", ("不实", "虚假", "恶意", "骚扰")),
    "unclear": ("无法核实所说的事，两次联系不上", ("无法核实", "联系不上", "信息不全", "不明确")),
}
"""The closed list of reasons for 不予受理; with words by which a free note is recognised as one."""

FILED = ("filed", "登记")
OTHER_EVENTS = {
    "filed": "登记",
    "supplemented": "居民补充",
    "message": "给居民留言",
    "remark": "内部备注",
    "nudged": "催办提醒",
    "supervised": "督办",
    "duty_called": "呼叫值班",
    "contact_overdue": "响应超时",
    "confirm_overdue": "点单未确认",
    "withdrawal_sampled": "撤回抽查",
    "review_due": "复查到期",
    "check_call_due": "该回访了",
    "attached": "上传附件",
    "forwarded": "转到对方系统",
    "erased": "依法删除",
    "due_recomputed": "期限重算",
    "merge_proposed": "疑似重复",
    "like_found": "疑似重复",
    "exported": "导出",
}
EVENT_NAMES = {**OTHER_EVENTS, **{row.name: row.said for row in TABLE}}
