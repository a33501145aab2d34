"""All channels put into an application."""

from pathlib import Path

from aiohttp import web

from bot.channels import rest
from bot.channels.assets import Assets
from bot.channels.keys import ASSETS, CONTEXT, DIALOGUE, SENDER_LIMIT, SOURCE_LIMIT
from bot.channels.limits import RateLimit
from bot.context import Context
from bot.dialogue import Dialogue

TEMPLATES = Path(__file__).parent / "templates"


def add_channels(app: web.Application, context: Context, dialogue: Dialogue) -> None:
    """Mount the residents' page, the REST webhook and Telegram; call it before the application starts."""
    settings = context.settings
    app[CONTEXT] = context
    app[DIALOGUE] = dialogue
    app[ASSETS] = Assets()
    app[SENDER_LIMIT] = RateLimit(settings.sender_burst, settings.sender_per_second)
    app[SOURCE_LIMIT] = RateLimit(60, 1)
    app.router.add_post("/webhooks/rest/webhook", rest.webhook)
    app.router.add_get("/assets/{version}/{name}", app[ASSETS].serve)
