"""Tables of the knowledge base: entries, their published versions, phrasings and gaps."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base


class FaqEntry(Base):
    """A question that the county answers; what it says stands in its versions."""

    __tablename__ = "faq_entries"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    org: Mapped[str] = mapped_column(ForeignKey("organisations.code"), index=True)
    published: Mapped[int | None]
    """The number of the version that residents get; None while there is none."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FaqVersion(Base):
    """One version of an entry. Published versions never change; the highest number may be a draft."""

    __tablename__ = "faq_versions"
    __table_args__ = (UniqueConstraint("entry", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(ForeignKey("faq_entries.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    """draft, in_review, scheduled or published."""
    group: Mapped[str] = mapped_column(String(80))
    question: Mapped[str] = mapped_column(Text)
    short: Mapped[str | None] = mapped_column(String(24))
    """The question as a button's title."""
    answer: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    handler: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(String(32))
    confirmed: Mapped[bool]
    """False: 需核对, shown to residents with a note that says so."""
    service: Mapped[str | None] = mapped_column(ForeignKey("services.code"))
    figures: Mapped[dict[str, str | None]] = mapped_column(JSON, default=dict)
    """Local figures by name; None is one that the county has not filled."""
    valid_until: Mapped[date | None]
    author: Mapped[str] = mapped_column(String(80))
    hands: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Staff who wrote in this draft; none of them reviews it."""
    created_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    confirmed_at: Mapped[datetime | None]
    """When the handler's organisation confirmed figures and text."""
    submitted_at: Mapped[datetime | None]
    reviewer: Mapped[str | None] = mapped_column(String(80))
    """Who read it as the second person, whatever he decided."""
    returned: Mapped[str | None] = mapped_column(Text)
    """Why it was sent back; None once it is submitted again."""
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it goes online; None: as soon as it is approved."""
    said: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    """Phrasings that came (`added`) and went (`removed`) with this version; set when it is published."""
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(80))


class FaqPhrasing(Base):
    """A way in which residents ask for an entry."""

    __tablename__ = "faq_phrasings"
    __table_args__ = (UniqueConstraint("entry", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(ForeignKey("faq_entries.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(16))
    """seed, written or gap."""
    state: Mapped[str] = mapped_column(String(8), default="live", server_default="live")
    """live, or with the entry's draft: adding, removing."""
    created_at: Mapped[datetime]


class FaqReplay(Base):
    """What a replay of all phrasings against an entry's draft found."""

    __tablename__ = "faq_replays"

    entry: Mapped[str] = mapped_column(ForeignKey("faq_entries.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32))
    """Of the draft that was replayed, its phrasings included; another draft needs another replay."""
    base: Mapped[str] = mapped_column(String(32))
    """Of the published index that it was compared with."""
    at: Mapped[datetime]
    seconds: Mapped[float]
    total: Mapped[int]
    asked: Mapped[int]
    """How many of them the draft could change, and were asked."""
    better: Mapped[list[Any]] = mapped_column(JSON)
    worse: Mapped[list[Any]] = mapped_column(JSON)
    """Rows of text, owners, before, after."""
    accepted: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Who accepted which worse result, by text."""


class FaqUse(Base):
    """How often an entry was used on a day, by kind; counts only, nothing of who asked."""

    __tablename__ = "faq_uses"

    entry: Mapped[str] = mapped_column(ForeignKey("faq_entries.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    """hit, offered, chosen, helpful or unhelpful."""
    count: Mapped[int]


class Gap(Base):
    """A question that was not answered, or not well; personal data is masked before it is stored."""

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_state_at", "state", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    """unknown, asked_back, unhelpful or taken_over."""
    conversation: Mapped[str | None] = mapped_column(String(32), index=True)
    nearest: Mapped[list[Any]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(16), default="open")
    """open, waiting, answered, attached, new_entry or not_ours. A question that was asked back waits; it
    counts as left once nothing followed for a while."""
    entry: Mapped[str | None] = mapped_column(ForeignKey("faq_entries.id"))
