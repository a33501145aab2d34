"""What a step needs to be given; a missing thing is refused with its name."""

from bot.tickets.errors import Missing
from bot.tickets.numbers import normalise_number
from bot.tickets.states import RATINGS
from bot.tickets.transitions import REFUSAL_REASONS, Transition
from bot.tickets.work import Work

WORDS = {
    "note": "请写明理由或内容",
    "org": "请写明单位",
    "until": "请写明日期",
    "rating": f"评价是 {'、'.join(RATINGS)} 之一",
    "into": "请写明并入哪一张工单",
    "service": "请写明改成哪个事项",
    "outcome": "请写明联系的结果",
}


def check_needs(work: Work, row: Transition) -> None:
    """Missing when something is not given; a reason of the closed list is recognised in a free note."""
    given = {"note": work.ask.note, "org": work.ask.org, "until": work.ask.until}
    for name in row.needs:
        if name == "reason":
            work.ask.data["reason"] = refusal_reason(work)
        elif name == "into" and not work.ask.data.get("into"):
            number = next(filter(None, map(normalise_number, (work.ask.note or "").split())), None)
            if number is None:
                raise Missing("into", WORDS["into"])
            work.ask.data["into"] = number
        elif not (given[name] if name in given else work.ask.data.get(name)):
            raise Missing(name, WORDS.get(name, f"缺 {name}"))


def refusal_reason(work: Work) -> str:
    """The code of the reason for 不予受理: as given, or by the words of the note."""
    given = work.ask.data.get("reason")
    for code, (name, hints) in REFUSAL_REASONS.items():
        if given in (code, name):
            return code
        if given is None and work.ask.note and any(hint in work.ask.note for hint in (name, *hints)):
            return code
    reasons = "；".join(name for name, _ in REFUSAL_REASONS.values())
    raise Missing("reason", f"不予受理的理由要在清单里：{reasons}")
