"""Tables of the desk: who is signed in, wrong tries, saved filters."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base


class StaffSession(Base):
    """A sign-in. The cookie's value is random and only its hash is kept."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInFailures(Base):
    """Wrong tries by keyed hash of the name that was typed, whether anyone has that name or not."""

    __tablename__ = "sign_in_failures"

    login_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(index=True)


class SavedFilter(Base):
    """A set of filters that a person keeps under a name."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("staff", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The list that it is for and the query string's parts."""
    text: Mapped[bytes | None]
    """Sealed: the search, which may hold personal data."""


class StationReport(Base):
    """A report of a village point that was taken in; sent twice over a weak link, it counts once."""

    __tablename__ = "station_reports"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Person and the id that his phone gave to the report."""
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime]
