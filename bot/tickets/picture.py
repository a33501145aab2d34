"""The picture of the lifecycle in docs, made from the state table: `python -m bot.tickets.picture`."""

from bot.settings import ROOT
from bot.tickets import states as s
from bot.tickets.parties import PARTY_NAMES
from bot.tickets.transitions import NEW, TABLE, Transition

FILE = ROOT / "docs" / "lifecycle.md"
MANY = 6
"""A step from more states than this gets a line in the text instead of an arrow from each."""


def picture() -> str:
    """The page: two diagrams (Mermaid) and the table of every step."""
    ticket = [row for row in TABLE if row.scope == "ticket"]
    parts = [row for row in TABLE if row.scope == "assignment"]
    return "\n".join(
        [
            "# 工单的一生",
            "",
            "由 `bot/tickets/transitions.py` 的状态表生成：`python -m bot.tickets.picture`。",
            "",
            "## 工单",
            "",
            *_diagram(ticket, s.STATE_NAMES, first=s.IN_REVIEW),
            "",
            "## 协办单位的一份",
            "",
            *_diagram(parts, s.ASSIGNMENT_NAMES, first=None),
            "",
            "## 每一步",
            "",
            "| 从 | 到 | 步骤 | 谁 | 要写明 | 告诉居民 |",
            "|---|---|---|---|---|---|",
            *(_line(row) for row in TABLE),
            "",
        ]
    )


def _diagram(rows: list[Transition], names: dict[str, str], first: str | None) -> list[str]:
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        *(f'    state "{name}" as {code}' for code, name in names.items()),
    ]
    if first is not None:
        lines.append(f"    [*] --> {first}: 登记")
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        if row.to not in names or len(row.source) > MANY:
            continue
        for source in row.source:
            arrow = ("[*]" if source == NEW else source, row.to, row.said)
            if arrow not in seen:
                seen.add(arrow)
                lines.append(f"    {arrow[0]} --> {arrow[1]}: {arrow[2]}")
    lines += [f"    {code} --> [*]" for code in names if code in s.FINAL]
    return [*lines, "```"]


def _line(row: Transition) -> str:
    names = s.STATE_NAMES if row.scope == "ticket" else s.ASSIGNMENT_NAMES
    source = "、".join(names.get(state, "（没有）") for state in row.source)
    if row.source == s.OPEN:
        source = "结束以前"
    elif row.source == s.BEFORE_CLOSE:
        source = "待审结以前"
    to = {"=here": "不变", "=before": "原来的状态", None: "不变"}.get(row.to) or names[str(row.to)]
    needs = "、".join(NEEDS.get(need, need) for need in row.needs)
    who = "、".join(PARTY_NAMES[name] for name in row.who)
    told = (row.resident or "").replace("\n", " ")
    return f"| {source} | {to} | {row.said} | {who} | {needs} | {told} |"


NEEDS = {
    "note": "理由或内容",
    "org": "单位",
    "until": "日期",
    "reason": "清单里的理由",
    "rating": "评价",
    "into": "并入哪张",
    "service": "事项",
    "outcome": "联系结果",
    "date": "活动日期",
}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(picture(), "utf-8")
