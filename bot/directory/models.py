"""Tables of the directory: organisations, grid, staff, tokens, slots, services; and the record of changes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base


class Organisation(Base):
    """A mass organisation, or the centre itself."""

    __tablename__ = "organisations"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    position: Mapped[int] = mapped_column(default=0)
    active_from: Mapped[date | None]
    active_until: Mapped[date | None]
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("organisations.code"))
    hours: Mapped[list[str] | None] = mapped_column(JSON)
    """Working hours, `["08:30-12:00", "14:30-17:30"]`; None means the county's."""


class DeliveryTarget(Base):
    """Where an organisation's hand-overs go beside its desk inbox."""

    __tablename__ = "delivery_targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    org: Mapped[str] = mapped_column(ForeignKey("organisations.code"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """email, webhook, telegram or open311."""
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes | None]
    """Sealed; signs a webhook."""
    allow_private: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class GridPoint(Base):
    """A point of the 1+4+N grid: centre, station, town, community or village."""

    __tablename__ = "grid_points"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str | None] = mapped_column(ForeignKey("grid_points.code"), index=True)
    address: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Households, population and group sizes, as the county's list gives them."""
    active_from: Mapped[date | None]
    active_until: Mapped[date | None]


class GridMove(Base):
    """A point that hangs under another one from a day on."""

    __tablename__ = "grid_moves"
    __table_args__ = (UniqueConstraint("point", "from_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(ForeignKey("grid_points.code"), index=True)
    parent: Mapped[str] = mapped_column(ForeignKey("grid_points.code"))
    from_day: Mapped[date]


class Staff(Base):
    """A person who signs in at the desk."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(24))
    org: Mapped[str] = mapped_column(ForeignKey("organisations.code"), index=True)
    grid: Mapped[str | None] = mapped_column(ForeignKey("grid_points.code"))
    password_hash: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Token(Base):
    """A bearer token of the API; only its hash is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(24))
    org: Mapped[str | None] = mapped_column(ForeignKey("organisations.code"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SlotRow(Base):
    """A thing that an intake may ask."""

    __tablename__ = "slots"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(24))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)


class ContactRow(Base):
    """What each kind of service asks first: personal, station, organisation, safe, proxy, later."""

    __tablename__ = "contact_kinds"

    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    slots: Mapped[list[str]] = mapped_column(JSON)


class ServiceRow(Base):
    """An entry of the service catalogue. `spec` holds the fields that are only read whole."""

    __tablename__ = "services"
    __table_args__ = (Index("ix_services_lead", "lead"),)

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[str] = mapped_column(String(40))
    lead: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    privacy: Mapped[str] = mapped_column(String(8))
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    phrasings: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class ServiceDraft(Base):
    """What an administrator is writing of a service, new or published; residents see nothing of it."""

    __tablename__ = "service_drafts"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As in services.yml, with `phrasings`; parts may still be missing."""
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every save, so that two who write at once are told."""
    author: Mapped[str] = mapped_column(String(80))
    updated_at: Mapped[datetime]


class CalendarDay(Base):
    """A day that is worked, or not, other than the national calendar says."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(80), default="")


class ResponseTemplate(Base):
    """A message to residents that staff start from; 【…】 in it are placeholders."""

    __tablename__ = "response_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    body: Mapped[str] = mapped_column(Text)
    org: Mapped[str | None] = mapped_column(ForeignKey("organisations.code"))
    """None: for every organisation."""
    service: Mapped[str | None] = mapped_column(ForeignKey("services.code"))
    """None: for every service."""
    state: Mapped[str | None] = mapped_column(String(24))
    """The ticket's state in which it is offered; None: in every one."""
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Change(Base):
    """One change that an administrator made: who, when, what it was before and after."""

    __tablename__ = "directory_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16), index=True)
    """organisation, target, service, grid, calendar, terms, template, staff, county or import."""
    subject: Mapped[str] = mapped_column(String(64))
    """Code or name of what was changed."""
    title: Mapped[str] = mapped_column(String(160))
    """What was done, in words."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Setting(Base):
    """A value of the county's own: its name, its office hours, revisions of what is cached."""

    __tablename__ = "county_settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class SeedRow(Base):
    """A row of the seed files as last loaded: tells what changed in the files from what the desk changed."""

    __tablename__ = "seed_rows"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """organisation, point, slot, contact, service, entry, phrasings or county."""
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    """The folder that the row came from."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
