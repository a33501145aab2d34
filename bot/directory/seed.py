"""Loading a county from its files: organisations, grid, services, questions and answers, phrasings.

Idempotent: rows are made or updated by their codes, nothing is deleted. All files are read and checked
before anything is written; a file that is wrong anywhere is refused whole, with file, line and reason.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory import models
from bot.directory.load import touch_directory
from bot.directory.response_templates import store_defaults

SlotType = Literal[
    "person",
    "phone",
    "place",
    "place_or_text",
    "text",
    "date",
    "month",
    "integer",
    "choice",
    "yes_no",
    "amount",
    "photo",
    "identity_number",
]


class SeedError(Exception):
    """A seed file that cannot be loaded; the message names file, line and reason."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


Row = TypeVar("Row", bound=_Strict)


class OrganisationRow(_Strict):
    """A row of organisations.yml."""

    code: str
    name: str
    kind: Literal["centre", "mass_organisation"]
    hours: list[str] | None = None


class PointRow(_Strict):
    """A row of grid.yml; a parent stands before its children."""

    code: str
    name: str
    kind: Literal["centre", "station", "town", "community", "village"]
    parent: str | None = None
    address: str | None = None
    note: str | None = None
    figures: dict[str, float | int] = Field(default_factory=dict)


class SlotSpec(_Strict):
    """A slot of services.yml."""

    label: str
    type: SlotType
    choices: list[str] = Field(default_factory=list)


class ServiceSpec(_Strict):
    """A service of services.yml."""

    code: str
    name: str
    category: str
    lead: str
    helpers: list[str]
    local: list[str]
    contacts: list[str]
    group: str
    contact: Literal["personal", "station", "organisation", "safe"]
    required: list[str]
    asked: list[str]
    later: list[str]
    days: int
    days_are: Literal["建议承诺", "含法定时限", "紧急"]
    waits_outside: bool
    materials: str
    closing: str
    privacy: Literal["普通", "敏感", "高敏"]
    decider: str | None = None
    window: str | None = None
    note: str | None = None
    proposed_to: Literal["reviewer"] | None = None
    days_run: Literal["working", "natural"] = "working"
    legal_days: int | None = None
    starts: Literal["dispatch", "event"] = "dispatch"


class FaqRow(_Strict):
    """An entry of faq.yml; `【…】` in the answer marks a local figure that the county fills."""

    id: str
    org: str
    group: str
    question: str
    short: str | None = None
    """The question as a button's title, at most 12 characters."""
    answer: str
    source: str
    handler: str
    scope: str
    confirmed: bool
    verified: str = ""
    service: str | None = None
    figures: dict[str, str | None] = Field(default_factory=dict)
    valid_until: date | None = None
    phrasings: list[str] = Field(default_factory=list)
    """Ways of asking, beside those of the folder `phrasings`."""


@dataclass
class Seed:
    """Everything that the files say, checked."""

    county: str
    organisations: list[OrganisationRow]
    points: list[PointRow]
    slots: dict[str, SlotSpec]
    contact: dict[str, list[str]]
    services: list[ServiceSpec]
    faq: list[FaqRow]
    phrasings: dict[str, list[str]]
    """FAQ id or service code -> phrasings."""


