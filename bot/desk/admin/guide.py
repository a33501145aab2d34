"""The first run: what a fresh installation still needs, in order; it can be left and taken up again.

What was done is read from the directory itself; only what an administrator confirmed as it stands is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from bot.context import Context
from bot.desk.admin import organisations
from bot.desk.admin.common import AdminError, text
from bot.directory.changes import Author, record
from bot.directory.first_run import FIRST_RUN
from bot.directory.load import touch_directory
from bot.directory.models import Change, DeliveryTarget, Setting, Staff
from bot.directory.roles import Role
from bot.knowledge.answers import published

SAMPLE_NAME = "示例县"
CONFIRMABLE = ("orgs", "targets")


@dataclass(frozen=True)
class Step:
    """A step of the guide: `state` says in words how far it is."""

    key: str
    title: str
    what: str
    done: bool
    state: str


@dataclass(frozen=True)
class Guide:
    """The steps, what is left besides them, and whether the guide still leads."""

    steps: tuple[Step, ...]
    left: tuple[tuple[str, str | None], ...]
    """Sentences with the page that mends them."""
    open: bool

    @property
    def missing(self) -> int:
        """How many steps are not done."""
        return sum(not step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.done), None)


async def kept(context: Context) -> dict[str, Any] | None:
    """What is kept of the first run; None where the county was never led."""
    async with context.db.read() as session:
        row = await session.get(Setting, FIRST_RUN)
    return dict(row.value) if row else None


async def read(context: Context) -> Guide:
    """How far the installation is."""
    held = await kept(context) or {}
    confirmed = held.get("confirmed", [])
    county, rows = await context.directory.county(), await organisations.overview(context)
    async with context.db.read() as session:
        by_role = select(Staff.role, func.count()).where(Staff.active).group_by(Staff.role)
        people = {role: count for role, count in await session.execute(by_role)}
        targets = await session.scalar(
            select(func.count()).select_from(DeliveryTarget).where(DeliveryTarget.active)
        )
        versions = [version for _, version in await session.execute(published())]
    reviewers, handlers = people.get(Role.REVIEWER, 0), people.get(Role.ORGANISATION, 0)
    active = [row for row in rows if row.active]
    steps = (
        Step(
            "county",
            "县名",
            "居民页、通知和打印的工单上都写这个名称",
            county.name != SAMPLE_NAME,
            f"现在叫“{county.name}”",
        ),
        Step(
            "orgs",
            "单位",
            "县里有哪些群团组织，叫什么；没有的停用，少了的加上",
            "orgs" in confirmed,
            f"{len(active)} 个单位",
        ),
        Step(
            "staff",
            "第一批人",
            "至少一个审核员派单，一个经办人接单",
            bool(reviewers and handlers),
            f"审核员 {reviewers} 人，经办人 {handlers} 人",
        ),
        Step(
            "targets",
            "送到哪里",
            "工单总在服务台里；要另外送到邮箱或系统，加一个地址并试送",
            bool(targets) or "targets" in confirmed,
            f"{targets} 个地址" if targets else "只在服务台里看",
        ),
    )
    deserted = [row.org.name for row in rows if row.deserted]
    return Guide(steps, tuple(_left(context, deserted, versions)), bool(held.get("open")))


def _left(context: Context, deserted: list[str], versions: list[Any]) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    if deserted:
        more = f"等 {len(deserted)} 个单位" if len(deserted) > 3 else ""
        found.append((f"{'、'.join(deserted[:3])}{more}还没有经办人", "/desk/people"))
    unfilled = sum(any(value is None for value in version.figures.values()) for version in versions)
    doubtful = sum(not version.confirmed for version in versions)
    if unfilled or doubtful:
        text = f"问答里 {doubtful} 条要核对，{unfilled} 条还缺本县的数字"
        found.append((text, "/desk/faq"))
    found.append(("服务目录是按常见情形写的，主办、天数和材料请看一遍", "/desk/admin/services"))
    found.append(("网格是示例的村和社区，换成本县的，可以从表格导入", "/desk/admin/import"))
    if not context.settings.public_url:
        found.append(("服务器上还没有写对外的网址 PUBLIC_URL，邮件里没有链接", None))
    if not context.settings.smtp_host:
        found.append(("服务器上还没有配置邮件 SMTP_HOST，送不了邮件", None))
    if not context.settings.telegram_token:
        found.append(("没有接 Telegram；只用网页就不用管", None))
    return found


async def name_county(context: Context, author: Author, form: Mapping[str, Any]) -> Change | None:
    """Give the county its name."""
    name = text(form, "county", 40, "要写县名。")
    async with context.db.write() as session:
        row = await session.get(Setting, "county_name", with_for_update=True)
        before = {"name": row.value if row else None}
        await session.merge(Setting(name="county_name", value=name))
        await touch_directory(session)
        title = f"县名改为{name}"
        return record(session, author, context.clock(), "county", "county", title, before, {"name": name})


async def mark(context: Context, **values: Any) -> None:
    """Keep what an administrator decided about the guide."""
    async with context.db.write() as session:
        row = await session.get(Setting, FIRST_RUN, with_for_update=True)
        await session.merge(Setting(name=FIRST_RUN, value={**(row.value if row else {}), **values}))


async def confirm(context: Context, step: str) -> None:
    """Say that a part is right as it stands."""
    if step not in CONFIRMABLE:
        raise AdminError("这一步要做了才算。")
    held = await kept(context) or {}
    await mark(context, confirmed=sorted({*held.get("confirmed", []), step}))


async def leads(context: Context) -> bool:
    """Whether an administrator who signs in is led to the guide."""
    held = await kept(context)
    return bool(held and held.get("open"))
