"""Building the views of tickets from their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import spoken
from bot.context import Context
from bot.directory.catalogue import County
from bot.tickets import states as s
from bot.tickets import views
from bot.tickets.events import data_of
from bot.tickets.masking import HIDDEN, mask_fields, mask_text
from bot.tickets.models import Assignment, Attachment, Ticket, TicketEvent
from bot.tickets.transitions import EVENT_NAMES
from bot.tickets.work import fields_context, result_context, title_context


async def parts_of(session: AsyncSession, tickets: Sequence[Ticket]) -> dict[int, list[Assignment]]:
    """The assignments of several tickets, by ticket."""
    found: dict[int, list[Assignment]] = {ticket.id: [] for ticket in tickets}
    rows = await session.scalars(
        select(Assignment).where(Assignment.ticket.in_(found)).order_by(Assignment.id)
    )
    for row in rows:
        found[row.ticket].append(row)
    return found


async def whole_view(
    context: Context, session: AsyncSession, county: County, ticket: Ticket, *, masked: bool
) -> views.TicketView:
    """A ticket with its events and attachments."""
    parts = (await parts_of(session, [ticket]))[ticket.id]
    events = (
        await session.scalars(
            select(TicketEvent).where(TicketEvent.ticket == ticket.id).order_by(TicketEvent.number)
        )
    ).all()
    files = (
        await session.scalars(
            select(Attachment).where(Attachment.ticket == ticket.id).order_by(Attachment.id)
        )
    ).all()
    linked: Sequence[str] = ()
    if ticket.linked is not None:
        linked = (
            await session.scalars(
                select(Ticket.number)
                .where(Ticket.linked == ticket.linked, Ticket.id != ticket.id)
                .order_by(Ticket.id)
            )
        ).all()
    return view_of(
        context, county, ticket, parts, masked=masked, events=events, files=files, linked=tuple(linked)
    )


def view_of(
    context: Context,
    county: County,
    ticket: Ticket,
    parts: Sequence[Assignment],
    *,
    masked: bool,
    events: Sequence[TicketEvent] = (),
    files: Sequence[Attachment] = (),
    linked: tuple[str, ...] = (),
) -> views.TicketView:
    """A ticket as one may see it."""
    vault = context.vault
    private = ticket.privacy == "高敏"
    service = county.any_service(ticket.service)
    service_name = service.name if service else ticket.service
    fields: dict[str, Any] = vault.open_json(ticket.fields, fields_context(ticket))
    title = vault.open(ticket.title, title_context(ticket))
    result = vault.open(ticket.result, result_context(ticket)) if ticket.result else None
    if masked:
        fields = mask_fields(county, fields, high_privacy=private)
        title = service_name if private else mask_text(title)
        result = (HIDDEN if private else mask_text(result)) if result else None
    return views.TicketView(
        id=ticket.id,
        number=ticket.number,
        state=ticket.state,
        state_name=s.STATE_NAMES[ticket.state],
        urgent=ticket.urgent,
        privacy=ticket.privacy,
        service=ticket.service,
        service_name=service_name,
        lead=_named(county, ticket.lead),
        helpers=tuple(_named(county, org) for org in ticket.helpers),
        grid=ticket.grid,
        grid_name=county.place_name(ticket.grid) if ticket.grid else None,
        title=title,
        fields=fields,
        rows=tuple(_row(county, slot, value) for slot, value in fields.items()),
        assignments=tuple(_part(county, part) for part in parts if part.state != s.CANCELLED),
        events=tuple(_event(context, ticket, event, masked=masked) for event in events),
        attachments=tuple(
            views.AttachmentView(
                file.id,
                HIDDEN if masked else vault.open(file.name, "attachment"),
                file.media_type,
                file.size,
                file.added_at,
            )
            for file in files
        ),
        channel=ticket.channel,
        conversation=None if masked else ticket.conversation,
        linked=linked,
        survivor=ticket.clock.get("survivor"),
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        version=ticket.version,
        due=ticket.due,
        due_provisional=ticket.due_provisional,
        contact_due=ticket.contact_due,
        contacted_at=ticket.contacted_at,
        result=result,
        rating=ticket.rating,
        masked=masked,
        flags=_flags(ticket),
    )


def _flags(ticket: Ticket) -> tuple[str, ...]:
    memory = ticket.clock
    known = ("refused_by", "withdrawal_asked", "bound", "appealed", "more_orgs", "rerouted")
    return (
        *(name for name in known if memory.get(name)),
        *(("reopened",) if memory.get("unsatisfied") else ()),
    )


def _named(county: County, org: str) -> views.Named:
    return views.Named(org, county.orgs[org].name if org in county.orgs else org)


def _part(county: County, part: Assignment) -> views.AssignmentView:
    return views.AssignmentView(
        org=part.org,
        org_name=_named(county, part.org).name,
        role=part.role,
        state=part.state,
        state_name=s.ASSIGNMENT_NAMES[part.state],
        dispatched_at=part.dispatched_at,
        sign_due=part.sign_due,
        signed_at=part.signed_at,
        deemed_signed=part.deemed_signed,
        due=part.due,
        done_at=part.done_at,
        returned=part.returned,
    )


def _event(context: Context, ticket: Ticket, event: TicketEvent, *, masked: bool) -> views.EventView:
    note = event.note
    if masked:
        note = HIDDEN if note and ticket.privacy == "高敏" else note
    elif event.data:
        note = data_of(context.vault, ticket, event).get("note", note)
    return views.EventView(
        number=event.number,
        at=event.at,
        actor=event.actor,
        actor_name=event.actor_name,
        org=event.org,
        type=event.type,
        type_name=EVENT_NAMES.get(event.type, event.type),
        note=note,
        from_state=event.from_state,
        to_state=event.to_state,
    )


def _row(county: County, slot: str, value: Any) -> views.FieldView:
    label = county.slots[slot].label if slot in county.slots else slot
    return views.FieldView(slot, label, _shown(county, slot, value))


def _shown(county: County, slot: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, str) and value in county.points and slot in county.slots:
        return county.place_name(value)
    return str(value)


def when(view: views.TicketView) -> str:
    """The deadline as people read it; empty where the clock stands."""
    return spoken(view.due) if view.due else ""
