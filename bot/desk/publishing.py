"""What a draft still lacks before residents get it, in the order in which it is done."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.replays import Replays, Result
from bot.directory.models import Staff
from bot.directory.roles import Role
from bot.knowledge import review
from bot.knowledge.entries import REQUIRED
from bot.knowledge.models import FaqEntry, FaqVersion
from bot.knowledge.rich import problems

EDITORS = frozenset({Role.MAINTAINER, Role.ADMINISTRATOR})
FIELDS = {"question": "标准问法", "answer": "回答", "source": "依据", "handler": "谁来办"}


@dataclass(frozen=True)
class Step:
    """One thing to do; `where` is its place on the page."""

    done: bool
    text: str
    where: str


@dataclass(frozen=True)
class Readiness:
    """A draft on its way: steps before it may be handed on, and whether a second person reads it."""

    steps: tuple[Step, ...]
    second: bool
    """A second reader is needed."""
    replay: Result | None

    @property
    def ready(self) -> bool:
        """Whether all steps are done but the second reader's."""
        return all(step.done for step in self.steps)

    @property
    def left(self) -> int:
        """How many things are still to do."""
        return sum(not step.done for step in self.steps) + self.second

    @property
    def why_not(self) -> str:
        """The first thing that is missing."""
        return next((step.text for step in self.steps if not step.done), "")


async def readiness(
    session: AsyncSession, version: FaqVersion, replays: Replays, *, second_reader: bool
) -> Readiness:
    """How far a draft is."""
    found = await replays.result(session, version)
    second = second_reader and await review.changes_content(session, version)
    return Readiness((_whole(version), *_sound(version), *_replayed(found)), second, found)


def _whole(version: FaqVersion) -> Step:
    missing = [FIELDS[name] for name in REQUIRED if not getattr(version, name).strip()]
    if missing:
        return Step(False, f"{'、'.join(missing)}还没填", "#draft")
    return Step(True, "问法、回答、依据、谁来办都填了", "#draft")


def _sound(version: FaqVersion) -> tuple[Step, ...]:
    """What the answer may not hold; nothing is said where all is well."""
    return tuple(Step(False, f"回答{words}", "#draft") for words in problems(version.answer))


def _replayed(found: Result | None) -> tuple[Step, ...]:
    if found is None:
        return (Step(False, "还没回放", "#replay"),)
    if not found.fresh:
        return (Step(False, "回放以后又改过，要再放一遍", "#replay"),)
    if not found.same_index:
        return (Step(False, "回放以后别的条目发布过，要再放一遍", "#replay"),)
    done = Step(True, f"回放过 {found.row.total:,} 条问法", "#replay")
    if not found.row.worse:
        return (done,)
    worse = len(found.row.worse)
    if found.open:
        return (done, Step(False, f"{worse} 条变差，还有 {len(found.open)} 条没确认", "#replay"))
    return (done, Step(True, f"{worse} 条变差，都确认过", "#replay"))


def may_read(staff: Staff, entry: FaqEntry, version: FaqVersion) -> bool:
    """Whether a person may be the second reader: a maintainer, or the handler whose matter it is."""
    role = Role(staff.role)
    fits = role in EDITORS or (role == Role.ORGANISATION and staff.org == entry.org)
    return fits and review.may_read(version, staff.id)


async def who_may_read(session: AsyncSession, entry: FaqEntry, version: FaqVersion) -> list[Staff]:
    """The people who may be the second reader, the entry's own organisation first."""
    staff = await session.scalars(select(Staff).where(Staff.active).order_by(Staff.name))
    fit = [one for one in staff if may_read(one, entry, version)]
    return sorted(fit, key=lambda one: one.org != entry.org)
