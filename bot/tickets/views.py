"""A ticket as someone may see it: full, or masked, and as the contract's JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Named:
    """A code and the catalogue's name for it."""

    code: str
    name: str


@dataclass(frozen=True)
class AssignmentView:
    """An organisation's part; `role` is lead or helper."""

    org: str
    org_name: str
    role: str
    state: str
    state_name: str
    dispatched_at: datetime
    sign_due: datetime
    signed_at: datetime | None
    deemed_signed: bool
    due: datetime | None
    done_at: datetime | None
    returned: int


@dataclass(frozen=True)
class EventView:
    """One event; `type_name` and the states' names are what people read."""

    number: int
    at: datetime
    actor: str
    actor_name: str
    org: str | None
    type: str
    type_name: str
    note: str | None
    from_state: str | None
    to_state: str | None


@dataclass(frozen=True)
class FieldView:
    """A filled field as a page shows it."""

    slot: str
    label: str
    value: str


@dataclass(frozen=True)
class AttachmentView:
    """A file of the ticket; its content is read by its id through the permission check."""

    id: int
    name: str
    media_type: str
    size: int
    added_at: datetime


@dataclass(frozen=True)
class AllowedStep:
    """A button: what it is called, what will happen, and why it cannot be pressed now.

    `name` is the row of the table, `to` the state; `needs` lists what must be given (note, org, until …).
    """

    name: str
    to: str | None
    label: str
    consequence: str
    enabled: bool
    reason: str | None = None
    needs: tuple[str, ...] = ()
    org: str | None = None
    primary: bool = False


@dataclass(frozen=True)
class TicketView:
    """A ticket as its reader may see it. `masked` says that personal values are hidden."""

    id: int
    number: str
    state: str
    state_name: str
    urgent: bool
    privacy: str
    service: str
    service_name: str
    lead: Named
    helpers: tuple[Named, ...]
    grid: str | None
    grid_name: str | None
    title: str
    fields: dict[str, Any]
    rows: tuple[FieldView, ...]
    assignments: tuple[AssignmentView, ...]
    events: tuple[EventView, ...]
    attachments: tuple[AttachmentView, ...]
    channel: str
    conversation: str | None
    linked: tuple[str, ...]
    survivor: str | None
    created_at: datetime
    updated_at: datetime
    version: int
    due: datetime | None
    due_provisional: bool
    contact_due: datetime | None
    contacted_at: datetime | None
    result: str | None
    rating: str | None
    masked: bool
    flags: tuple[str, ...] = field(default=())

    @property
    def high_privacy(self) -> bool:
        """Whether nothing may be pushed or restored."""
        return self.privacy == "高敏"


def as_json(view: TicketView) -> dict[str, Any]:
    """A ticket as DESIGN.md section 6 promises it to programs."""
    return {
        "number": view.number,
        "state": view.state,
        "urgent": view.urgent,
        "service": view.service,
        "lead": {"code": view.lead.code, "name": view.lead.name},
        "helpers": [{"code": helper.code, "name": helper.name} for helper in view.helpers],
        "grid": view.grid,
        "fields": view.fields,
        "assignments": [
            {"org": part.org, "role": part.role, "state": part.state, "due": _iso(part.due)}
            for part in view.assignments
        ],
        "events": [
            {"at": _iso(event.at), "actor": event.actor, "type": event.type, "note": event.note}
            for event in view.events
        ],
        "channel": view.channel,
        "created_at": _iso(view.created_at),
        "due": _iso(view.due),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
