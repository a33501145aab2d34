"""Nothing may be routed nowhere: what would have nobody, on which day, if the directory were so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.directory.catalogue import County, Service
from bot.tickets.routing import standing_in


@dataclass(frozen=True)
class Lost:
    """From `day` on nobody stands in for `org`, which leads or helps with these services."""

    day: date
    org: str
    leads: tuple[Service, ...]
    helps: tuple[Service, ...]


def lost(county: County, today: date) -> list[Lost]:
    """Every organisation of the catalogue that has nobody from some day on, with the first such day."""
    days = sorted({today, *_turns(county, today)})
    used = sorted({org for one in county.services.values() for org in (one.lead, *one.helpers)})
    found = []
    for org in used:
        day = next((day for day in days if standing_in(county, org, day) is None), None)
        if day is not None:
            found.append(Lost(day, org, leads(county, org), helps(county, org)))
    return found


def _turns(county: County, today: date) -> Iterable[date]:
    """The days on which an organisation begins or has ended."""
    for org in county.orgs.values():
        if org.active_from is not None and org.active_from > today:
            yield org.active_from
        if org.active_until is not None and org.active_until >= today:
            yield org.active_until + timedelta(days=1)


def leads(county: County, org: str) -> tuple[Service, ...]:
    """The services that an organisation leads."""
    return tuple(service for service in county.services.values() if service.lead == org)


def helps(county: County, org: str) -> tuple[Service, ...]:
    """The services that an organisation helps with."""
    return tuple(service for service in county.services.values() if org in service.helpers)


def listed(services: Iterable[Service], most: int = 4) -> str:
    """Services by name, the first few: 困难职工建档帮扶、… 等 7 项."""
    names = [service.name for service in services]
    shown = "、".join(names[:most])
    return f"{shown}等 {len(names)} 项" if len(names) > most else shown
