"""Calendar, terms and response templates."""

from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.clock import WEEKDAYS, local
from bot.desk.admin import calendar, templates, terms
from bot.desk.admin.common import AdminError, author_of
from bot.desk.admin.hours import written
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.views.admin.frame import admin_page, back
from bot.directory.response_templates import PLACEHOLDERS, fill
from bot.tickets.deadlines import DEFAULT_HOURS
from bot.tickets.states import OPEN, STATE_NAMES

EXAMPLE = {
    "称呼": "周志远您好",
    "工单号": "QT-7K3M-92XF",
    "事项": "康复辅助器具适配申请",
    "主办单位": "县残联",
    "我的单位": "县残联",
    "经办人": "杨帆",
    "期限": "12-04 周五",
    "今天": "11-24 周二",
}
"""What the placeholders become in the page's example."""


async def show_calendar(request: web.Request) -> web.Response:
    """The month's sheet, the county's own days, hours by organisation."""
    return await _calendar(request)


async def _calendar(request: web.Request, error: AdminError | None = None, typed: Any = None) -> web.Response:
    context = request.app[CONTEXT]
    county, today = await context.directory.county(), local(context.clock()).date()
    first = calendar.first_of(request.query.get("month", ""), county, today)
    values = {
        "weeks": await calendar.month(context, first),
        "first": first,
        "earlier": f"{first.year - (first.month == 1)}-{(first.month - 2) % 12 + 1:02d}",
        "later": f"{first.year + (first.month == 12)}-{first.month % 12 + 1:02d}",
        "weekdays": WEEKDAYS,
        "today": today,
        "own": await calendar.own_days(context),
        "chosen": request.query.get("day", ""),
        "orgs": [org for org in county.orgs.values() if org.active(today)],
        "written": written,
        "usual": " ".join(DEFAULT_HOURS),
        "typed": typed or {},
    }
    return await admin_page(request, "calendar.html", values, section="calendar", error=error)


async def set_days(request: web.Request) -> web.Response:
    """Set days."""
    form = await request.post()
    try:
        done = await calendar.set_days(request.app[CONTEXT], author_of(actor_of(request)), form)
    except AdminError as error:
        return await _calendar(request, error, form)
    raise back(f"/calendar?month={str(form['first'])[:7]}", done)


async def set_hours(request: web.Request) -> web.Response:
    """Set an organisation's hours."""
    form, code = await request.post(), request.match_info["org"]
    try:
        done = await calendar.set_hours(request.app[CONTEXT], author_of(actor_of(request)), code, form)
    except AdminError as error:
        return await _calendar(request, error)
    raise back("/calendar#hours", done)


async def show_terms(request: web.Request) -> web.Response:
    """The terms."""
    return await _terms(request)


async def _terms(
    request: web.Request, error: AdminError | None = None, typed: MultiDictProxy[Any] | None = None
) -> web.Response:
    context = request.app[CONTEXT]
    county, held = await context.directory.county(), await terms.current(context)
    values = {
        "groups": terms.GROUPS,
        "values": terms.typed_or_current(held, typed),
        "lists": [
            (name, label, typed.getall(name, []) if typed is not None else getattr(held, name))
            for name, label in terms.LISTS.items()
        ],
        "services": county.services,
        "duty": typed.get("duty", "") if typed is not None else " ".join(held.duty),
        "usual": terms.typed_or_current(terms.Terms(), None),
    }
    return await admin_page(request, "terms.html", values, section="terms", error=error)


async def set_terms(request: web.Request) -> web.Response:
    """Change the terms."""
    form = await request.post()
    try:
        done = await terms.change(request.app[CONTEXT], author_of(actor_of(request)), form)
    except AdminError as error:
        return await _terms(request, error, form)
    raise back("/terms", done)


async def show_templates(request: web.Request) -> web.Response:
    """The templates, and the form for a new one."""
    return await _templates(request)


async def _templates(
    request: web.Request, error: AdminError | None = None, typed: Any = None, identity: int | None = None
) -> web.Response:
    context = request.app[CONTEXT]
    county = await context.directory.county()
    values = {
        "rows": await templates.listed(context),
        "orgs": county.orgs,
        "services": county.services,
        "states": [(state, STATE_NAMES[state]) for state in OPEN],
        "placeholders": PLACEHOLDERS,
        "example": lambda body: fill(body, EXAMPLE),
        "typed": typed or {},
        "editing": identity if typed else None,
    }
    return await admin_page(request, "templates.html", values, section="templates", error=error)


async def add_template(request: web.Request) -> web.Response:
    """Add a template."""
    form = await request.post()
    try:
        done = await templates.save(request.app[CONTEXT], author_of(actor_of(request)), None, form)
    except AdminError as error:
        return await _templates(request, error, form)
    raise back("/templates", done)


async def change_template(request: web.Request) -> web.Response:
    """Change a template, switch it off or on."""
    form, identity = await request.post(), int(request.match_info["id"])
    context, author, what = request.app[CONTEXT], author_of(actor_of(request)), str(form.get("do", ""))
    try:
        if what in ("on", "off"):
            done = await templates.set_active(context, author, identity, active=what == "on")
        else:
            done = await templates.save(context, author, identity, form)
    except AdminError as error:
        return await _templates(request, error, form, identity)
    raise back(f"/templates#template-{identity}", done)
