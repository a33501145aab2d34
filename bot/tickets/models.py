"""Tables of the tickets: ticket, assignments, events, attachments, outbox, access log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base


class Ticket(Base):
    """A matter that the centre follows from filing to rating. Personal data is sealed."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_state_due", "state", "due"),
        Index("ix_tickets_lead_state_due", "lead", "state", "due"),
        Index("ix_tickets_grid_state", "grid", "state"),
        Index("ix_tickets_created_at", "created_at", "id"),
        Index("ix_tickets_due", "due", "id"),
        Index("ix_tickets_wake_at", "wake_at"),
        Index("ix_tickets_phone_hash_created_at", "phone_hash", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    """`QT-7K3M-92XF`: random, Crockford base 32."""
    filing_key: Mapped[str] = mapped_column(String(120), unique=True)
    """The draft's id, or an API's idempotency key with its token: the same key is the same ticket."""
    service: Mapped[str] = mapped_column(ForeignKey("services.code"), index=True)
    state: Mapped[str] = mapped_column(String(24))
    urgent: Mapped[bool] = mapped_column(default=False)
    privacy: Mapped[str] = mapped_column(String(8))
    lead: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    """Proposed until it is dispatched."""
    helpers: Mapped[list[str]] = mapped_column(JSON, default=list)
    grid: Mapped[str | None] = mapped_column(ForeignKey("grid_points.code"))
    channel: Mapped[str] = mapped_column(String(16))
    conversation: Mapped[str | None] = mapped_column(String(32), index=True)
    fields: Mapped[bytes]
    """Sealed JSON: slot -> value."""
    title: Mapped[bytes]
    """Sealed: the plea in one line."""
    person_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    linked: Mapped[str | None] = mapped_column(String(32), index=True)
    """Tickets of one story share this."""
    survivor: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """The ticket into which this one was merged."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    """The ETag: grows with every event."""
    due: Mapped[datetime | None]
    """When the present state's deadline falls; None where the clock stands."""
    due_provisional: Mapped[bool] = mapped_column(default=False)
    clock: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the deadlines are computed from: term, pauses, extension, reminders sent."""
    wake_at: Mapped[datetime | None]
    """When a timer of this ticket fires next: nudge, supervision, deemed signature, silence …"""
    contact_due: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    """When the resident was reached, or the third try on a second day failed."""
    head: Mapped[str] = mapped_column(String(64), default="")
    """HMAC over the number of events and the last one's chain: a cut-off tail does not verify."""
    dispatched_by: Mapped[str | None] = mapped_column(String(80))
    dispatched_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    result: Mapped[bytes | None]
    """Sealed: what was done, as the resident reads it."""
    rating: Mapped[str | None] = mapped_column(String(8))
    """满意, 基本满意 or 不满意; None is 未评价. Every answer of every round stands in `ratings`."""
    erased_at: Mapped[datetime | None]
    """When what tells of a person was removed, at the end of its term or at the resident's wish."""


class TicketWord(Base):
    """A keyed hash of a pair of characters that stands in a ticket's text: see `bot.tickets.words`."""

    __tablename__ = "ticket_words"
    __table_args__ = (Index("ix_ticket_words_ticket", "ticket"), {"sqlite_with_rowid": False})

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)


