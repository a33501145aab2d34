"""The form as rows of cells, the same for Word and PDF: what the printed page shows, in its order."""

from dataclasses import dataclass
from typing import Any

from bot.desk.form.content import Form, Opinion, boxes
from bot.desk.formats import long_moment, short_label

COLUMNS = (22.0, 33.0, 22.0, 44.0, 24.0, 37.0)
"""Widths in mm: three pairs of label and value; together what A4 leaves between margins of 14 mm."""
ON, OFF = "☑", "☐"


@dataclass(frozen=True)
class Cell:
    """A cell over `span` columns. `lines` are paragraphs; `sign` stands below them, at the right."""

    lines: tuple[str, ...]
    span: int = 1
    label: bool = False
    sign: str = ""


@dataclass(frozen=True)
class Row:
    """Cells side by side; `height` is the least, in mm."""

    cells: tuple[Cell, ...]
    height: float = 0


@dataclass(frozen=True)
class Head:
    """What stands above the table and below it."""

    county: str
    number: str
    filed: str
    printed: str
    events: int


def head_of(form: Form, county: str, printer: str, now: Any) -> Head:
    """The lines around the table."""
    filed = long_moment(form.ticket.created_at)
    printed = f"打印：{printer}　{long_moment(now)}"
    return Head(county, form.ticket.number, filed, printed, len(form.ticket.events))


def rows_of(form: Form) -> tuple[Row, ...]:
    """The form's boxes."""
    ticket, ticked = form.ticket, boxes(form)
    urgent = (("紧急", ticket.urgent), ("一般", not ticket.urgent))
    facts = "；".join(f"{short_label(label)}：{value}" for label, value in form.facts)
    files = f"材料：附件 {len(ticket.attachments)} 份" if ticket.attachments else ""
    signed = f"{form.signed.who}　{long_moment(form.signed.at)}" if form.signed else ""
    rated = long_moment(form.rated.at) if form.rated else ""
    return (
        _row(
            *(_label("来　源"), _cell(_ticks(ticked["channels"]), 3)),
            *(_label("紧急程度"), _cell(_ticks(urgent))),
        ),
        _row(
            *(_label("当 事 人"), _cell(form.subject)),
            *(_label("申 请 人"), _cell(form.applicant)),
            *(_label("联系电话"), _cell(form.phone)),
        ),
        _row(_label("住　址"), _cell(form.place, 3), _label("村站联系人"), _cell(form.keeper)),
        _row(
            _label("服务事项"), _cell(f"{ticket.service}　{ticket.service_name}", 3), _label("承诺时限"),
            _cell(form.term),
        ),
        _row(_label("诉求内容"), Cell(_lines(form.plea, facts, files), 5), height=27),
        _row(_label("审核意见"), _opinion("审核人", form.review), height=17),
        _row(_label("主办单位"), _cell(form.lead), _label("签　收"), _cell(signed, 3)),
        _row(_label("协办单位"), _cell(form.helpers, 5)),
        _row(_label("办理期限"), _cell(form.due, 5)),
        _row(_label("办理情况"), _opinion("经办人", form.handling, seal=True), height=27),
        _row(_label("审结意见"), _opinion("审核人", form.closing), height=17),
        _row(_label("群众评价"), Cell(_lines(_ticks(ticked["ratings"]), rated), 5), height=17),
        _row(_label("领导批示"), _cell("", 5), height=27),
        _row(_label("备　注"), _cell(form.remarks, 5), height=17),
    )  # fmt: skip


def _row(*cells: Cell, height: float = 0) -> Row:
    return Row(cells, height)


def _label(text: str) -> Cell:
    return Cell((text,), label=True)


def _cell(text: str, span: int = 1) -> Cell:
    return Cell(_lines(text), span)


def _lines(*texts: str) -> tuple[str, ...]:
    return tuple(line for text in texts for line in text.splitlines() if line.strip())


def _ticks(pairs: Any) -> str:
    return "　".join(f"{ON if on else OFF}{name}" for name, on in pairs)


def _opinion(label: str, opinion: Opinion | None, *, seal: bool = False) -> Cell:
    """What somebody wrote, and below it who and when; or the room to sign by hand."""
    stamp = "　　单位（盖章）：　　　　" if seal else "　　"
    if opinion is None:
        return Cell((), 5, sign=f"{label}：　　　　{stamp}　　年　　月　　日")
    return Cell(_lines(opinion.text), 5, sign=f"{label}：{opinion.who}{stamp}{long_moment(opinion.at)}")
