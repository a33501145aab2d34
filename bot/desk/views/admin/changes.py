"""The record of changes."""

from aiohttp import web

from bot.desk.admin import changes
from bot.desk.guard import CONTEXT
from bot.desk.views.admin.frame import admin_page
from bot.directory.changes import KINDS


async def index(request: web.Request) -> web.Response:
    """Who changed what, newest first."""
    context, ask = request.app[CONTEXT], request.query
    number = int(ask["page"]) if ask.get("page", "").isdigit() else 1
    number = min(max(number, 1), 100_000)
    kind, who = ask.get("kind", ""), ask.get("who", "")
    rows, total = await changes.read(context, kind, who, number)
    values = {
        "rows": rows,
        "total": total,
        "page_number": number,
        "pages": max(1, -(-total // changes.PAGE)),
        "kinds": KINDS,
        "people": await changes.people(context),
        "kind": kind,
        "who": who,
    }
    return await admin_page(request, "changes.html", values, section="changes")
