"""What is measured, for Prometheus: requests, turns, Rasa, tickets by state, deliveries."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select

from bot.context import Context
from bot.conversations.store import Line
from bot.dialogue import Dialogue, Incoming, Rasa, Taken, texts
from bot.directory.roles import Role
from bot.directory.tokens import find_token
from bot.runtime.logging import REQUESTS
from bot.tickets.models import Outbox, Ticket
from bot.tickets.states import STATE_NAMES

log = logging.getLogger(REQUESTS)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
FRESH_SECONDS = 15.0
"""Counting a million tickets takes a while; the counts may be this old."""
UNLOGGED = ("/assets", "/static", "/metrics", "/healthz")
OUTCOMES = {
    "urgent": "emergency",
    "ticket_number": "filed",
    "ask_back": "asked_back",
    "gap": "unknown",
    "faq": "answered",
    "summary": "intake",
    "form": "intake",
    "progress": "progress",
}
"""The first key that an answer's `custom` holds says what came of the turn."""


class Metrics:
    """The figures of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "county_turns", "Turns by what came of them.", ["channel", "outcome"], registry=self.registry
        )
        self.turn_seconds = Histogram(
            "county_turn_seconds",
            "From a message to its answer.",
            ["channel"],
            buckets=(0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 30),
            registry=self.registry,
        )
        self.requests = Counter(
            "county_http_requests", "Requests.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "county_http_request_seconds", "How long a request took.", ["route"], registry=self.registry
        )
        self.rasa_up = Gauge("county_rasa_up", "Whether Rasa is ready.", registry=self.registry)
        self.rasa_restarts = Gauge(
            "county_rasa_restarts", "How often Rasa was started again.", registry=self.registry
        )
        self.tickets = Gauge("county_tickets", "Tickets by state.", ["state"], registry=self.registry)
        self.outbox = Gauge("county_outbox", "Deliveries by state.", ["state"], registry=self.registry)
        self._counted = float("-inf")

    async def count(self, context: Context) -> None:
        """Bring the gauges from the database up to date, unless they still are."""
        if time.monotonic() - self._counted < FRESH_SECONDS:
            return
        async with context.db.read() as session:
            states = dict(
                (await session.execute(select(Ticket.state, func.count()).group_by(Ticket.state))).all()
            )
            waiting = dict(
                (
                    await session.execute(
                        select(Outbox.state, func.count())
                        .where(Outbox.state.in_(("waiting", "failed")))
                        .group_by(Outbox.state)
                    )
                ).all()
            )
        for state in STATE_NAMES:
            self.tickets.labels(state).set(states.get(state, 0))
        for state in ("waiting", "failed"):
            self.outbox.labels(state).set(waiting.get(state, 0))
        self._counted = time.monotonic()


METRICS = web.AppKey("metrics", Metrics)
METRICS_CONTEXT = web.AppKey("metrics_context", Context)


class MeasuredDialogue(Dialogue):
    """A dialogue that counts and times its turns."""

    def __init__(self, context: Context, rasa: Rasa, metrics: Metrics) -> None:
        super().__init__(context, rasa)
        self._metrics = metrics

    async def take(self, incoming: Incoming) -> Taken:
        """Answer one message; `handle` comes through here too."""
        started = time.perf_counter()
        outcome = "error"
        try:
            taken = await super().take(incoming)
            outcome = outcome_of(taken.lines)
            return taken
        finally:
            self._metrics.turns.labels(incoming.channel, outcome).inc()
            self._metrics.turn_seconds.labels(incoming.channel).observe(time.perf_counter() - started)


def outcome_of(lines: Sequence[Line]) -> str:
    """What came of a turn, from its answers; `to_person` where a person has taken over."""
    if not lines:
        return "to_person"
    said = {line.text for line in lines}
    if texts.RESTING in said:
        return "rasa_down"
    if texts.NO_ANSWER in said:
        return "no_answer"
    keys = {key for line in lines for key, value in line.custom.items() if value}
    return next((outcome for key, outcome in OUTCOMES.items() if key in keys), "talk")


def add_metrics(app: web.Application, context: Context, metrics: Metrics) -> None:
    """Mount `/metrics` and measure every request."""
    app[METRICS] = metrics
    app[METRICS_CONTEXT] = context
    app.middlewares.insert(0, observe)
    app.router.add_get("/metrics", scrape)


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count, time and log a request, by its route: paths and queries may hold numbers and codes."""
    metrics, started, status = request.app[METRICS], time.perf_counter(), 500
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as error:
        status = error.status
        raise
    finally:
        seconds = time.perf_counter() - started
        metrics.requests.labels(_method(request), route, str(status)).inc()
        metrics.request_seconds.labels(route).observe(seconds)
        if not route.startswith(UNLOGGED):
            log.info(
                "%s %s %s %.0f ms from %s", _method(request), route, status, seconds * 1000, _from(request)
            )


def _method(request: web.Request) -> str:
    """The method, if it is one of the usual: strangers do not make new series."""
    usual = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in usual else "other"


def _from(request: web.Request) -> str:
    settings = request.app[METRICS_CONTEXT].settings
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    found = forwarded if settings.behind_proxy and forwarded else request.remote or "unknown"
    try:
        return str(ip_address(found))
    except ValueError:
        return "unknown"


async def scrape(request: web.Request) -> web.Response:
    """GET /metrics, from this machine itself or with an auditor's or administrator's token."""
    if not await _may_read(request):
        raise web.HTTPForbidden(text="metrics: from the machine itself, or with an auditor's token\n")
    metrics = request.app[METRICS]
    await metrics.count(request.app[METRICS_CONTEXT])
    return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _may_read(request: web.Request) -> bool:
    """Behind a proxy every request seems to come from this machine: there only the token counts."""
    context = request.app[METRICS_CONTEXT]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        async with context.db.read() as session:
            row = await find_token(session, token.strip(), context.clock())
        return row is not None and row.role in READERS
    if context.settings.behind_proxy or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
