"""Confirmation sheets: what a handler has to fill in or confirm, the most asked for first."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.faq import CONFIRM, Mark, figure_names, marks_of, newest_versions
from bot.directory.models import Staff
from bot.directory.roles import Role
from bot.knowledge.models import FaqVersion
from bot.knowledge.uses import by_entry

SOON = timedelta(days=30)
"""Entries whose validity ends within so long stand on the sheet already."""


@dataclass(frozen=True)
class Line:
    """An entry that waits for its handler."""

    id: str
    org: str
    version: FaqVersion
    marks: tuple[Mark, ...]
    hits: int
    figures: tuple[tuple[str, str | None], ...]

    @property
    def missing(self) -> int:
        """How many figures are not filled in."""
        return sum(not value for _, value in self.figures)

    @property
    def waits_elsewhere(self) -> bool:
        """It is with the second reader, or planned: nothing to do here."""
        return self.version.state in ("in_review", "scheduled")


@dataclass(frozen=True)
class Sheet:
    """An organisation's sheet, and who may fill it in."""

    org: str
    lines: tuple[Line, ...]
    handlers: tuple[str, ...]

    @property
    def figures(self) -> int:
        """Local figures that are missing."""
        return sum(line.missing for line in self.lines)

    @property
    def unconfirmed(self) -> int:
        """Entries that nobody confirmed."""
        return sum(not line.version.confirmed for line in self.lines)

    @property
    def over(self) -> int:
        """Entries past their validity."""
        return sum(line.marks[0].kind == "late" for line in self.lines)

    @property
    def hits(self) -> int:
        """How often residents got these answers in the last thirty days."""
        return sum(line.hits for line in self.lines)


async def sheets(session: AsyncSession, today: date, org: str = "") -> list[Sheet]:
    """All sheets with something on them, the most asked for first."""
    uses = await by_entry(session, today)
    lines: dict[str, list[Line]] = {}
    for entry, version in await newest_versions(session, org):
        marks = marks_of(entry, version, today)
        if version.valid_until is not None and today <= version.valid_until <= today + SOON:
            left = (version.valid_until - today).days
            marks = (Mark(f"还有 {left} 天到期", "soon", CONFIRM), *marks)
        if marks[0].rank > CONFIRM:
            continue
        hits = uses[entry.id].hit if entry.id in uses else 0
        figures = tuple((name, version.figures.get(name)) for name in figure_names(version.answer))
        lines.setdefault(entry.org, []).append(Line(entry.id, entry.org, version, marks, hits, figures))
    query = select(Staff).where(Staff.active, Staff.role == Role.ORGANISATION).order_by(Staff.name)
    handlers: dict[str, list[str]] = {}
    for one in await session.scalars(query):
        handlers.setdefault(one.org, []).append(one.name)
    found = [
        Sheet(
            code,
            tuple(sorted(mine, key=lambda line: (-line.hits, line.marks[0].rank, line.id))),
            tuple(handlers.get(code, ())),
        )
        for code, mine in lines.items()
    ]
    return sorted(found, key=lambda sheet: (-sheet.hits, -len(sheet.lines), sheet.org))
