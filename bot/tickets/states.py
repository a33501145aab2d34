"""The states of tickets and assignments: codes of the contract and their Chinese names."""

IN_REVIEW = "in_review"
AWAITING_SIGN = "awaiting_sign"
IN_PROGRESS = "in_progress"
AWAITING_INFO = "awaiting_info"
RETURN_REVIEW = "return_review"
EXTENSION_REVIEW = "extension_review"
AWAITING_EXTERNAL = "awaiting_external"
AWAITING_CLOSE = "awaiting_close"
AWAITING_RATING = "awaiting_rating"
CLOSED = "closed"
ANSWERED = "answered"
NOT_ACCEPTED = "not_accepted"
REFERRED = "referred"
WITHDRAWN = "withdrawn"
MERGED = "merged"
CONSULTATION = "consultation"
JOINT_MEETING = "joint_meeting"
SUSPENDED = "suspended"

STATE_NAMES = {
    IN_REVIEW: "待审核",
    AWAITING_SIGN: "待签收",
    IN_PROGRESS: "办理中",
    AWAITING_INFO: "待补充",
    RETURN_REVIEW: "退单待审",
    EXTENSION_REVIEW: "延期待批",
    AWAITING_EXTERNAL: "已上报",
    AWAITING_CLOSE: "待审结",
    AWAITING_RATING: "待评价",
    CLOSED: "已办结",
    ANSWERED: "直接答复",
    NOT_ACCEPTED: "不予受理",
    REFERRED: "已转介",
    WITHDRAWN: "已撤回",
    MERGED: "已合并",
    CONSULTATION: "会商",
    JOINT_MEETING: "联席会议",
    SUSPENDED: "挂账",
}

FINAL = frozenset({CLOSED, ANSWERED, NOT_ACCEPTED, REFERRED, WITHDRAWN, MERGED})
OPEN = tuple(state for state in STATE_NAMES if state not in FINAL)
BEFORE_CLOSE = tuple(state for state in OPEN if state not in (AWAITING_CLOSE, AWAITING_RATING))
"""What may be withdrawn."""
MERGEABLE = OPEN
PAUSED = frozenset({AWAITING_INFO, AWAITING_EXTERNAL})
"""Here the organisations' clocks stand."""

DONE = "done"
WAIVED = "waived"
CANCELLED = "cancelled"

ASSIGNMENT_NAMES = {
    AWAITING_SIGN: "待签收",
    IN_PROGRESS: "办理中",
    RETURN_REVIEW: "退单待审",
    DONE: "已办结",
    WAIVED: "免办",
    CANCELLED: "已取消",
}
ASSIGNMENT_OPEN = (AWAITING_SIGN, IN_PROGRESS, RETURN_REVIEW)

LEAD = "lead"
HELPER = "helper"
ROLE_NAMES = {LEAD: "主办", HELPER: "协办"}

RATINGS = ("满意", "基本满意", "不满意")
UNSATISFIED = "不满意"
SOLVED = ("solved", "partly", "no")
SOLVED_NAMES = {"solved": "解决了", "partly": "部分解决", "no": "没解决"}
