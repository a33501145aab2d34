"""Administration of staff."""

from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.desk import people
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.layout import page
from bot.desk.people import PeopleError
from bot.directory.models import Staff
from bot.directory.roles import ROLE_NAMES, STAFF_ROLES


async def index(request: web.Request) -> web.Response:
    """Everybody, and the form for a new person."""
    return await _page(request)


async def _page(
    request: web.Request, *, error: str | None = None, made: tuple[str, str] | None = None, form: Any = None
) -> web.Response:
    context = request.app[CONTEXT]
    county = await context.directory.county()
    async with context.db.read() as session:
        rows = list(
            await session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.org, Staff.login))
        )
    values = {
        "rows": rows,
        "roles": {role.value: ROLE_NAMES[role] for role in STAFF_ROLES},
        "orgs": county.orgs,
        "points": county.points,
        "error": error,
        "made": made,
        "typed": form or {},
    }
    return await page(request, "people.html", values, here="people", status=422 if error else 200)


async def add(request: web.Request) -> web.Response:
    """Add a person and show the password once."""
    form = await request.post()
    try:
        made = await people.add(request.app[CONTEXT], actor_of(request), form)
    except PeopleError as error:
        return await _page(request, error=str(error), form=form)
    return await _page(request, made=made)


async def change(request: web.Request) -> web.Response:
    """What the buttons of a person's row do."""
    form, login = await request.post(), request.match_info["login"]
    context, actor = request.app[CONTEXT], actor_of(request)
    what = str(form.get("do", ""))
    try:
        if what == "password":
            return await _page(request, made=(login, await people.new_password(context, actor, login)))
        if what in ("on", "off"):
            await people.set_active(context, actor, login, active=what == "on")
        else:
            await people.change(context, actor, login, form)
    except PeopleError as error:
        return await _page(request, error=str(error))
    raise web.HTTPSeeOther("/desk/people")
