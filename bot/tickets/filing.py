"""Filing a request once: checking the fields, routing, the first event."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.directory.catalogue import FALLBACK_SERVICE, HIGH_PRIVACY, County, Service
from bot.tickets import engine, notices, outbox, timers, words
from bot.tickets import states as s
from bot.tickets.actors import RULE, Actor
from bot.tickets.attachments import is_own
from bot.tickets.errors import Missing
from bot.tickets.models import Attachment, Ticket
from bot.tickets.numbers import new_number, normalise_number
from bot.tickets.reading import parts_of
from bot.tickets.routing import route
from bot.tickets.terms import Timing
from bot.tickets.timing import timing_of
from bot.tickets.visibility import level
from bot.tickets.work import Ask, Work, fields_context, title_context

NAMES = ("applicant_name", "contact_name", "beneficiary_name")
PHONES = ("phone", "contact_phone")
LENIENT = frozenset({"demand_desc", "venue", "expected_people", "expected_date"})
"""Part of the contact that a program may leave out: a person asks at the call."""
MAX_TEXT = 4000
TITLE_LENGTH = 40
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}")


def check_fields(county: County, service: Service, fields: dict[str, Any], *, urgent: bool) -> dict[str, Any]:
    """The fields with phones normalised; Missing names the first one that is missing or wrong.

    What is urgent may come with as little as a safe way to call back.
    """
    clean: dict[str, Any] = {}
    for slot, value in fields.items():
        if slot not in county.slots:
            raise Missing(slot, f"没有“{slot}”这个栏目")
        if value is None or value == "" or value == []:
            continue
        clean[slot] = _value(county, slot, value)
    needed = county.required_slots(service) - LENIENT
    if service.code == FALLBACK_SERVICE:
        needed = needed | {"demand_desc"}
    if urgent or service.urgent:
        needed = set() if any(clean.get(slot) for slot in ("safe_contact", *PHONES)) else {"safe_contact"}
    for slot in sorted(needed, key=list(county.slots).index):
        if slot not in clean:
            raise Missing(slot, f"还缺：{county.slots[slot].label}")
    return clean


def _value(county: County, name: str, value: Any) -> Any:
    slot = county.slots[name]
    if isinstance(value, str):
        value = value.strip()
        if len(value) > MAX_TEXT:
            raise Missing(name, f"{slot.label}太长，最多 {MAX_TEXT} 字")
    elif not isinstance(value, bool | int | float | list):
        raise Missing(name, f"{slot.label}的写法不对")
    if slot.type == "phone":
        digits = re.sub(r"[\s\-()（）+]", "", str(value)).removeprefix("86")
        if not _PHONE.fullmatch(digits):
            raise Missing(name, f"{slot.label}不对：手机号是 11 位")
        return digits
    if slot.type == "choice" and slot.choices and value not in slot.choices:
        raise Missing(name, f"{slot.label}是 {'、'.join(slot.choices)} 之一")
    return value


def title_of(service: Service, fields: dict[str, Any]) -> str:
    """The plea in one line: the first sentence of what was said, or the service's name."""
    said = fields.get("demand_desc") or fields.get("topic")
    if not isinstance(said, str) or not said.strip():
        return service.name
    first = re.split(r"[。！？!?\n]", said.strip(), maxsplit=1)[0]
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


def person_of(context: Context, fields: dict[str, Any], conversation: str | None) -> str | None:
    """A keyed hash of the person: identity number, or name with phone, or the conversation."""
    identity = fields.get("id_later") or fields.get("id_number")
    if isinstance(identity, str) and len(identity) == 18:
        return context.vault.lookup("person", identity.upper())
    name = next((str(fields[slot]) for slot in NAMES if fields.get(slot)), "")
    phone = phone_of(fields)
    if name and phone:
        return context.vault.lookup("person", f"{name}|{phone}")
    return context.vault.lookup("person", f"conversation|{conversation}") if conversation else None


def phone_of(fields: dict[str, Any]) -> str | None:
    """The phone number of the fields."""
    return next((str(fields[slot]) for slot in PHONES if fields.get(slot)), None)


async def file_once(context: Context, filing) -> tuple[str, bool]:  # type: ignore[no-untyped-def]
    """File; returns the number and whether it was made now. The key decides, also between processes."""
    found = await number_of_key(context, filing.key)
    if found is not None:
        return found, False
    timing = await timing_of(context)
    service = timing.county.services.get(filing.service)
    if service is None:
        raise Missing("service", f"没有事项 {filing.service}")
    fields = check_fields(timing.county, service, filing.fields, urgent=filing.urgent)
    try:
        async with context.db.write() as session:
            again = await session.scalar(select(Ticket.number).where(Ticket.filing_key == filing.key))
            if again is not None:
                return again, False
            return await _file(context, session, timing, service, fields, filing), True
    except IntegrityError:
        found = await number_of_key(context, filing.key)
        if found is None:
            raise
        return found, False


async def number_of_key(context: Context, key: str) -> str | None:
    """The number of the ticket that a key filed."""
    async with context.db.read() as session:
        return await session.scalar(select(Ticket.number).where(Ticket.filing_key == key))


