"""What residents get: the published version of an entry, ready to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, select

from bot.clock import local
from bot.context import Context
from bot.knowledge.models import FaqEntry, FaqVersion
from bot.knowledge.rendering import fill, honest_note

SHORT = 16
"""So much of the question stands on a button when an entry has no short title."""


@dataclass(frozen=True)
class Answer:
    """A published answer. `text` holds no placeholder; `note` is the honest line, if one is due."""

    id: str
    number: int
    question: str
    short: str
    """The question as a button's title."""
    text: str
    source: str
    handler: str
    note: str | None
    unconfirmed: bool
    service: str | None
    org: str
    org_name: str
    checked: date
    """The day on which this version was published."""
    expired: bool
    group: str
    """The people whom it is for."""
    confirmed_on: date | None
    """The day on which the handler's organisation confirmed it; None where nobody did yet."""


def published() -> Select[tuple[FaqEntry, FaqVersion]]:
    """Entries with the version that residents get."""
    return select(FaqEntry, FaqVersion).join(
        FaqVersion, and_(FaqVersion.entry == FaqEntry.id, FaqVersion.number == FaqEntry.published)
    )


class Answers:
    """Reads published answers; it asks the database each time, so a withdrawn entry is never served."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def answer(self, entry: str) -> Answer | None:
        """The published answer of an entry; None when there is none."""
        return (await self.answers([entry])).get(entry)

    async def answers(self, entries: Iterable[str]) -> dict[str, Answer]:
        """The published answers of several entries, by id."""
        wanted = list(entries)
        if not wanted:
            return {}
        county = await self._context.directory.county()
        async with self._context.db.glance() as session:
            rows = (await session.execute(published().where(FaqEntry.id.in_(wanted)))).all()
        today = local(self._context.clock()).date()
        return {
            entry.id: render(entry, version, county.orgs[entry.org].name, today) for entry, version in rows
        }


def render(entry: FaqEntry, version: FaqVersion, org_name: str, today: date) -> Answer:
    """A version as a resident reads it; also for drafts that a maintainer tries out."""
    text, missing = fill(version.answer, version.figures)
    return Answer(
        id=entry.id,
        number=version.number,
        question=version.question,
        short=version.short or version.question[:SHORT],
        text=text,
        source=version.source,
        handler=version.handler,
        note=honest_note(missing, confirmed=version.confirmed),
        unconfirmed=not version.confirmed,
        service=version.service,
        org=entry.org,
        org_name=org_name,
        checked=local(version.published_at or version.created_at).date(),
        expired=version.valid_until is not None and version.valid_until < today,
        group=version.group,
        confirmed_on=local(version.confirmed_at).date() if version.confirmed_at else None,
    )


def dated(answer: Answer) -> str:
    """Who stands behind an answer, since when: `县残联，2026-11-25 核对`; 发布 where nobody confirmed it."""
    if answer.confirmed_on is not None:
        return f"{answer.org_name}，{answer.confirmed_on:%Y-%m-%d} 核对"
    return f"{answer.org_name}，{answer.checked:%Y-%m-%d} 发布"
