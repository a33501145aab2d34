"""Who sees a ticket, and how much of it: one table for single reads, one condition for lists."""

from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from bot.directory.catalogue import County
from bot.directory.roles import Role
from bot.tickets.actors import Actor
from bot.tickets.models import Assignment, Ticket
from bot.tickets.routing import within
from bot.tickets.states import CANCELLED, LEAD

Level = Literal["full", "masked"]
SEE_ALL: dict[Role, Level] = {
    Role.ADMINISTRATOR: "full",
    Role.REVIEWER: "full",
    Role.CONVENOR: "masked",
    Role.AUDITOR: "masked",
}
OPEN_TO_STATIONS = "普通"
"""A village point learns only of matters of this privacy: a relative may sit there."""


def level(county: County, ticket: Ticket, parts: list[Assignment], actor: Actor) -> Level | None:
    """How much an actor sees of a ticket; None when nothing."""
    if actor.kind == "system":
        return "full"
    if actor.kind == "resident":
        if ticket.conversation is not None and ticket.conversation == actor.id:
            return "full"
        return "masked" if actor.id == f"code:{ticket.number}" else None
    if actor.role in SEE_ALL:
        return SEE_ALL[actor.role]
    if ticket.filing_key.startswith(filed_prefix(actor)):
        return "masked" if not is_lead(parts, actor) else "full"
    if actor.role is Role.ORGANISATION:
        mine = [part for part in parts if part.org == actor.org and part.state != CANCELLED]
        if not mine:
            return None
        return "full" if is_lead(parts, actor) else "masked"
    if actor.role is Role.STATION and actor.grid is not None and ticket.privacy == OPEN_TO_STATIONS:
        return "masked" if within(county, ticket.grid, actor.grid) else None
    return None


def is_lead(parts: list[Assignment], actor: Actor) -> bool:
    """Whether the actor handles for the lead organisation."""
    return actor.role is Role.ORGANISATION and any(
        part.org == actor.org and part.role == LEAD and part.state != CANCELLED for part in parts
    )


def filed_prefix(actor: Actor) -> str:
    """How the filing keys of a token or a person begin: who files may follow."""
    return f"{actor.key}:"


def visible(county: County, actor: Actor) -> ColumnElement[bool]:
    """The condition for lists; the same rules as `level`."""
    if actor.kind == "system" or actor.role in SEE_ALL:
        return true()
    if actor.kind == "resident":
        return Ticket.conversation == actor.id
    own = Ticket.filing_key.startswith(filed_prefix(actor), autoescape=True)
    if actor.role is Role.ORGANISATION and actor.org is not None:
        part = exists(
            select(Assignment.id).where(
                Assignment.ticket == Ticket.id, Assignment.org == actor.org, Assignment.state != CANCELLED
            )
        )
        return or_(own, part)
    if actor.role is Role.STATION and actor.grid is not None:
        under = [code for code in county.points if within(county, code, actor.grid)]
        return or_(own, and_(Ticket.grid.in_(under), Ticket.privacy == OPEN_TO_STATIONS))
    if actor.role in (Role.CHANNEL, Role.STATION):
        return own
    return false()