async def _file(  # type: ignore[no-untyped-def]
    context: Context, session: AsyncSession, timing: Timing, service: Service, fields: dict[str, Any], filing
) -> str:
    at = context.clock()
    county, vault = timing.county, context.vault
    plan = route(county, service, fields, local(at).date())
    urgent = filing.urgent or service.urgent
    number = new_number()
    phone = phone_of(fields)
    ticket = Ticket(
        number=number,
        filing_key=filing.key,
        service=service.code,
        state=s.IN_REVIEW,
        urgent=urgent,
        privacy=service.privacy,
        lead=plan.lead,
        helpers=list(plan.helpers),
        grid=plan.grid,
        channel=filing.channel,
        conversation=filing.conversation,
        person_hash=person_of(context, fields, filing.conversation),
        phone_hash=vault.lookup("phone", phone) if phone else None,
        linked=await _link(context, session, county, filing),
        created_at=at,
        updated_at=at,
        version=0,
        clock={} if phone or fields.get("safe_contact") else {"anonymous": True},
        head="",
    )
    ticket.fields = vault.seal_json(fields, fields_context(ticket))
    ticket.title = vault.seal(title_of(service, fields), title_context(ticket))
    due = timing.review(at, urgent)
    ticket.due, ticket.due_provisional = due.at, due.provisional
    session.add(ticket)
    await session.flush()
    await words.index(session, context, county, ticket)
    if filing.attachments:
        await _attach(session, ticket, filing.attachments, filing.conversation, filing.actor)
    work = Work(context, session, timing, at, filing.actor, ticket, [])
    event = await work.write_event(
        "filed", to_state=s.IN_REVIEW, data={"channel": filing.channel, "reasons": list(plan.reasons)}
    )
    word = "紧急工单待审核" if urgent else "新工单待审核"
    said = await notices.words(work)
    await outbox.tell_org(
        work, event, "ZX", f"{word}：{said['title']}（{number}）", notices.program_body(work, "ZX")
    )
    timers.set_wake(work)
    if _by_rule(timing, service, fields, urgent):
        work.actor, work.ask = RULE, Ask(note="主办单位固定、栏目齐全，按规则派单")
        await engine.step(work, s.AWAITING_SIGN)
    return number


def _by_rule(timing: Timing, service: Service, fields: dict[str, Any], urgent: bool) -> bool:
    """Whether the county lets a rule dispatch: lead fixed, fields complete, nothing urgent or joint."""
    complete = timing.county.required_slots(service) <= fields.keys()
    return (
        service.code in timing.terms.dispatch_by_rule
        and complete
        and not urgent
        and service.proposed_to is None
        and service.code != FALLBACK_SERVICE
    )


async def _link(context: Context, session: AsyncSession, county: County, filing) -> str | None:  # type: ignore[no-untyped-def]
    """The story's mark: that of the ticket that is named, which gets one if it has none.

    A number joins only a ticket that its filer sees; a mark of a program's own is that program's alone.
    """
    if not filing.linked:
        return None
    number, actor = normalise_number(filing.linked), filing.actor
    if number is None:
        own = f"{actor.key}|{filing.linked}"
        return context.vault.lookup("story", own)[:32] if actor.kind == "token" else filing.linked[:32]
    row = await session.scalar(select(Ticket).where(Ticket.number == number))
    if row is None:
        return None
    seen = level(county, row, (await parts_of(session, [row]))[row.id], actor)
    if seen is None and (filing.conversation is None or row.conversation != filing.conversation):
        return None
    row.linked = row.linked or row.number
    return row.linked


async def _attach(
    session: AsyncSession, ticket: Ticket, ids: tuple[int, ...], conversation: str | None, actor: Actor
) -> None:
    """Files that were uploaded before the ticket was: only those of the same conversation, or one's own."""
    rows = await session.scalars(
        select(Attachment).where(Attachment.id.in_(ids), Attachment.ticket.is_(None))
    )
    for row in rows:
        if is_own(row, conversation, actor):
            row.ticket = ticket.id


async def find_like(context: Context, filing) -> str | None:  # type: ignore[no-untyped-def]
    """An open ticket of the same person, place and matter within 30 days; never of high privacy."""
    timing = await timing_of(context)
    service = timing.county.services.get(filing.service)
    if service is None or service.privacy == HIGH_PRIVACY:
        return None
    phone = phone_of(filing.fields)
    if phone is None and filing.conversation is None:
        return None
    grid = route(timing.county, service, filing.fields, local(context.clock()).date()).grid
    since = context.clock() - timedelta(days=timing.terms.like_natural_days)
    same = []
    if phone is not None:
        digits = re.sub(r"[\s\-()（）+]", "", phone).removeprefix("86")
        same.append(Ticket.phone_hash == context.vault.lookup("phone", digits))
    if filing.conversation is not None:
        same.append(Ticket.conversation == filing.conversation)
    query = (
        select(Ticket.number)
        .where(
            Ticket.service == filing.service,
            Ticket.grid == grid if grid is not None else Ticket.grid.is_(None),
            Ticket.created_at >= since,
            Ticket.state.in_(s.OPEN),
            Ticket.privacy != HIGH_PRIVACY,
            same[0] if len(same) == 1 else (same[0] | same[1]),
        )
        .order_by(Ticket.created_at.desc())
        .limit(1)
    )
    async with context.db.read() as session:
        return await session.scalar(query)
