"""How long everything may take: the defaults of the state table, which a county may change.

A county changes them in the setting `ticket_terms` (a mapping of the names below); a service's own days,
their kind and its legal maximum stand in the catalogue.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any

from bot.clock import COUNTY_ZONE
from bot.directory.catalogue import County, Service
from bot.tickets.deadlines import Calendar, Due, WorkClock, clock_hours, earliest, natural_days


@dataclass(frozen=True)
class Terms:
    """Working days unless the name says otherwise."""

    review_days: float = 1
    review_urgent_hours: float = 1
    sign_days: float = 1
    sign_urgent_hours: float = 1
    duty_minutes: float = 15
    helper_share: float = 0.6
    """A helper's part of the service's days, so that the lead can finish in time."""
    contact_days: float = 1
    contact_urgent_minutes: float = 30
    return_review_hours: float = 4
    extension_review_days: float = 1
    close_days: float = 1
    second_reading_days: float = 1
    info_days: int = 5
    info_total_days: int = 10
    info_pauses: int = 2
    external_natural_days: int = 30
    check_call_days: int = 5
    rating_natural_days: int = 7
    reopen_natural_days: int = 15
    consultation_days: int = 3
    nudge_share: float = 0.75
    second_supervision_days: float = 1
    consultation_after_days: float = 1
    urgent_escalation_hours: float = 2
    like_natural_days: int = 30
    order_confirm_days: int = 3
    order_report_days: int = 3
    dispatch_by_rule: tuple[str, ...] = ()
    """Services that a rule dispatches, when their lead is fixed and their fields are complete."""
    close_by_sample: tuple[str, ...] = ()
    """Services whose closing is only sampled."""
    close_sample_share: float = 0.1
    withdrawal_sample_share: float = 0.1
    duty: tuple[str, ...] = ()
    """Logins of the duty roster for urgent matters, in the order in which they are called."""

    @classmethod
    def of(cls, changed: dict[str, Any] | None) -> "Terms":
        """The defaults with what the county changed; unknown names are refused."""
        names = {f.name for f in fields(cls)}
        unknown = set(changed or {}) - names
        if unknown:
            raise ValueError(f"ticket_terms: {', '.join(sorted(unknown))} is not known")
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in (changed or {}).items()})


@dataclass(frozen=True)
class Timing:
    """Computes deadlines of one county."""

    terms: Terms
    calendar: Calendar
    county: County

    def clock(self, org: str | None = None) -> WorkClock:
        """The working clock of an organisation, or the county's."""
        hours = self.county.orgs[org].hours if org in self.county.orgs else None
        return WorkClock(self.calendar, hours) if hours else WorkClock(self.calendar)

    def working(self, start: datetime, days: float, org: str | None = None) -> Due:
        """So many working days of working time after `start`."""
        clock = self.clock(org)
        return clock.add(start, days * clock.day_minutes)

    def review(self, start: datetime, urgent: bool) -> Due:
        """When a new ticket must be reviewed."""
        if urgent:
            return clock_hours(start, self.terms.review_urgent_hours)
        return self.working(start, self.terms.review_days)

    def sign(self, start: datetime, urgent: bool, org: str) -> Due:
        """When an organisation must have signed."""
        if urgent:
            return clock_hours(start, self.terms.sign_urgent_hours)
        return self.working(start, self.terms.sign_days, org)

    def contact(self, start: datetime, urgent: bool) -> Due:
        """When the resident must have been reached."""
        if urgent:
            return clock_hours(start, self.terms.contact_urgent_minutes / 60)
        return self.working(start, self.terms.contact_days)

    def handling(self, service: Service, start: datetime, urgent: bool, org: str, event: date | None) -> Due:
        """When the matter must be done.

        The service's days as working days; urgent ones round the clock; an order from a village counts
        from its event. A legal maximum in natural days is never passed.
        """
        if service.urgent or urgent:
            due = clock_hours(start, 24 * service.days)
        elif service.starts == "event" and event is not None:
            begin = max(start, datetime.combine(event, time(12), COUNTY_ZONE))
            due = self.clock(org).days(begin, self.terms.order_report_days)
        elif service.days_run == "natural":
            due = natural_days(start, service.days)
        else:
            due = self.clock(org).days(start, service.days)
        if service.legal_days is not None:
            due = earliest(due, natural_days(start, service.legal_days))
        return due


def legal(service: Service) -> bool:
    """Whether the term is the law's: it cannot be extended."""
    return service.legal_days is not None or service.days_are == "含法定时限"
