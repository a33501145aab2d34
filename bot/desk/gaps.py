"""Unanswered questions in groups of like meaning, by people, largest first."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge.gaps import is_open
from bot.knowledge.models import Gap
from nlu.retrieval import encoder
from nlu.retrieval.clean import clean

ALIKE = 0.72
"""Cosine of two questions that are taken for one matter; tuned on the sample's held-out questions."""
DAYS = 30
MOST = 2000
KIND_NAMES = {
    "unknown": ("不知道", "help-circle"),
    "asked_back": ("反问后走了", "corner-up-left"),
    "unhelpful": ("没用", "thumb-down"),
    "taken_over": ("转人工", "headset"),
}


@dataclass(frozen=True)
class Group:
    """Questions of one matter; `id` is that of its first gap, `title` its commonest wording."""

    id: int
    title: str
    gaps: tuple[Gap, ...]

    @property
    def people(self) -> int:
        """How many people asked; a gap without a conversation counts as one."""
        return len({gap.conversation or f"#{gap.id}" for gap in self.gaps})

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        """(name, icon, count) of each reason."""
        counts = Counter(gap.kind for gap in self.gaps)
        return [(*KIND_NAMES.get(kind, (kind, "help-circle")), count) for kind, count in counts.most_common()]

    @property
    def last(self) -> datetime:
        """When it was asked last."""
        return max(gap.at for gap in self.gaps)

    @property
    def nearest(self) -> list[tuple[str, int]]:
        """(entry, percent) of the three entries that came nearest."""
        best: dict[str, float] = {}
        for gap in self.gaps:
            for key, score in gap.nearest:
                entry = str(key).removeprefix("faq/")
                best[entry] = max(best.get(entry, 0.0), float(score))
        ranked = sorted(best.items(), key=lambda pair: -pair[1])[:3]
        return [(entry, round(100 * score)) for entry, score in ranked]


async def open_gaps(session: AsyncSession, now: datetime, kind: str = "") -> list[Gap]:
    """The open questions of the last thirty days, newest first."""
    query = select(Gap).where(is_open(now), Gap.at >= now - timedelta(days=DAYS))
    if kind:
        query = query.where(Gap.kind == kind)
    return list(await session.scalars(query.order_by(Gap.at.desc(), Gap.id.desc()).limit(MOST)))


async def open_count(session: AsyncSession, now: datetime) -> int:
    """How many questions are open, as the rail shows it."""
    since = Gap.at >= now - timedelta(days=DAYS)
    return await session.scalar(select(func.count()).select_from(Gap).where(is_open(now), since)) or 0


async def grouped(gaps: Sequence[Gap]) -> list[Group]:
    """Group by meaning, off the loop; largest first."""
    return await asyncio.to_thread(group, gaps)


def group(gaps: Sequence[Gap]) -> list[Group]:
    """Each question joins the group whose middle it is nearest to, or starts one."""
    if not gaps:
        return []
    ordered = sorted(gaps, key=lambda gap: gap.id)
    vectors = encoder.quick().encode([clean(gap.text) for gap in ordered])
    sums: list[np.ndarray] = []
    members: list[list[int]] = []
    for n, vector in enumerate(vectors):
        middles = np.stack([s / np.linalg.norm(s) for s in sums]) if sums else np.zeros((0, len(vector)))
        likeness = middles @ vector if len(sums) else np.zeros(0)
        if len(sums) and likeness.max() >= ALIKE:
            best = int(likeness.argmax())
            members[best].append(n)
            sums[best] = sums[best] + vector
        else:
            members.append([n])
            sums.append(vector.copy())
    groups = [_group([ordered[n] for n in chosen]) for chosen in members]
    return sorted(groups, key=lambda one: (-one.people, -one.last.timestamp()))


def _group(gaps: list[Gap]) -> Group:
    title = Counter(gap.text for gap in gaps).most_common(1)[0][0]
    newest = tuple(sorted(gaps, key=lambda gap: gap.at, reverse=True))
    return Group(gaps[0].id, title, newest)
