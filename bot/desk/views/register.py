"""Registering on behalf: for a caller, a walk-in, or out of a conversation that was taken over."""

import secrets
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from bot.conversations import store
from bot.conversations.push import reply
from bot.desk import entry
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of
from bot.desk.layout import TRIALS, page
from bot.desk.takeover import in_hand
from bot.directory.catalogue import Service
from bot.directory.roles import Role
from bot.tickets.errors import Missing
from bot.tickets.filing import number_of_key
from bot.tickets.service import Filing, Tickets

CHANNELS = (("phone", "电话"), ("walk_in", "来访"), ("station", "村站"))


async def show(request: web.Request) -> web.Response:
    """Choose a service, then its fields."""
    context, county = request.app[CONTEXT], await request.app[CONTEXT].directory.county()
    said, conversation = await _said(request, request.query.get("conversation", ""))
    code = request.query.get("service", "") or await _guess(request, said)
    service = county.services.get(code)
    heard = await entry.heard_in(county, service, said, context.clock()) if service and said else {}
    return await _form(request, service, conversation, heard=heard)


async def _said(request: web.Request, conversation: str) -> tuple[list[str], str]:
    """What the resident said in a conversation that this person has in hand."""
    if not conversation:
        return [], ""
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        if await in_hand(session, conversation, me_of(request).staff.id) is None:
            raise NotAllowed("这个对话不在您手里。")
        lines = await store.lines(session, context.vault, conversation)
    return [line.text for line in lines if line.author == "resident" and line.text], conversation


async def _guess(request: web.Request, said: list[str]) -> str:
    """The likeliest service for what was said; empty where nothing is likely."""
    if not said:
        return ""
    return await request.app[TRIALS].service("。".join(said[-6:])[:200]) or ""


async def _form(
    request: web.Request,
    service: Service | None,
    conversation: str,
    *,
    heard: dict[str, str] | None = None,
    typed: MultiMapping[Any] | None = None,
    error: Missing | None = None,
    like: Any = None,
) -> web.Response:
    county = await request.app[CONTEXT].directory.county()
    staff = me_of(request).staff
    station = staff.role == Role.STATION
    values = {
        "service": service,
        "services": list(county.services.values()),
        "fields": entry.fields(county, service, typed, heard or {}) if service else [],
        "villages": _villages(county),
        "towns": [p for p in county.points.values() if p.kind in ("town", "station")],
        "key": str(typed["key"]) if typed is not None else secrets.token_hex(8),
        "conversation": conversation,
        "channels": CHANNELS,
        "channel": str(typed.get("channel", ""))
        if typed is not None
        else ("station" if station else "phone"),
        "urgent": bool(typed is not None and "urgent" in typed),
        "error": error,
        "like": like,
        "lead": county.orgs[service.lead].name if service else "",
        "helpers": [county.orgs[o].name for o in service.helpers] if service else [],
        "home": staff.grid or "",
    }
    status = 422 if error else 409 if like else 200
    return await page(request, "register.html", values, here="register", status=status)


def _villages(county: Any) -> list[tuple[str, list[Any]]]:
    towns = [p for p in county.points.values() if p.kind in ("town", "station")]
    return [
        (
            town.name,
            [
                p
                for p in county.points.values()
                if p.parent == town.code and p.kind != "station" and not p.closed
            ],
        )
        for town in towns
    ]


async def file(request: web.Request) -> web.Response:
    """File it once; a matter that is open already is shown first."""
    context, actor, form = request.app[CONTEXT], actor_of(request), await request.post()
    county = await context.directory.county()
    service = county.services.get(str(form.get("service", "")))
    if service is None:
        raise NotAllowed("先选服务。")
    _, conversation = await _said(request, str(form.get("conversation", "")))
    channel = str(form.get("channel", "phone"))
    filing = Filing(
        key=f"{actor.key}:{str(form.get('key', ''))[:32]}",
        service=service.code,
        fields=entry.read(county, service, form),
        channel=channel if channel in dict(CHANNELS) else "phone",
        actor=actor,
        conversation=conversation or None,
        urgent="urgent" in form,
    )
    tickets = Tickets(context)
    try:
        again = "anyway" in form or await number_of_key(context, filing.key)
        like = None if again else await tickets.open_like(filing)
        if like is not None:
            return await _form(request, service, conversation, typed=form, like=like)
        filed = await tickets.file(filing)
    except Missing as error:
        return await _form(request, service, conversation, typed=form, error=error)
    if conversation and filed.created:
        text = f"已替您登记：{service.name}。工单号 {filed.ticket.number}，取回码 {filed.retrieval_code}。"
        await reply(context, conversation, actor.name, text, county.orgs[me_of(request).staff.org].name)
    values = {"filed": filed, "service": service, "conversation": conversation}
    return await page(request, "registered.html", values, here="register")
