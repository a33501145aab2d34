"""The state of every part in one line, and what is wrong with the directory as it is."""

from dataclasses import dataclass

from sqlalchemy import func, select

from bot.clock import local
from bot.context import Context
from bot.desk.admin import nowhere, organisations, targets
from bot.directory.models import Change, DeliveryTarget, ResponseTemplate, ServiceDraft


@dataclass(frozen=True)
class Problem:
    """What is wrong, and the page that mends it."""

    text: str
    address: str
    button: str


async def states(context: Context) -> dict[str, str]:
    """A line about each section, by its key."""
    county = await context.directory.county()
    today = local(context.clock()).date()
    async with context.db.read() as session:

        async def count(query) -> int:  # type: ignore[no-untyped-def]
            return await session.scalar(query) or 0

        sent = await count(select(func.count()).select_from(DeliveryTarget).where(DeliveryTarget.active))
        drafts = await count(select(func.count()).select_from(ServiceDraft))
        templates = await count(
            select(func.count()).select_from(ResponseTemplate).where(ResponseTemplate.active)
        )
        changes = await count(select(func.count()).select_from(Change))
    points = [point for point in county.points.values() if not point.closed]
    coming = sum(day >= today for day in county.days)
    return {
        "orgs": f"{sum(org.active(today) for org in county.orgs.values())} 个在用",
        "targets": f"{sent} 个地址",
        "services": f"{len(county.services)} 项在办" + (f"，{drafts} 份草稿" if drafts else ""),
        "grid": f"{len(points)} 个点",
        "calendar": f"今天起另定了 {coming} 天" if coming else "按国家的放假安排",
        "templates": f"{templates} 条",
        "changes": f"{changes} 条",
    }


async def problems(context: Context) -> list[Problem]:
    """What should be mended first."""
    county, today = await context.directory.county(), local(context.clock()).date()
    found = []
    for one in nowhere.lost(county, today):
        name = county.orgs[one.org].name if one.org in county.orgs else one.org
        services = nowhere.listed((*one.leads, *one.helps))
        found.append(
            Problem(f"{one.day:%Y-%m-%d} 起没有单位接{name}的事：{services}", "/desk/admin/orgs", "看单位")
        )
    deserted = [row.org.name for row in await organisations.overview(context) if row.deserted]
    if deserted:
        more = f"等 {len(deserted)} 个单位" if len(deserted) > 4 else ""
        text = f"{'、'.join(deserted[:4])}{more}没有经办人，派过去的工单没人看得见"
        found.append(Problem(text, "/desk/people", "加人"))
    broken = sum(one.failed for one in await targets.overview(context))
    if broken:
        found.append(Problem(f"{broken} 件没送到", "/desk/admin/targets#failures", "看原因，重送"))
    return found
