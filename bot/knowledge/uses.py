"""How often entries are used: counters by entry, day and kind, without a word of who asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.knowledge.models import FaqEntry, FaqUse

KINDS = ("hit", "offered", "chosen", "helpful", "unhelpful")
DAYS = 30


@dataclass(frozen=True)
class Uses:
    """An entry's counts over some days."""

    hit: int = 0
    """Answers given, whether at once or after asking back."""
    offered: int = 0
    """Asked back with this entry among the choices."""
    chosen: int = 0
    helpful: int = 0
    unhelpful: int = 0

    @property
    def at_once(self) -> float | None:
        """The share of its cases that were answered without asking back; None where there was none.

        A case is an answer, or asking back that did not lead to one: hits + offered − chosen.
        """
        cases = self.hit + self.offered - self.chosen
        return max(0, self.hit - self.chosen) / cases if cases > 0 else None

    @property
    def helped(self) -> float | None:
        """Helpful among those who said either; None where nobody did."""
        said = self.helpful + self.unhelpful
        return self.helpful / said if said else None


async def count(session: AsyncSession, used: Iterable[tuple[str, str]], at: datetime) -> None:
    """Count uses, each an (entry, kind); an entry that is no more counts nowhere."""
    counted = Counter(used)
    if not counted:
        return
    known = set(
        await session.scalars(select(FaqEntry.id).where(FaqEntry.id.in_({entry for entry, _ in counted})))
    )
    day = local(at).date()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for (entry, kind), number in sorted(counted.items()):
        if entry not in known or kind not in KINDS:
            continue
        row = insert(FaqUse).values(entry=entry, day=day, kind=kind, count=number)
        await session.execute(
            row.on_conflict_do_update(
                index_elements=["entry", "day", "kind"], set_={"count": FaqUse.count + row.excluded.count}
            )
        )


async def by_entry(session: AsyncSession, today: date, days: int = DAYS) -> dict[str, Uses]:
    """The counts of the last days, by entry."""
    rows = await session.execute(
        select(FaqUse.entry, FaqUse.kind, func.sum(FaqUse.count))
        .where(FaqUse.day > today - timedelta(days=days))
        .group_by(FaqUse.entry, FaqUse.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for entry, kind, total in rows:
        found.setdefault(entry, {})[kind] = int(total)
    return {entry: Uses(**counts) for entry, counts in found.items()}
