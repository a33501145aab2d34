"""点单: a village worker orders a lecture, clinic or show for his point, with date and head-count."""

import secrets
from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiMapping
from sqlalchemy import select

from bot.desk import entry
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of
from bot.desk.layout import page
from bot.directory.catalogue import County, Service
from bot.tickets.errors import Missing
from bot.tickets.filing import number_of_key
from bot.tickets.models import Ticket
from bot.tickets.service import Filing, Tickets
from bot.tickets.views import TicketView

KIND = "station"
"""The kind of contact that makes a service one that stations order."""
SHOWN = 10
"""Earlier orders under the catalogue."""


def orderable(county: County) -> list[Service]:
    """What stations may order, in the catalogue's order."""
    return [
        service
        for service in county.services.values()
        if service.contact == KIND and service.proposed_to is None
    ]


async def index(request: web.Request) -> web.Response:
    """The catalogue, and what this point ordered before."""
    county = await request.app[CONTEXT].directory.county()
    services = orderable(county)
    values = {
        "services": services,
        "leads": {service.code: county.orgs[service.lead].name for service in services},
        "orders": await _earlier(request, services),
        "place": _place(request, county),
    }
    return await page(request, "orders.html", values, here="orders")


async def _earlier(request: web.Request, services: list[Service]) -> list[TicketView]:
    context, actor = request.app[CONTEXT], actor_of(request)
    async with context.db.read() as session:
        numbers = await session.scalars(
            select(Ticket.number)
            .where(Ticket.grid == actor.grid, Ticket.service.in_([service.code for service in services]))
            .order_by(Ticket.id.desc())
            .limit(SHOWN)
        )
        found = list(numbers)
    return [await Tickets(context).view(number, actor) for number in found]


def _place(request: web.Request, county: County) -> str:
    grid = me_of(request).staff.grid
    return county.points[grid].name if grid in county.points else county.name


async def form(request: web.Request) -> web.Response:
    """One order's form, the point and the worker's name filled in."""
    county, service = await _service(request)
    known = MultiDict({"key": secrets.token_hex(8), "contact_name": me_of(request).staff.name})
    return await _form(request, county, service, known)


async def _service(request: web.Request) -> tuple[County, Service]:
    county = await request.app[CONTEXT].directory.county()
    code = request.match_info["service"]
    service = next((one for one in orderable(county) if one.code == code), None)
    if service is None:
        raise web.HTTPNotFound
    return county, service


async def _form(
    request: web.Request,
    county: County,
    service: Service,
    typed: MultiMapping[Any],
    *,
    error: Missing | None = None,
    like: Any = None,
) -> web.Response:
    fields = [
        one for one in entry.fields(county, service, typed, {}) if one.slot.name in _asked(county, service)
    ]
    values = {
        "service": service,
        "lead": county.orgs[service.lead].name,
        "fields": fields,
        "key": typed["key"],
        "place": _place(request, county),
        "error": error,
        "like": like,
    }
    return await page(
        request, "order.html", values, here="orders", status=422 if error else 409 if like else 200
    )


def _asked(county: County, service: Service) -> set[str]:
    """What is typed: everything that the chat would ask, but the point, which is the worker's own."""
    return {slot.name for slot in county.asked_slots(service) if slot.type != "photo"} - {"station"}


async def place(request: web.Request) -> web.Response:
    """File the order once; an open one of the same kind is shown first."""
    context, actor, data = request.app[CONTEXT], actor_of(request), await request.post()
    county, service = await _service(request)
    if actor.grid is None:
        raise NotAllowed("您的账号没有挂在服务点上，请管理员补上。")
    typed = MultiDict({key: str(value) for key, value in data.items()})
    typed.setdefault("key", secrets.token_hex(8))
    filing = Filing(
        key=f"{actor.key}:{typed['key'][:32]}",
        service=service.code,
        fields={**entry.read(county, service, typed), "station": actor.grid},
        channel=KIND,
        actor=actor,
    )
    tickets = Tickets(context)
    try:
        again = "anyway" in typed or await number_of_key(context, filing.key)
        like = None if again else await tickets.open_like(filing)
        if like is not None:
            return await _form(request, county, service, typed, like=like)
        filed = await tickets.file(filing)
    except Missing as error:
        return await _form(request, county, service, typed, error=error)
    values = {"filed": filed, "service": service, "lead": county.orgs[service.lead].name}
    return await page(request, "ordered.html", values, here="orders")
