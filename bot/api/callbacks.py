"""Call-backs of webhook receivers: signed like what was sent to them, they move their own part alone."""

import json

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from bot.api.bodies import LARGEST, demand_clean
from bot.api.keys import CONTEXT, TICKETS
from bot.api.problems import Refused
from bot.api.tickets import answer
from bot.directory.models import DeliveryTarget
from bot.directory.roles import Role
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.delivery.signing import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, signature_fits
from bot.tickets.delivery.targets import secret_context
from bot.tickets.models import Callback

OWN_STEPS = (s.IN_PROGRESS, s.RETURN_REVIEW, s.DONE, s.AWAITING_CLOSE)
"""Signing, returning, finishing: what a receiver may say of its own part."""


async def receive(request: web.Request) -> web.Response:
    """POST /callbacks/{target}/{number}: a step of the target's own assignment."""
    raw = await request.content.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Refused(413, "请求太大。")
    target = await _signed_target(request, raw)
    actor = Actor("token", f"target-{target.id}", "回执", Role.ORGANISATION, target.org)
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(422, "请求不是正确的 JSON。") from error
    if not isinstance(value, dict) or value.get("to") not in OWN_STEPS:
        raise Refused(422, f"to 是 {'、'.join(OWN_STEPS)} 之一。", field="to")
    demand_clean(value)
    note = value.get("note")
    if note is not None and not (isinstance(note, str) and len(note) <= 4000):
        raise Refused(422, "note 应当是文字，最长 4000 字。", field="note")
    await _once(request, target)
    tickets, number = request.app[TICKETS], request.match_info["number"]
    view = await tickets.view(number, actor, masked=True)
    mine = next((part for part in view.assignments if part.org == target.org), None)
    own = None if mine is None or mine.role == s.LEAD else target.org
    to = value["to"]
    if own is None and to == s.DONE:
        to = s.AWAITING_CLOSE
    moved = await tickets.step(number, to, actor, note=note, org=own)
    return answer(moved)


async def _signed_target(request: web.Request, raw: bytes) -> DeliveryTarget:
    """The target whose secret signed the request; the same 401 for everything that does not fit."""
    context = request.app[CONTEXT]
    text, stamp = request.match_info["target"], request.headers.get(TIME_HEADER, "")
    delivery = request.headers.get(ID_HEADER, "")
    if text.isascii() and text.isdigit() and len(text) < 10 and stamp.isascii() and stamp.isdigit():
        async with context.db.read() as session:
            row = await session.get(DeliveryTarget, int(text))
        if row is not None and row.active and row.secret is not None and 8 <= len(delivery) <= 64:
            secret = context.vault.open(row.secret, secret_context(row))
            signature = request.headers.get(SIGNATURE_HEADER, "")
            now = context.clock().timestamp()
            if signature_fits(
                secret, signature, "POST", request.path_qs, raw, int(stamp[:12]), delivery, now
            ):
                return row
    raise Refused(401, "签名不对，或者时间差得太多。")


async def _once(request: web.Request, target: DeliveryTarget) -> None:
    """Refuse a call-back that was received before, whatever it says."""
    context = request.app[CONTEXT]
    try:
        async with context.db.write() as session:
            session.add(Callback(target=target.id, delivery=request.headers[ID_HEADER], at=context.clock()))
    except IntegrityError as error:
        raise Refused(409, "这条回执已经收到过。", code="replayed") from error
