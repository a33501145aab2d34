"""What became of each line of an imported file, in words for people."""

import re
from dataclasses import dataclass

from bot.desk.faq import FIELD_NAMES
from bot.knowledge.exchange import Outcome

KINDS = {
    "new": ("新建草稿", "ok"),
    "changed": ("改成草稿", "info"),
    "same": ("没有变化", "plain"),
    "refused": ("没有收", "late"),
}
NAMES = {**FIELD_NAMES, "id": "编号", "org": "归口单位", "phrasings": "问法"}
REASONS: tuple[tuple[str, str], ...] = (
    (r"Field required", "没填"),
    (r"(\S+) is not known", r"没有 \1 这个代码"),
    (r"stands in the file for the second time", "和前面的编号重复"),
    (r"the entry belongs to (\S+)", r"这个编号是 \1 的，不能换单位"),
    (r"(.+) has an unpublished draft of it.*", r"\1 有一份没发布的草稿，先发布或丢掉它"),
    (r"a formula is no text", "是公式，要写成文字"),
    (r"Extra inputs are not permitted", "没有这一项"),
    (r"Input should be a valid boolean.*", "只能写“是”或“否”"),
    (r"Input should be a valid date.*", "日期要写成 2027-06-30 这样"),
    (r"Input should be a valid (string|list|dictionary).*", "格式不对"),
    (r"line (\d+): .*", r"第 \1 行写得不对，读不下去"),
)


@dataclass(frozen=True)
class Line:
    """A line of the report."""

    number: int
    id: str
    kind: str
    """Colour of its mark."""
    what: str
    detail: str


def report(outcomes: list[Outcome]) -> list[Line]:
    """The lines, refused ones first."""
    lines = [_line(outcome) for outcome in outcomes]
    return sorted(lines, key=lambda line: (line.kind != "late", line.number))


def _line(outcome: Outcome) -> Line:
    what, kind = KINDS[outcome.kind]
    if outcome.kind == "same" and outcome.phrasings:
        what, kind = KINDS["changed"]
    parts = [in_words(outcome.detail)] if outcome.kind == "refused" else []
    if outcome.kind == "changed":
        parts.append("改了" + "、".join(NAMES.get(name, name) for name in outcome.detail.split(", ")))
    if outcome.phrasings:
        parts.append(f"新问法 {outcome.phrasings} 句")
    return Line(outcome.line, outcome.id, kind, what, "；".join(parts))


def in_words(reason: str) -> str:
    """A reason of the import as a maintainer reads it."""
    field, colon, rest = reason.partition(": ")
    name = NAMES.get(field.split(".", 1)[0]) if colon else None
    said = rest if name else reason
    for pattern, words in REASONS:
        if re.search(pattern, said):
            said = re.sub(f".*?{pattern}.*", words, said, count=1) if "(" in pattern else words
            break
    return f"{name}：{said}" if name else said
