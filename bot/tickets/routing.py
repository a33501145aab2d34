"""Routing as data: catalogue × grid -> lead, helpers, grid point. Pure; nothing is ever routed nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.directory.catalogue import CENTRE, County, Service

PLACE_SLOTS = ("station", "village", "town")
"""Where the matter is at home, the nearest first."""


@dataclass(frozen=True)
class Route:
    """Who takes a ticket; `reasons` say why, for the reviewer."""

    lead: str
    helpers: tuple[str, ...]
    grid: str | None
    reasons: tuple[str, ...] = ()


def standing_in(county: County, code: str, day: date) -> str | None:
    """The organisation that takes tickets for `code` on a day: itself, or who replaces it, or nobody."""
    seen: set[str] = set()
    while code in county.orgs and code not in seen:
        if county.orgs[code].active(day):
            return code
        seen.add(code)
        code = county.orgs[code].replaced_by or ""
    return None


def route(county: County, service: Service, fields: dict[str, Any], day: date) -> Route:
    """Lead and helpers of a service on a day, and the grid point of its fields."""
    reasons = [f"目录：{service.name}由{_name(county, service.lead)}主办"]
    lead = standing_in(county, service.lead, day)
    if lead is None:
        lead = standing_in(county, CENTRE, day) or service.lead
        reasons.append(f"{_name(county, service.lead)}已停用，由{_name(county, lead)}兜底")
    elif lead != service.lead:
        reasons.append(f"{_name(county, service.lead)}已由{_name(county, lead)}接替")
    helpers = _active(county, service.helpers, day, lead)
    grid = grid_of(county, fields)
    if grid is not None:
        reasons.append(f"网格：{county.place_name(grid)}")
    return Route(lead, helpers, grid, tuple(reasons))


def with_lead(county: County, planned: Route, lead: str, helpers: Iterable[str] | None, day: date) -> Route:
    """A route that a person changed: another lead, other helpers; switched-off ones are replaced."""
    chosen = standing_in(county, lead, day) or CENTRE
    wanted = planned.helpers if helpers is None else tuple(helpers)
    return Route(chosen, _active(county, wanted, day, chosen), planned.grid, planned.reasons)


def grid_of(county: County, fields: dict[str, Any]) -> str | None:
    """The grid point of the fields; places may stand there as codes or as names."""
    for slot in PLACE_SLOTS:
        value = fields.get(slot)
        if isinstance(value, str) and (code := place_code(county, value)):
            return code
    return None


def place_code(county: County, value: str) -> str | None:
    """A place's code, from its code or from a name that only one place has."""
    value = value.strip()
    if value in county.points:
        return value
    plain = value.replace(" ", "").replace("　", "")
    names = [code for code, point in county.points.items() if point.name == plain]
    if len(names) == 1:
        return names[0]
    whole = [code for code in county.points if county.place_name(code).replace(" ", "") == plain]
    return whole[0] if len(whole) == 1 else None


def within(county: County, code: str | None, above: str) -> bool:
    """Whether a grid point lies at or under another."""
    return any(point.code == above for point in county.path(code))


def _active(county: County, codes: Iterable[str], day: date, lead: str) -> tuple[str, ...]:
    found = (standing_in(county, code, day) for code in codes)
    return tuple(dict.fromkeys(code for code in found if code is not None and code != lead))


def _name(county: County, code: str) -> str:
    return county.orgs[code].name if code in county.orgs else code