class Assignment(Base):
    """One organisation's part in a ticket: 主办 (lead) or 协办 (helper)."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("ix_assignments_org_state_due", "org", "state", "due"),
        Index("ix_assignments_ticket", "ticket"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    org: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    role: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    """awaiting_sign, in_progress, return_review, done, waived or cancelled."""
    dispatched_at: Mapped[datetime]
    sign_due: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    deemed_signed: Mapped[bool] = mapped_column(default=False)
    due: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    returned: Mapped[int] = mapped_column(default=0)
    clock: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class OutsideCase(Base):
    """The number that a ticket has in another government's system, where a handler types it in again."""

    __tablename__ = "outside_cases"
    __table_args__ = (UniqueConstraint("system", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    system: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    result: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the last result that was taken in: the same one is not taken in again."""


class Rating(Base):
    """What a resident said of a result, or that he said nothing: one row a round, for the figures.

    No personal data: figures outlive the erasure of events.
    """

    __tablename__ = "ratings"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    org: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    """The lead whose result was rated."""
    rating: Mapped[str | None] = mapped_column(String(8))
    """None is silence."""
    solved: Mapped[str | None] = mapped_column(String(8))
    """solved, partly or no, where it was asked; asking for the matter to be redone says no."""
    actor: Mapped[str] = mapped_column(String(80))
    """`resident`, `system` for silence, else who called back."""
    recording: Mapped[str | None] = mapped_column(String(80))
    """Where the recording of a call-back lies; one without is left out of the satisfaction."""
    source: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the address that it came from."""
    void: Mapped[str | None] = mapped_column(String(80))
    """Who found it to be abuse."""


class TicketEvent(Base):
    """What happened to a ticket: append-only, chained over a keyed hash of the payload."""

    __tablename__ = "ticket_events"
    __table_args__ = (UniqueConstraint("ticket", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    """`staff:7`, `resident`, `system`, `token:3`."""
    actor_name: Mapped[str] = mapped_column(String(80))
    org: Mapped[str | None] = mapped_column(String(16))
    type: Mapped[str] = mapped_column(String(32), index=True)
    from_state: Mapped[str | None] = mapped_column(String(24))
    to_state: Mapped[str | None] = mapped_column(String(24))
    note: Mapped[str | None] = mapped_column(Text)
    """What was said with the step; no personal data: that goes into `data`."""
    data: Mapped[bytes | None]
    """Sealed JSON with the rest; erased with its salt when the law asks for it."""
    salt: Mapped[bytes | None]
    digest: Mapped[str] = mapped_column(String(64))
    """HMAC(salt, payload)."""
    chain: Mapped[str] = mapped_column(String(64))
    """HMAC(chain key, chain before + head + digest)."""


class Attachment(Base):
    """A file of a ticket or of a draft; the content lies under its hash outside the web root."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    conversation: Mapped[str | None] = mapped_column(String(32), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    name: Mapped[bytes]
    """Sealed: the name that the sender gave it."""
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]


class Outbox(Base):
    """A delivery to make, written in the transaction of the step that causes it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_next_at", "state", "next_at"),
        Index("ix_outbox_kind_target_state_id", "kind", "target", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Stable id that receivers drop repeats by."""
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    event: Mapped[int | None] = mapped_column(ForeignKey("ticket_events.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """desk, email, webhook, telegram, open311, subscription or resident."""
    target: Mapped[str] = mapped_column(String(200))
    """Organisation, delivery target, subscription or conversation; rows of one target keep their order."""
    payload: Mapped[bytes]
    """Sealed JSON."""
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    """waiting, delivered or failed."""
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class Circuit(Base):
    """How a receiver does: after repeated failures nothing is tried until a moment, then one delivery is."""

    __tablename__ = "circuits"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    target: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int]
    """In a row, since the last success."""
    until: Mapped[datetime | None]
    """Open until then; None while it is closed."""
    error: Mapped[str | None] = mapped_column(Text)


class Forwarding(Base):
    """A ticket that was forwarded to a department's own system, and the number that it bears there."""

    __tablename__ = "forwardings"

    target: Mapped[int] = mapped_column(ForeignKey("delivery_targets.id"), primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class RoutingProposal(Base):
    """What was proposed for a free complaint, and what the reviewer made of it: material to learn from.

    No personal data: the words stay in the ticket, and go with it.
    """

    __tablename__ = "routing_proposals"

    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    at: Mapped[datetime]
    lead: Mapped[str | None] = mapped_column(ForeignKey("organisations.code"))
    """None where nobody looked at a proposal before the dispatch."""
    service: Mapped[str | None] = mapped_column(String(8))
    candidates: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Best first: org, service, score, reasons."""
    chosen: Mapped[str | None] = mapped_column(ForeignKey("organisations.code"), index=True)
    chosen_service: Mapped[str | None] = mapped_column(String(8))
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(index=True)


class Access(Base):
    """A read of full personal data, in a chain of its own."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(80))
    ticket: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    what: Mapped[str] = mapped_column(String(80))
    source: Mapped[str | None] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(String(64))


class AuditSeal(Base):
    """A seal over all events up to an id; the newest one is what an auditor keeps elsewhere."""

    __tablename__ = "audit_seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    last_event: Mapped[int]
    events: Mapped[int]
    """How many events lie up to `last_event`."""
    last_access: Mapped[int]
    accesses: Mapped[int]
    chain: Mapped[str] = mapped_column(String(64))
    """HMAC over the seal before and the chains of the events and reads since."""


class TrackTry(Base):
    """Wrong retrieval codes, by number and by source; both as keyed hashes."""

    __tablename__ = "track_tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    wrong: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class Callback(Base):
    """A receiver's call-back, by its id: the same one is refused when it comes again."""

    __tablename__ = "callbacks"

    target: Mapped[int] = mapped_column(ForeignKey("delivery_targets.id"), primary_key=True)
    delivery: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Subscription(Base):
    """A program that wants the events of the tickets that its token may see, at an address of its own."""

    __tablename__ = "subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(ForeignKey("tokens.id"), index=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """The idempotency key with its token: the same key is the same subscription."""
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes]
    """Sealed; signs what is sent."""
    types: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Types of events; empty means all."""
    allow_private: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    """The last event that was looked at."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
