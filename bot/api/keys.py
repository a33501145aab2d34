"""What the API keeps in the application."""

from aiohttp import web

from bot.context import Context
from bot.limits import RateLimit
from bot.tickets.actors import Actor
from bot.tickets.service import Tickets

CONTEXT = web.AppKey("api_context", Context)
TICKETS = web.AppKey("api_tickets", Tickets)
OPEN311_LIMIT = web.AppKey("open311_limit", RateLimit)
ACTOR = web.RequestKey("api_actor", Actor)
