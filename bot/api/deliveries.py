"""What could not be delivered, and how the receivers do: for administrators and reviewers."""

from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.api.keys import ACTOR, CONTEXT
from bot.api.problems import Refused
from bot.api.tickets import dumps
from bot.directory.models import DeliveryTarget
from bot.directory.roles import Role
from bot.tickets.delivery.circuit import CLOSED, circuits
from bot.tickets.delivery.targets import KINDS
from bot.tickets.delivery.worker import retry
from bot.tickets.errors import Missing, NoSuchStep, NotFound
from bot.tickets.models import Outbox, Ticket

STATES = ("failed", "waiting")
READERS = (Role.ADMINISTRATOR, Role.REVIEWER)
MOST = 200
LARGEST = 2**31


async def index(request: web.Request) -> web.Response:
    """GET /deliveries?state=: those that failed for good, or that wait; oldest first."""
    _demand_reader(request)
    state, after = request.query.get("state", "failed"), request.query.get("cursor", "0")
    if state not in STATES:
        raise Missing("state", f"state 是 {'、'.join(STATES)} 之一")
    if not (after.isascii() and after.isdigit() and int(after[:12]) < LARGEST):
        raise Missing("cursor", "翻页的标记不对，请从第一页看起")
    limit = _limit(request)
    query = (
        select(Outbox, Ticket.number)
        .join(Ticket, Ticket.id == Outbox.ticket)
        .where(Outbox.state == state, Outbox.kind != "desk", Outbox.id > int(after))
        .order_by(Outbox.id)
        .limit(limit + 1)
    )
    async with request.app[CONTEXT].db.read() as session:
        rows = (await session.execute(query)).all()
        orgs = await _orgs(session, [row for row, _ in rows])
    items = [_json(row, number, orgs.get(row.target)) for row, number in rows[:limit]]
    following = str(rows[limit - 1][0].id) if len(rows) > limit else None
    return _answer({"items": items, "next_cursor": following})


async def again(request: web.Request) -> web.Response:
    """POST /deliveries/{id}/retry: back into the queue; 409 when it had not failed."""
    _demand_reader(request)
    text, context = request.match_info["id"], request.app[CONTEXT]
    if not (text.isascii() and text.isdigit() and int(text[:12]) < LARGEST):
        raise NotFound("没有这件投递")
    async with context.db.read() as session:
        row = await session.get(Outbox, int(text))
        number = await session.scalar(select(Ticket.number).where(Ticket.id == row.ticket)) if row else None
    if row is None or number is None or row.kind == "desk":
        raise NotFound("没有这件投递")
    if not await retry(context, row.id):
        raise NoSuchStep("这件没有失败，不用重送")
    async with context.db.read() as session:
        fresh = await session.get_one(Outbox, row.id)
        orgs = await _orgs(session, [fresh])
    return _answer(_json(fresh, number, orgs.get(fresh.target)))


async def targets(request: web.Request) -> web.Response:
    """GET /targets: the addresses of the organisations, and how each receiver does."""
    _demand_reader(request)
    context = request.app[CONTEXT]
    found = await circuits(context, KINDS)
    async with context.db.read() as session:
        rows = list(await session.scalars(select(DeliveryTarget).order_by(DeliveryTarget.id)))
    items = []
    for row in rows:
        circuit = found.get((row.kind, str(row.id)), CLOSED)
        items.append(
            {
                "id": row.id,
                "org": row.org,
                "kind": row.kind,
                "address": row.address,
                "active": row.active,
                "circuit": circuit.state,
                "failures": circuit.failures,
                "until": circuit.until.isoformat() if circuit.until else None,
                "error": circuit.error,
            }
        )
    return _answer({"items": items})


async def _orgs(session: Any, rows: list[Outbox]) -> dict[str, str]:
    """The organisation of each target among the rows."""
    ids = {int(row.target) for row in rows if row.kind in KINDS and row.target.isdigit()}
    query = select(DeliveryTarget.id, DeliveryTarget.org).where(DeliveryTarget.id.in_(ids))
    return {str(identity): org for identity, org in await session.execute(query)}


def _json(row: Outbox, number: str, org: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "ticket": number,
        "kind": row.kind,
        "target": row.target if row.kind in (*KINDS, "subscription") else None,
        "org": org if row.kind in KINDS else None,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": row.created_at.isoformat(),
        "next_at": row.next_at.isoformat(),
        "error": row.error,
    }


def _answer(body: dict[str, Any]) -> web.Response:
    return web.json_response(body, headers={"Cache-Control": "no-store"}, dumps=dumps)


def _demand_reader(request: web.Request) -> None:
    if request[ACTOR].role not in READERS:
        raise Refused(403, "投递只有管理员和审核员能看。")


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", "50")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST):
        raise Missing("limit", f"limit 是 1 到 {MOST}")
    return int(text)
