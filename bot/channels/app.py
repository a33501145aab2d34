"""All channels put into an application."""

from aiohttp import web

from bot.channels import browse, embed, rest, socket, track, upload
from bot.channels import web as site
from bot.channels.assets import Assets
from bot.channels.keys import ASSETS, CONTEXT, DIALOGUE, SENDER_LIMIT, SOURCE_LIMIT, TICKETS
from bot.channels.pages import add_templates
from bot.channels.telegram.run import add_telegram
from bot.context import Context
from bot.dialogue import Dialogue
from bot.limits import RateLimit
from bot.tickets.service import Tickets


def add_channels(
    app: web.Application, context: Context, dialogue: Dialogue, tickets: Tickets | None = None
) -> None:
    """Mount the residents' pages, the REST webhook and Telegram; call it before the application starts."""
    settings = context.settings
    app[CONTEXT] = context
    app[DIALOGUE] = dialogue
    app[TICKETS] = tickets or Tickets(context)
    app[ASSETS] = Assets()
    app[SENDER_LIMIT] = RateLimit(settings.sender_burst, settings.sender_per_second)
    app[SOURCE_LIMIT] = RateLimit(60, 1)
    add_templates(app)
    app.router.add_get("/", site.chat)
    socket.add_socket(app)
    app.router.add_get("/privacy", site.privacy)
    app.router.add_get("/display", site.display)
    app.router.add_post("/display", site.set_display)
    app.router.add_get("/leave", site.leave)
    app.router.add_post("/upload", upload.upload)
    app.router.add_get(r"/pictures/{id:\d{1,9}}", upload.picture)
    app.router.add_get("/assets/{version}/{name}", app[ASSETS].serve)
    app.router.add_post("/webhooks/rest/webhook", rest.webhook)
    track.add_routes(app)
    browse.add_routes(app)
    app.router.add_get("/embed.js", embed.script)
    add_telegram(app)
