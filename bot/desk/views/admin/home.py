"""The way in: every part of the administration with its state."""

from aiohttp import web

from bot.desk.admin import guide, home
from bot.desk.guard import CONTEXT
from bot.desk.views.admin.frame import admin_page


async def index(request: web.Request) -> web.Response:
    """All parts, what is to be done first."""
    context = request.app[CONTEXT]
    values = {"states": await home.states(context), "problems": await home.problems(context)}
    values["left"] = (await guide.read(context)).missing if await guide.kept(context) else 0
    return await admin_page(request, "home.html", values, section="home")
