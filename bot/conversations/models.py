"""Tables of the conversations: who speaks where, what was said, what is being filled in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base


class Conversation(Base):
    """One resident on one channel. The sender is kept as a keyed hash, and sealed to write to him."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "sender_hash"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random; it is also the sender that Rasa knows."""
    channel: Mapped[str] = mapped_column(String(16))
    """web, rest, telegram or phone."""
    sender_hash: Mapped[str] = mapped_column(String(64))
    sender: Mapped[bytes]
    created_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    session: Mapped[int] = mapped_column(default=1)
    """Counts Rasa sessions: a new one after a ticket or an idle spell."""
    notice_version: Mapped[str | None] = mapped_column(String(16))
    notice_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(16))
    consent_at: Mapped[datetime | None]
    private: Mapped[bool] = mapped_column(default=False)
    """A matter of high privacy was spoken of: nothing is restored on reload, nothing is pushed."""
    memory: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What a follow-up refers to: the last answer, the last ticket. No personal data."""
    takeover: Mapped[str | None] = mapped_column(String(16))
    """None, waiting (a person is wanted) or taken."""
    takeover_reason: Mapped[str | None] = mapped_column(String(24))
    takeover_at: Mapped[datetime | None]
    takeover_staff: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    handed: Mapped[int] = mapped_column(default=0)
    """Number of the last message that a program over the REST channel has been given."""


class Message(Base):
    """One message, numbered within its conversation."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    author: Mapped[str] = mapped_column(String(16))
    """resident, assistant or staff."""
    staff_name: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[bytes]
    """Sealed JSON: text, buttons, custom, pictures, the buttons pressed."""
    turn: Mapped[str | None] = mapped_column(String(80), index=True)
    """The turn that it belongs to, or the delivery that it was pushed by."""
    ticket: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """Set on messages that tell of a ticket's step."""
    private: Mapped[bool] = mapped_column(default=False)


class Turn(Base):
    """A message that a channel may deliver twice, by the channel's own id; and its answers."""

    __tablename__ = "turns"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    """`conversation:channel's id of the message`."""
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[bytes | None]
    """Sealed JSON list of outgoing messages; None while it is being worked on."""
    sent: Mapped[int | None]
    """Sends of the answer made by a channel that counts them; None when there is nothing left to send."""


class ActionRun(Base):
    """An action's result by turn, so that an action called twice acts once."""

    __tablename__ = "action_runs"

    turn: Mapped[str] = mapped_column(String(80), primary_key=True)
    action: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
    result: Mapped[bytes]
    """Sealed JSON: events and responses."""


class Button(Base):
    """What an opaque button payload stands for, in its own conversation only."""

    __tablename__ = "buttons"

    token: Mapped[str] = mapped_column(String(24), primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    message: Mapped[int]
    """Number of the message that it hangs under."""
    body: Mapped[bytes]
    """Sealed JSON: title and command; a command may hold what the resident said."""


class Draft(Base):
    """A request being filled in; its id is the filing's unique key."""

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_conversation_state", "conversation", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    service: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), default="open")
    """open, filed, cancelled or expired."""
    urgent: Mapped[bool] = mapped_column(default=False)
    proxy: Mapped[bool] = mapped_column(default=False)
    fields: Mapped[bytes]
    """Sealed JSON: slot -> value."""
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Which slot was asked last, how often, which were skipped; siblings of the same story."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