class _File:
    """One YAML file with the lines of its values."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.data: Any = YAML().load(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise SeedError(f"{path}: the file is missing") from error
        except UnicodeDecodeError as error:
            raise SeedError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from error
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise SeedError(f"{path}:{line}: {error.problem}") from error
        if not isinstance(self.data, dict):
            raise SeedError(f"{path}:1: a mapping is expected")

    def fail(self, node: Any, key: Any, reason: str) -> SeedError:
        """An error at the line of `node[key]`, as far as it is known."""
        line = 1
        marks = getattr(node, "lc", None)
        if marks is not None:
            line = marks.line + 1
            if key in (marks.data or {}):
                line = marks.data[key][0] + 1
        return SeedError(f"{self.path}:{line}: {reason}")

    def part(self, name: str, kind: type) -> Any:
        """A top-level part; an error when it is missing or of another kind."""
        value = self.data.get(name)
        if not isinstance(value, kind):
            wanted = "a list" if kind is list else "a mapping"
            raise self.fail(self.data, name, f"`{name}` must be {wanted}")
        return value

    def row(self, model: type[Row], node: Any) -> Row:
        """One row, checked; the error names the line of the wrong field."""
        try:
            return model.model_validate(node)
        except ValidationError as error:
            first = error.errors()[0]
            key = first["loc"][0] if first["loc"] else None
            where = ".".join(map(str, first["loc"]))
            raise self.fail(node, key, f"{where}: {first['msg']}") from error

    def rows(self, name: str, model: type[Row], key: str) -> list[tuple[Any, Row]]:
        """The rows of a list, with their nodes; keys must be unique."""
        rows = [(node, self.row(model, node)) for node in self.part(name, list)]
        seen: set[str] = set()
        for node, row in rows:
            value = getattr(row, key)
            if value in seen:
                raise self.fail(node, key, f"{key} {value} stands here for the second time")
            seen.add(value)
        return rows


def read_seed(folder: Path) -> Seed:
    """Read and check all files of a county; SeedError for the first thing that is wrong."""
    file = _File(folder / "organisations.yml")
    county = str(file.data.get("county") or "")
    if not county:
        raise file.fail(file.data, "county", "`county`, the county's name, is missing")
    organisations = file.rows("organisations", OrganisationRow, "code")
    orgs = {row.code for _, row in organisations}

    grid = _File(folder / "grid.yml")
    points = grid.rows("points", PointRow, "code")
    known: set[str] = set()
    for node, point in points:
        if point.parent is not None and point.parent not in known:
            raise grid.fail(node, "parent", f"{point.code}: parent {point.parent} does not stand above")
        known.add(point.code)

    catalogue = _File(folder / "services.yml")
    slots = {str(name): catalogue.row(SlotSpec, node) for name, node in catalogue.part("slots", dict).items()}
    contact = {str(kind): list(names) for kind, names in catalogue.part("contact", dict).items()}
    services = catalogue.rows("services", ServiceSpec, "code")
    for node, service in services:
        for key, values, allowed in (
            ("lead", [service.lead], orgs),
            ("helpers", service.helpers, orgs),
            ("contact", [service.contact], contact.keys()),
            ("required", service.required, slots.keys()),
            ("asked", service.asked, slots.keys()),
            ("later", service.later, slots.keys()),
        ):
            for value in values:
                if value not in allowed:
                    raise catalogue.fail(node, key, f"{service.code}: {key}: {value} is not known")
    codes = {service.code for _, service in services}

    questions = _File(folder / "faq.yml")
    faq = questions.rows("entries", FaqRow, "id")
    for node, entry in faq:
        if entry.org not in orgs:
            raise questions.fail(node, "org", f"{entry.id}: organisation {entry.org} is not known")
        if entry.service is not None and entry.service not in codes:
            raise questions.fail(node, "service", f"{entry.id}: service {entry.service} is not known")

    return Seed(
        county=county,
        organisations=[row for _, row in organisations],
        points=[row for _, row in points],
        slots=slots,
        contact=contact,
        services=[row for _, row in services],
        faq=[row for _, row in faq],
        phrasings=_read_phrasings(folder / "phrasings", {row.id for _, row in faq} | codes),
    )


_TOP_KEY = re.compile(r"^[\w-]+:", re.MULTILINE)


def _read_phrasings(folder: Path, known: set[str]) -> dict[str, list[str]]:
    """The phrasings of all files; read by the quick parser, and with line numbers only to name an error."""
    phrasings: dict[str, list[str]] = {}
    for path in [*sorted(folder.glob("faq-*.yml")), *sorted(folder.glob("services.yml"))]:
        try:
            text = path.read_text("utf-8")
            data = yaml.load(text, yaml.CSafeLoader)
            sound = isinstance(data, dict) and all(map(_is_phrasings, data.keys(), data.values()))
            sound = sound and len(data) == len(_TOP_KEY.findall(text))  # this parser lets keys repeat
        except (yaml.YAMLError, UnicodeDecodeError):
            sound = False
        if not sound or not data.keys() <= known:
            raise _phrasings_error(_File(path), known)
        for key, texts in data.items():
            phrasings.setdefault(key, []).extend(texts)
    return phrasings


def _is_phrasings(key: object, texts: object) -> bool:
    return isinstance(key, str) and isinstance(texts, list) and all(isinstance(text, str) for text in texts)


def _phrasings_error(file: _File, known: set[str]) -> SeedError:
    for key, texts in file.data.items():
        if key not in known:
            return file.fail(file.data, key, f"{key} is neither an entry nor a service")
        if not _is_phrasings(key, texts):
            return file.fail(file.data, key, f"{key}: a list of texts is expected (quote what YAML reads)")
    return SeedError(f"{file.path}:1: cannot be read")


async def store_directory(session: AsyncSession, seed: Seed) -> None:
    """Write organisations, grid, slots and services; what the county changed in other columns stays."""
    session.add_all(
        [
            await session.merge(models.Setting(name="county_name", value=seed.county)),
            *[
                await session.merge(
                    models.Organisation(
                        code=o.code, name=o.name, kind=o.kind, hours=o.hours, position=position
                    )
                )
                for position, o in enumerate(seed.organisations)
            ],
        ]
    )
    await session.flush()
    for point in seed.points:
        await session.merge(models.GridPoint(**point.model_dump()))
        if point.kind in ("centre", "station", "town"):
            await session.flush()
    for position, (name, slot) in enumerate(seed.slots.items()):
        await session.merge(models.SlotRow(name=name, position=position, **slot.model_dump()))
    for kind, names in seed.contact.items():
        await session.merge(models.ContactRow(kind=kind, slots=names))
    columns = {"code", "name", "category", "lead", "privacy"}
    for position, service in enumerate(seed.services):
        await session.merge(
            models.ServiceRow(
                **service.model_dump(include=columns),
                spec=service.model_dump(exclude=columns),
                phrasings=seed.phrasings.get(service.code, []),
                position=position,
            )
        )
    await store_defaults(session)
    await touch_directory(session)
