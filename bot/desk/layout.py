"""What stands around every page: rail, person, time; and the rendering of pages."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.clock import local
from bot.conversations.preview import Preview
from bot.desk import formats
from bot.desk.gaps import open_count
from bot.desk.guard import CONTEXT, ME, actor_of, me_of
from bot.desk.inbox import waiting
from bot.desk.live import Watch
from bot.desk.replays import Replays
from bot.desk.sheets import sheets
from bot.desk.takeover import ROLES, waiting_count
from bot.desk.trial import Trials
from bot.directory.roles import ROLE_NAMES, Role
from bot.knowledge.rich import as_html
from bot.settings import ROOT

A, R, O, S, M, C, U = (  # noqa: E741
    Role.ADMINISTRATOR,
    Role.REVIEWER,
    Role.ORGANISATION,
    Role.STATION,
    Role.MAINTAINER,
    Role.CONVENOR,
    Role.AUDITOR,
)
STATIC = ROOT / "bot" / "static"
REPLAYS = web.AppKey("desk_replays", Replays)
TRIALS = web.AppKey("desk_trials", Trials)
WATCH = web.AppKey("desk_watch", Watch)
PREVIEW: web.AppKey[Preview | None] = web.AppKey("desk_preview")


@dataclass(frozen=True)
class Item:
    """A line of the rail."""

    key: str
    title: str
    icon: str
    address: str
    roles: frozenset[Role]
    count: str | None = None
    urgent: bool = False


RAIL: tuple[tuple[str | None, tuple[Item, ...]], ...] = (
    (
        None,
        (
            Item("inbox", "待我处理", "inbox", "/desk", frozenset({A, R, O, S, C}), "inbox"),
            Item("takeover", "人工接管", "message-circle", "/desk/takeover", ROLES, "takeover", urgent=True),
            Item("all", "全部工单", "files", "/desk/tickets", frozenset({A, R, C, U})),
            Item("own", "本单位工单", "files", "/desk/tickets", frozenset({O, S})),
            Item("calls", "今天的电话", "phone", "/desk/calls", frozenset({A, R, O})),
            Item("register", "代为登记", "phone-plus", "/desk/register", frozenset({A, R, O, S})),
        ),
    ),
    (
        "知识",
        (
            Item("faq", "问答条目", "books", "/desk/faq", frozenset({A, R, O, M, U})),
            Item("gaps", "未答问题", "help-circle", "/desk/gaps", frozenset({A, R, M}), "gaps"),
            Item("sheets", "待确认条目", "calendar-due", "/desk/sheets", frozenset({A, O, M}), "sheets"),
            Item("uses", "命中统计", "chart-histogram", "/desk/uses", frozenset({A, R, M, U})),
        ),
    ),
    (
        "分析",
        (
            Item("scorecard", "评价看板", "chart-bar", "/desk/scorecard", frozenset({A, R, O, C, U})),
            Item("inspection", "审计清单", "shield-lock", "/desk/inspection", frozenset({U})),
        ),
    ),
    (
        "基础",
        (
            Item("admin", "管理", "settings", "/desk/admin", frozenset({A})),
            Item("people", "工作人员", "users", "/desk/people", frozenset({A})),
        ),
    ),
)


@dataclass(frozen=True)
class Shown:
    """A line of the rail as one person sees it."""

    item: Item
    count: int | None


async def rail(request: web.Request) -> list[tuple[str | None, list[Shown]]]:
    """The rail of the person who is signed in."""
    role = Role(me_of(request).staff.role)
    counts = await _counts(request, role)
    groups = []
    for title, items in RAIL:
        shown = [Shown(item, counts.get(item.count or "")) for item in items if role in item.roles]
        if shown:
            groups.append((title, shown))
    return groups


async def _counts(request: web.Request, role: Role) -> dict[str, int]:
    context = request.app[CONTEXT]
    county = await context.directory.county()
    async with context.db.read() as session:
        actor = actor_of(request)
        found = {
            "inbox": await waiting(session, county, actor),
            "takeover": await waiting_count(session, actor),
        }
        if role in (A, O, M):
            today = local(context.clock()).date()
            own = me_of(request).staff.org if role == O else ""
            found["sheets"] = sum(len(one.lines) for one in await sheets(session, today, own))
        if role not in (A, R, M):
            return found
        return found | {"gaps": await open_count(session, context.clock())}


async def page(
    request: web.Request,
    template: str,
    values: Mapping[str, Any],
    *,
    here: str | None = None,
    status: int = 200,
) -> web.Response:
    """Render a page; `here` is the rail's line that is lit."""
    context = request.app[CONTEXT]
    now = context.clock()
    around: dict[str, Any] = {"now": now, "county": (await context.directory.county()).name}
    if ME in request:
        me = me_of(request)
        county = await context.directory.county()
        around |= {
            "me": me.staff,
            "my_role": ROLE_NAMES[Role(me.staff.role)],
            "my_org": county.orgs[me.staff.org].name,
            "csrf": me.csrf,
            "rail": await rail(request),
            "here": here,
        }
    response = aiohttp_jinja2.render_template(template, request, around | dict(values))
    response.set_status(status)
    return response


def partial(request: web.Request, template: str, values: Mapping[str, Any]) -> web.Response:
    """Render a part of a page, for htmx."""
    around: dict[str, Any] = {"now": request.app[CONTEXT].clock()}
    if ME in request:
        around |= {"me": me_of(request).staff, "csrf": me_of(request).csrf}
    return aiohttp_jinja2.render_template(template, request, around | dict(values))


def is_htmx(request: web.Request) -> bool:
    """Whether a part of the page is asked for."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """The address of a static file, with a digest that changes with its content."""
    body = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(body).hexdigest()[:10]}"


def named(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(code, name) pairs for a list to choose from."""
    return [(code, one.name) for code, one in found.items()]


FILTERS = {
    "deadline": formats.deadline,
    "moment": formats.moment,
    "long_moment": formats.long_moment,
    "day": formats.day,
    "day_only": formats.day_only,
    "clock_time": formats.clock_time,
    "short_label": formats.short_label,
    "short_place": formats.short_place,
    "size": formats.size,
    "named": named,
    "rich": as_html,
    "span": formats.span,
    "channel_name": formats.channel_name,
}

GLOBALS = {"asset": asset, "deadline": formats.deadline}
