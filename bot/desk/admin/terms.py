"""How long everything may take: the table of the terms that a county may change, with limits and words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from multidict import MultiMapping
from sqlalchemy import select

from bot.context import Context
from bot.desk.admin.common import AdminError, number, text
from bot.directory.changes import Author, record
from bot.directory.models import Change, Setting, Staff
from bot.tickets.terms import Terms
from bot.tickets.timing import SETTING


@dataclass(frozen=True)
class Term:
    """A term: its name in `Terms`, what it is, the unit, the least and the most."""

    name: str
    label: str
    unit: str
    least: float
    most: float


GROUPS: tuple[tuple[str, tuple[Term, ...]], ...] = (
    (
        "审核和签收",
        (
            Term("review_days", "审核派单", "个工作日", 0.25, 10),
            Term("review_urgent_hours", "紧急的审核派单", "小时", 0.25, 24),
            Term("sign_days", "单位签收", "个工作日", 0.25, 10),
            Term("sign_urgent_hours", "紧急的签收", "小时", 0.25, 24),
            Term("return_review_hours", "退单由审核员定", "个工作小时", 1, 40),
            Term("duty_minutes", "紧急的值班应答", "分钟", 5, 120),
        ),
    ),
    (
        "联系和办理",
        (
            Term("contact_days", "联系到居民", "个工作日", 0.25, 10),
            Term("contact_urgent_minutes", "紧急的联系到居民", "分钟", 5, 240),
            Term("helper_share", "协办占全部天数", "（0 到 1）", 0.1, 1),
            Term("extension_review_days", "延期由审核员定", "个工作日", 0.25, 5),
            Term("order_confirm_days", "点单确认", "个工作日", 1, 15),
            Term("order_report_days", "活动后回报", "个工作日", 1, 15),
        ),
    ),
    (
        "补充和等外单位",
        (
            Term("info_days", "居民补充一次", "个工作日", 1, 30),
            Term("info_total_days", "补充总共停表", "个工作日", 1, 60),
            Term("info_pauses", "最多停表", "次", 1, 5),
            Term("external_natural_days", "等外单位到下次复查", "天", 1, 90),
            Term("check_call_days", "转介后回问", "个工作日", 1, 30),
        ),
    ),
    (
        "审结、评价和督办",
        (
            Term("close_days", "审结", "个工作日", 0.25, 10),
            Term("second_reading_days", "不予受理的复核", "个工作日", 0.25, 10),
            Term("rating_natural_days", "等居民评价", "天", 1, 60),
            Term("reopen_natural_days", "可以要求重办", "天", 1, 90),
            Term("like_natural_days", "算同一件事", "天内", 1, 180),
            Term("nudge_share", "催办在用掉期限的", "（0 到 1）时", 0.3, 0.95),
            Term("second_supervision_days", "再次督办", "个工作日后", 0.25, 10),
            Term("consultation_after_days", "督办后上会商", "个工作日后", 0.25, 15),
            Term("consultation_days", "会商", "个工作日", 1, 15),
            Term("urgent_escalation_hours", "紧急的逾期上报", "小时后", 0.5, 24),
            Term("close_sample_share", "审结抽查", "（0 到 1）", 0, 1),
            Term("withdrawal_sample_share", "撤回抽查", "（0 到 1）", 0, 1),
        ),
    ),
)
"""In the order of the page."""
EVERY = tuple(term for _, terms in GROUPS for term in terms)
WHOLE = frozenset(name for name, kind in Terms.__annotations__.items() if kind in ("int", int))
"""Terms that are counted whole."""
LISTS = {"dispatch_by_rule": "字段齐全就直接派单的服务", "close_by_sample": "审结只抽查的服务"}
DUTY = "duty"


async def current(context: Context) -> Terms:
    """The terms as they hold now."""
    async with context.db.read() as session:
        row = await session.get(Setting, SETTING)
    return Terms.of(row.value if row else None)


async def change(context: Context, author: Author, form: MultiMapping[Any]) -> Change | None:
    """Write what differs from the defaults; what runs already keeps its deadline."""
    county = await context.directory.county()
    values: dict[str, Any] = {}
    for term in EVERY:
        found = number(form, term.name, term.least, term.most, term.label)
        if term.name in WHOLE and found != int(found):
            raise AdminError(f"{term.label}要填整数。", term.name)
        values[term.name] = int(found) if term.name in WHOLE else found
    if values["info_total_days"] < values["info_days"]:
        raise AdminError("补充总共停表的天数不能比补充一次的还少。", "info_total_days")
    for name in LISTS:
        values[name] = [code for code in form.getall(name, []) if code in county.services]
    private = [code for code in values["close_by_sample"] if county.services[code].high_privacy]
    if private:
        raise AdminError(f"“{county.services[private[0]].name}”是高敏的，每件都要审结，不能抽查。")
    values[DUTY] = await _roster(context, text(form, DUTY, 400))
    defaults = asdict(Terms())
    kept = {name: value for name, value in values.items() if _plain(defaults[name]) != value}
    async with context.db.write() as session:
        row = await session.get(Setting, SETTING, with_for_update=True)
        before = asdict(Terms.of(row.value if row else None))
        await session.merge(Setting(name=SETTING, value=kept))
        labels = {term.name: term.label for term in EVERY} | LISTS | {DUTY: "紧急值班"}
        return record(
            session,
            author,
            context.clock(),
            "terms",
            SETTING,
            "改了时限",
            {labels[name]: _plain(before[name]) for name in values},
            {labels[name]: value for name, value in values.items()},
        )


async def _roster(context: Context, typed: str) -> list[str]:
    logins = [one for one in typed.replace("，", " ").replace("、", " ").replace(",", " ").split() if one]
    async with context.db.read() as session:
        known = set(await session.scalars(select(Staff.login).where(Staff.active)))
    unknown = next((one for one in logins if one not in known), None)
    if unknown is not None:
        raise AdminError(f"没有用户名是 {unknown} 的在用账号。", DUTY)
    return list(dict.fromkeys(logins))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def typed_or_current(terms: Terms, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the form shows: what was typed, else what holds."""
    held = asdict(terms)
    return {
        term.name: typed.get(term.name, "") if typed is not None else f"{held[term.name]:g}" for term in EVERY
    }
