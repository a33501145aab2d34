"""Messages to residents that staff start from: which are offered, and filling their placeholders.

A placeholder is a name in 【】. Those of `PLACEHOLDERS` are filled from the ticket; others stay, and stop the
message from being sent until a person has written something there.
"""

import re
from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.models import ResponseTemplate

PLACEHOLDERS = {
    "称呼": "居民的姓名，加“您好”",
    "工单号": "工单的号码",
    "事项": "服务的名称",
    "主办单位": "主办单位的名称",
    "我的单位": "写的人所在的单位",
    "经办人": "写的人的姓名",
    "期限": "办结期限，如 12-04 周五",
    "今天": "今天的日期，如 11-24 周二",
}
"""Names that a ticket fills, and what with."""

DEFAULTS: tuple[tuple[str, str, str | None], ...] = (
    (
        "已签收，联系您",
        "【称呼】，您的“【事项】”由【主办单位】办理，【经办人】会在 【期限】 前办好。有事请在这里说。",
        "in_progress",
    ),
    (
        "约上门",
        "【称呼】，我们约【上门日期和时段】到您家【上门做什么】，请家里留人。不方便请回一句，另约时间。",
        "in_progress",
    ),
    ("请补材料", "【称呼】，办“【事项】”还差【缺的材料】。拍照发在这里就行，收到后接着办。", None),
    (
        "没打通电话",
        "【称呼】，【我的单位】今天给您打过电话，没打通。什么时候方便接？也可以直接在这里说。",
        None,
    ),
    (
        "要等外单位",
        "【称呼】，“【事项】”已报【外单位】，编号【编号】，【复查日期】我们去问结果，再告诉您。",
        "awaiting_external",
    ),
    ("办结", "【称呼】，“【事项】”办好了：【结果】。没解决的话，15 天内在这里说一声，我们重办。", None),
)
"""Name, body, state: what a new county starts with."""
_PLACEHOLDER = re.compile(r"【([^【】]{1,20})】")


async def templates_for(
    session: AsyncSession, *, org: str | None = None, service: str | None = None, state: str | None = None
) -> list[ResponseTemplate]:
    """The templates that are offered on a ticket, those of the service first, then the organisation's."""
    row = ResponseTemplate
    found = await session.scalars(
        select(row)
        .where(
            row.active,
            or_(row.org.is_(None), row.org == org),
            or_(row.service.is_(None), row.service == service),
            or_(row.state.is_(None), row.state == state),
        )
        .order_by(row.service.is_(None), row.org.is_(None), row.position, row.id)
    )
    return list(found)


def placeholders(body: str) -> list[str]:
    """The names in 【】, each once, in order."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(body)))


def fill(body: str, values: Mapping[str, str | None]) -> str:
    """The body with what is known filled in; what is not stays in its 【】."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1]) or found[0], body)


async def store_defaults(session: AsyncSession) -> None:
    """Write the templates of a new county, where there are none."""
    if await session.scalar(select(ResponseTemplate.id).limit(1)) is not None:
        return
    for position, (name, body, state) in enumerate(DEFAULTS):
        session.add(ResponseTemplate(name=name, body=body, state=state, position=position))
