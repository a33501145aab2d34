"""What stands around every page of the administration: sections, what was just done, what went wrong."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.desk.admin.common import SECTIONS, AdminError
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.layout import page
from bot.directory.models import Change


async def admin_page(
    request: web.Request,
    template: str,
    values: Mapping[str, Any],
    *,
    section: str,
    error: AdminError | None = None,
) -> web.Response:
    """Render a page; a refusal stands above it, with what was typed kept by the page itself."""
    around = {
        "sections": SECTIONS,
        "section": section,
        "error": error,
        "done": await _done(request),
        "unchanged": request.query.get("done") == "none",
    }
    return await page(
        request, f"admin/{template}", around | dict(values), here="admin", status=422 if error else 200
    )


async def _done(request: web.Request) -> Change | None:
    """The change that this person just made, to be named at the top."""
    number = request.query.get("done", "")
    if not number.isdigit():
        return None
    async with request.app[CONTEXT].db.read() as session:
        row = await session.get(Change, int(number))
    return row if row is not None and row.actor == actor_of(request).key else None


def back(address: str, done: Change | None) -> web.HTTPSeeOther:
    """To the page again, naming what was done."""
    path, mark, anchor = address.partition("#")
    joint = "&" if "?" in path else "?"
    return web.HTTPSeeOther(f"/desk/admin{path}{joint}done={done.id if done else 'none'}{mark}{anchor}")
