"""What the channels keep in the application."""

from aiohttp import web

from bot.channels.assets import Assets
from bot.context import Context
from bot.dialogue import Dialogue
from bot.limits import RateLimit
from bot.tickets.service import Tickets

CONTEXT = web.AppKey("channels_context", Context)
DIALOGUE = web.AppKey("channels_dialogue", Dialogue)
TICKETS = web.AppKey("channels_tickets", Tickets)
ASSETS = web.AppKey("channels_assets", Assets)
SENDER_LIMIT = web.AppKey("channels_sender_limit", RateLimit)
SOURCE_LIMIT = web.AppKey("channels_source_limit", RateLimit)
