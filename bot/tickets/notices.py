"""Filling the table's texts: what the resident and the organisations read of a step."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.clock import WEEKDAYS, local, spoken
from bot.directory.catalogue import CENTRE
from bot.tickets import outbox
from bot.tickets import states as s
from bot.tickets.models import TicketEvent
from bot.tickets.transitions import REFUSAL_REASONS, Transition
from bot.tickets.work import Work, title_context

CONVENOR_DESK = "role:convenor"


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def day(moment: datetime | None, at: datetime) -> str:
    """A deadline as residents read it: 12月16日 周三; with the hour when it is today or tomorrow."""
    if moment is None:
        return "近日"
    there, here = local(moment), local(at)
    text = f"{there.month}月{there.day}日 {WEEKDAYS[there.weekday()]}"
    if there.year != here.year:
        text = f"{there.year}年{text}"
    close = (there.date() - here.date()).days <= 1
    return f"{text} {there:%H:%M}" if close else text


async def words(work: Work, row: Transition | None = None, *, for_resident: bool = False) -> dict[str, str]:
    """What the placeholders of the table stand for."""
    ticket, at = work.ticket, work.at
    show = day if for_resident else (lambda moment, now: spoken(moment, now) if moment else "")
    helper = work.helper(work.ask.org or work.actor.org)
    lead = work.lead
    said = _Words(
        number=ticket.number,
        service=work.service.name,
        title=work.service.name
        if work.high_privacy
        else work.context.vault.open(ticket.title, title_context(ticket)),
        lead=work.org_name(ticket.lead),
        org=work.org_name(work.ask.org or work.actor.org),
        note=work.ask.note or "",
        due=show(ticket.due, at),
        handling_due=show(lead.due, at) if lead else "",
        sign_due=show(helper.sign_due, at) if helper else "",
        contact_due=show(ticket.contact_due, at),
        result=work.result() or "",
        rating=ticket.rating or "",
        survivor=work.memory.get("survivor", ""),
        door=work.memory.get("door", ""),
        refusal=_refusal(work),
        date=work.memory.get("confirmed_date", ""),
    )
    if row is not None and row.name == "extended":
        said["extension_reason"] = await _last_note(work, "extension_asked")
    return said


def _refusal(work: Work) -> str:
    code = work.memory.get("refusal")
    return REFUSAL_REASONS[code][0] if code in REFUSAL_REASONS else ""


async def _last_note(work: Work, type: str) -> str:
    return (
        await work.session.scalar(
            select(TicketEvent.note)
            .where(TicketEvent.ticket == work.ticket.id, TicketEvent.type == type)
            .order_by(TicketEvent.number.desc())
            .limit(1)
        )
        or ""
    )


ANSWERED_IN_TALK = frozenset({"rated", "withdrawn", "urged"})
"""Steps that the assistant answers in full when the resident takes them in his conversation."""


async def tell(work: Work, row: Transition, event: TicketEvent) -> None:
    """Write the deliveries of a step."""
    if row.resident is not None and not (row.name in ANSWERED_IN_TALK and _in_his_talk(work)):
        text = row.resident.format_map(await words(work, row, for_resident=True))
        await outbox.tell_resident(work, event, text, buttons(work, row), step_custom(work))
    if row.orgs:
        said = await words(work, row)
        for whom, text in row.orgs:
            await _tell(work, event, whom, text.format_map(said))


def _in_his_talk(work: Work) -> bool:
    """Whether the resident does it himself in the ticket's conversation, where he is answered at once."""
    return work.actor.kind == "resident" and work.actor.id == work.ticket.conversation


async def _tell(work: Work, event: TicketEvent | None, whom: str, text: str) -> None:
    if whom == "point":
        outbox.tell_point(work, event, text)
        return
    if whom == "convenor":
        outbox.add(
            work, event, "desk", CONVENOR_DESK, {"number": work.ticket.number, "text": text}, done=True
        )
        return
    for org in receivers(work, whom):
        await outbox.tell_org(work, event, org, text, program_body(work, org))


def receivers(work: Work, whom: str) -> Iterable[str]:
    """The organisations behind a name of the table."""
    if whom == "lead":
        return (work.ticket.lead,) if work.lead else ()
    if whom == "helpers":
        return [part.org for part in work.helpers]
    if whom == "org":
        return (work.ask.org or work.ticket.lead,)
    return (CENTRE,)


def program_body(work: Work, org: str) -> dict[str, Any]:
    """What a receiving program gets beside the text; personal fields only for the lead."""
    ticket = work.ticket
    part = next((a for a in work.assignments if a.org == org and a.state != s.CANCELLED), None)
    body: dict[str, Any] = {
        "ticket": {
            "number": ticket.number,
            "state": ticket.state,
            "urgent": ticket.urgent,
            "service": ticket.service,
            "service_name": work.service.name,
            "grid": ticket.grid,
            "due": ticket.due.isoformat() if ticket.due else None,
            "version": ticket.version,
        },
        "assignment": None
        if part is None
        else {
            "role": part.role,
            "state": part.state,
            "sign_due": part.sign_due.isoformat(),
            "due": part.due.isoformat() if part.due else None,
        },
    }
    if part is not None and part.role == s.LEAD:
        body["ticket"]["fields"] = work.fields()
    return body


def buttons(work: Work, row: Transition) -> list[dict[str, str]]:
    """Buttons under a message to the resident; payloads are commands of the conversation."""
    if row.name == "passed":
        titles = {s.UNSATISFIED: "没解决，要求重办"}
        return [_button(work, titles.get(rating, rating), "rate", rating=rating) for rating in s.RATINGS]
    if row.to == s.AWAITING_INFO:
        return [_button(work, "现在补充", "supplement"), _button(work, "不办了，撤回", "withdraw")]
    return []


def _button(work: Work, title: str, do: str, **more: str) -> dict[str, str]:
    command = {"do": do, "number": work.ticket.number, **more}
    return {"title": title, "payload": json.dumps(command, ensure_ascii=False)}


def step_custom(work: Work) -> dict[str, Any]:
    """What a program learns of a step."""
    return {
        "step": {
            "number": work.ticket.number,
            "state": work.ticket.state,
            "state_name": s.STATE_NAMES[work.ticket.state],
        }
    }
