"""What the figures are made of, as plain values: matters, their parts, rounds and answers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clock import local


@dataclass(frozen=True)
class Period:
    """From `start` up to, not including, `end`; what falls due after `as_of` is not due yet."""

    start: datetime
    end: datetime
    as_of: datetime

    def covers(self, at: datetime) -> bool:
        """Whether something that falls due then belongs to the period."""
        return self.start <= at < self.end and at <= self.as_of

    @property
    def last_day(self) -> date:
        """The last day of the period, in the county's time."""
        return local(self.end - timedelta(seconds=1)).date()

    def year(self) -> "Period":
        """The rolling year that ends with the period."""
        return Period(min(self.start, self.end - timedelta(days=365)), self.end, self.as_of)


@dataclass(frozen=True)
class Round:
    """One run of a part's clock: a matter that is redone starts another. Pauses have moved `due`."""

    due: datetime | None
    unextended: datetime | None
    """What `due` would be without the extension; None where there was none."""
    done_at: datetime | None
    closed_at: datetime | None = None
    silent: bool = False
    """Closed by rule because the resident did not answer."""
    substantive: bool = True
    ended_at: datetime | None = None
    ended: str | None = None
    """reopened or decided; None is the present round."""


@dataclass(frozen=True)
class Part:
    """An organisation's assignment."""

    org: str
    role: str
    state: str
    """For a part that was cancelled: its state before."""
    dispatched_at: datetime
    sign_due: datetime
    signed_at: datetime | None
    deemed: bool
    returned: int
    upheld: bool
    """Its return was right."""
    rounds: tuple[Round, ...]
    ended_at: datetime | None = None
    ended: str | None = None
    """returned, decided, became_lead, withdrawn or merged; None while it takes part."""
    delivery_failed: bool = False


@dataclass(frozen=True)
class Answer:
    """What the resident said of a result; `rating` None is silence."""

    at: datetime
    org: str
    rating: str | None
    solved: str | None
    by_resident: bool
    recorded: bool
    void: bool


@dataclass(frozen=True)
class Matter:
    """A ticket."""

    number: str
    service: str
    kind: str
    """The class of difficulty."""
    waits_outside: bool
    lead: str
    place: str | None
    """Township or urban station."""
    grid: str | None
    person: str | None
    channel: str
    urgent: bool
    state: str
    created_at: datetime
    closed_at: datetime | None
    paused_at: datetime | None
    contact_due: datetime | None
    contacted_at: datetime | None
    anonymous: bool
    policy: bool
    """Two people found that policy does not allow it."""
    parts: tuple[Part, ...] = ()
    answers: tuple[Answer, ...] = ()

    def leads(self) -> list[Part]:
        """The lead's parts, former ones among them, oldest first."""
        return sorted((p for p in self.parts if p.role == "lead"), key=lambda p: p.dispatched_at)

    def helpers(self) -> list[Part]:
        """The helpers' parts."""
        return [part for part in self.parts if part.role == "helper"]

    def lead_at(self, moment: datetime) -> Part | None:
        """Who led at a moment; the first lead for one before any."""
        leads = self.leads()
        before = [part for part in leads if part.dispatched_at <= moment]
        return before[-1] if before else (leads[0] if leads else None)
