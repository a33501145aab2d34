"""What the API keeps in the application."""

import asyncio
from collections import Counter

from aiohttp import web

from bot.context import Context
from bot.desk.replays import Replays
from bot.limits import RateLimit
from bot.tickets.actors import Actor
from bot.tickets.service import Tickets

CONTEXT = web.AppKey("api_context", Context)
TICKETS = web.AppKey("api_tickets", Tickets)
OPEN311_LIMIT = web.AppKey("open311_limit", RateLimit)
STREAMS = web.AppKey("api_streams", Counter[str])
STOPPING = web.AppKey("api_stopping", asyncio.Event)
FAQ_REPLAYS = web.AppKey("api_faq_replays", Replays)
ACTOR = web.RequestKey("api_actor", Actor)
