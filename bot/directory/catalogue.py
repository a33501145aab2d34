"""The county as plain values: organisations, grid and service catalogue, read whole and cached.

The tables are small (some hundred rows); everything that routes, asks or shows names works on one
immutable `County` instead of joining tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

FALLBACK_SERVICE = "Z01"
"""Complaints and free text that fit no service."""

HIGH_PRIVACY = "高敏"
CENTRE = "ZX"


@dataclass(frozen=True)
class Org:
    """An organisation: `code` such as CL, `name` such as 县残联."""

    code: str
    name: str
    kind: str
    active_from: date | None = None
    active_until: date | None = None
    replaced_by: str | None = None
    hours: tuple[str, ...] | None = None

    def active(self, day: date) -> bool:
        """Whether it takes tickets on a day."""
        return (self.active_from is None or self.active_from <= day) and (
            self.active_until is None or day <= self.active_until
        )


@dataclass(frozen=True)
class Point:
    """A grid point: `kind` is centre, station, town, community or village."""

    code: str
    name: str
    kind: str
    parent: str | None
    figures: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
    closed: bool = False
    """Nothing new is taken there; what happened there keeps its name."""


@dataclass(frozen=True)
class Slot:
    """A thing that an intake may ask; `type` as in the catalogue (person, phone, choice, yes_no …)."""

    name: str
    label: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """An entry of the catalogue. Organisations are codes, outside bodies (`contacts`) are names."""

    code: str
    name: str
    category: str
    lead: str
    helpers: tuple[str, ...]
    local: tuple[str, ...]
    contacts: tuple[str, ...]
    group: str
    contact: str
    required: tuple[str, ...]
    asked: tuple[str, ...]
    later: tuple[str, ...]
    days: int
    days_are: str
    waits_outside: bool
    materials: str
    closing: str
    privacy: str
    decider: str | None = None
    window: str | None = None
    note: str | None = None
    proposed_to: str | None = None
    days_run: str = "working"
    """working or natural."""
    legal_days: int | None = None
    """The legal maximum in natural days; it cannot be extended."""
    starts: str = "dispatch"
    """When the days start: dispatch, or event (an order's date)."""
    phrasings: tuple[str, ...] = ()

    @property
    def high_privacy(self) -> bool:
        """Whether DESIGN's rules of high privacy hold: nothing pushed, nothing restored."""
        return self.privacy == HIGH_PRIVACY

    @property
    def urgent(self) -> bool:
        """Whether its clocks run round the clock."""
        return self.days_are == "紧急"


@dataclass(frozen=True)
class County:
    """All of the directory at one moment."""

    name: str
    orgs: dict[str, Org]
    points: dict[str, Point]
    slots: dict[str, Slot]
    contact_kinds: dict[str, tuple[str, ...]]
    services: dict[str, Service]
    withdrawn: dict[str, Service] = field(default_factory=dict)
    """Services that are offered no longer; their tickets are still worked on."""
    days: dict[date, bool] = field(default_factory=dict)
    """Days that are worked (True) or not, other than the national calendar says."""

    def any_service(self, code: str) -> Service | None:
        """A service by its code, offered or withdrawn."""
        return self.services.get(code) or self.withdrawn.get(code)

    def org_by_name(self, name: str) -> Org:
        """An organisation by its name; KeyError when there is none."""
        return next(org for org in self.orgs.values() if org.name == name)

    def path(self, code: str | None) -> list[Point]:
        """The points from the top of the grid down to `code`; empty for an unknown code."""
        chain: list[Point] = []
        while code is not None and code in self.points:
            chain.append(self.points[code])
            code = self.points[code].parent
        return chain[::-1]

    def place_name(self, code: str) -> str:
        """A place as people say it: town and village, without the centre."""
        names = [point.name for point in self.path(code) if point.kind != "centre"]
        return " ".join(names) if names else code

    def asked_slots(self, service: Service, *, proxy: bool = False) -> list[Slot]:
        """What the chat asks for a service, in order: contact, proxy, required, asked.

        Never a `later` slot: those a person asks.
        """
        names: list[str] = [*self.contact_kinds[service.contact]]
        if proxy:
            names += self.contact_kinds["proxy"]
        names += [*service.required, *service.asked]
        later = {*service.later, *self.contact_kinds["later"]}
        return [self.slots[name] for name in _unique(names) if name not in later]

    def required_slots(self, service: Service) -> set[str]:
        """The slots that cannot be skipped in the chat: the contact and the service's `required`."""
        contact = set(self.contact_kinds[service.contact])
        return (contact - {"is_proxy"}) | set(service.required)

    def gazetteer_rows(self) -> list[dict[str, str | None]]:
        """The grid as `nlu.entities.Gazetteer.from_rows` takes it."""
        return [
            {"code": p.code, "name": p.name, "kind": p.kind, "parent": p.parent}
            for p in self.points.values()
            if not p.closed
        ]


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
