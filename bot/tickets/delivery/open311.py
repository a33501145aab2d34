"""Forwarding to a department's own Open311 endpoint: a ticket becomes a service request there, once.

GeoReport v2 knows no changes of a request, so only the hand-over itself is forwarded; later news of a ticket
stay on the desk. The number that the department gives is kept, and written into the ticket.
"""

import json
from typing import Any

from sqlalchemy import select
from yarl import URL

from bot.context import Context
from bot.directory.models import DeliveryTarget
from bot.tickets import engine
from bot.tickets.actors import SYSTEM
from bot.tickets.delivery.adapters import DeliveryItem, Undeliverable
from bot.tickets.delivery.signing import ID_HEADER
from bot.tickets.delivery.targets import checked_addresses, read_target, secret_context
from bot.tickets.delivery.webhook import calling, demand_taken
from bot.tickets.filing import NAMES, PHONES
from bot.tickets.models import Forwarding
from bot.tickets.states import AWAITING_SIGN

LONGEST = 4000
ANSWER_BYTES = 64 * 1024
STANDARD = {*NAMES, *PHONES, "demand_desc", "village", "station", "town", "photos"}
"""Slots that have parameters of their own, or none."""


class Open311Adapter:
    """POSTs a service request; the address is the endpoint's base, its query goes along with each request.

    So `https://example.cn/open311/v2?service_code=AID` files everything under the department's own code.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    async def deliver(self, item: DeliveryItem) -> None:
        """Deliver one item; what is no hand-over has nowhere to go and counts as delivered."""
        target = await read_target(self.context, item.target)
        if item.payload.get("test"):
            await self.probe(target)
            return
        part = item.payload.get("assignment") or {}
        private = "ticket" not in item.payload
        if not (private or part.get("state") == AWAITING_SIGN) or await self._forwarded(item, target):
            return
        said = await self._post(target, await self.form(item, target), item.key)
        await self._remember(item, target, said)

    async def probe(self, target: DeliveryTarget) -> None:
        """Read the endpoint's services: whether it is there and speaks GeoReport v2."""
        url = URL(target.address)
        addresses = await checked_addresses(url, allow_private=target.allow_private)
        async with (
            calling(addresses) as session,
            session.get(_below(url, "services.json"), allow_redirects=False) as response,
        ):
            demand_taken(response.status)
            _records(await response.content.read(ANSWER_BYTES * 16))

    async def form(self, item: DeliveryItem, target: DeliveryTarget) -> dict[str, str]:
        """The parameters of the request; personal ones only for the lead, as for every receiving program."""
        payload = item.payload
        number, ticket = str(payload["number"]), payload.get("ticket") or {}
        fields: dict[str, Any] = ticket.get("fields") or {}
        county = await self.context.directory.county()
        grid = ticket.get("grid")
        said = str(fields.get("demand_desc") or fields.get("topic") or "")
        head = f"{ticket.get('service_name') or payload['text']}（群团服务中心工单 {number}）"
        values = {
            "service_code": str(ticket.get("service") or ""),
            "description": f"{head}\n{said}".strip()[:LONGEST],
            "address_id": str(grid or ""),
            "address_string": county.place_name(grid) if grid else "",
            "first_name": next((str(fields[slot]) for slot in NAMES if fields.get(slot)), ""),
            "phone": next((str(fields[slot]) for slot in PHONES if fields.get(slot)), ""),
        }
        for slot, value in fields.items():
            if slot not in STANDARD and isinstance(value, str | int | float):
                shown = str(value).lower() if isinstance(value, bool) else str(value)
                values[f"attribute[{slot}]"] = shown
        if target.secret is not None:
            values["api_key"] = self.context.vault.open(target.secret, secret_context(target))
        values |= dict(URL(target.address).query)
        return {name: value for name, value in values.items() if value}

    async def _post(self, target: DeliveryTarget, form: dict[str, str], key: str) -> dict[str, Any]:
        url = URL(target.address)
        addresses = await checked_addresses(url, allow_private=target.allow_private)
        headers = {"User-Agent": "county-door", ID_HEADER: key, "Idempotency-Key": key}
        async with (
            calling(addresses) as session,
            session.post(
                _below(url, "requests.json"), data=form, headers=headers, allow_redirects=False
            ) as response,
        ):
            raw = await response.content.read(ANSWER_BYTES)
            if response.status in (400, 403, 404, 422):
                raise Undeliverable(f"the receiver says {response.status}: {_reason(raw)}")
            demand_taken(response.status)
            return _records(raw)[0]

    async def _forwarded(self, item: DeliveryItem, target: DeliveryTarget) -> bool:
        query = select(Forwarding).where(Forwarding.target == target.id, Forwarding.ticket == item.ticket)
        async with self.context.db.read() as session:
            return await session.scalar(query) is not None

    async def _remember(self, item: DeliveryItem, target: DeliveryTarget, said: dict[str, Any]) -> None:
        theirs = str(said.get("service_request_id") or said.get("token") or "")[:80]
        async with engine.locked(self.context, str(item.payload["number"]), SYSTEM) as work:
            work.session.add(
                Forwarding(target=target.id, ticket=item.ticket, number=theirs, at=self.context.clock())
            )
            note = f"对方受理号 {theirs}" if theirs else None
            await work.write_event("forwarded", org=target.org, note=note)


def _below(url: URL, name: str) -> URL:
    """An address under the endpoint's base, without the base's query."""
    return url.with_query(None) / name


def _records(raw: bytes) -> list[dict[str, Any]]:
    """The records of an answer; ConnectionError when it is not GeoReport v2."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ConnectionError("the receiver does not answer in JSON") from error
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value
    raise ConnectionError("the receiver does not answer as GeoReport v2 says")


def _reason(raw: bytes) -> str:
    try:
        return str(_records(raw)[0].get("description", ""))[:200]
    except ConnectionError:
        return ""
