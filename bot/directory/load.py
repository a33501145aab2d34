"""Reading the county from the database, once per revision."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.directory import models
from bot.directory.catalogue import County, Org, Point, Service, Slot
from bot.storage.engine import Database

REVISION = "directory_revision"


async def load_county(session: AsyncSession, today: date) -> County:
    """Read organisations, grid, slots and services into one value, as they are on a day."""
    name = await session.get(models.Setting, "county_name")
    orgs = (await session.scalars(select(models.Organisation).order_by(models.Organisation.position))).all()
    points = (await session.scalars(select(models.GridPoint).order_by(models.GridPoint.code))).all()
    slots = (await session.scalars(select(models.SlotRow).order_by(models.SlotRow.position))).all()
    kinds = (await session.scalars(select(models.ContactRow))).all()
    services = (await session.scalars(select(models.ServiceRow).order_by(models.ServiceRow.position))).all()
    parents = await _parents(session, today)
    days = (await session.scalars(select(models.CalendarDay))).all()
    return County(
        name=str(name.value) if name else "本县",
        orgs={
            o.code: Org(
                o.code,
                o.name,
                o.kind,
                o.active_from,
                o.active_until,
                o.replaced_by,
                tuple(o.hours) if o.hours else None,
            )
            for o in orgs
        },
        points={
            p.code: Point(
                p.code,
                p.name,
                p.kind,
                parents.get(p.code, p.parent),
                p.figures,
                closed=p.active_until is not None and p.active_until < today,
            )
            for p in points
        },
        slots={s.name: Slot(s.name, s.label, s.type, tuple(s.choices)) for s in slots},
        contact_kinds={k.kind: tuple(k.slots) for k in kinds},
        services={row.code: service_of(row) for row in services if row.active},
        withdrawn={row.code: service_of(row) for row in services if not row.active},
        days={row.day: row.working for row in days},
    )


async def _parents(session: AsyncSession, today: date) -> dict[str, str]:
    """Where the points hang that were moved: the last move whose day has come counts."""
    moves = await session.scalars(
        select(models.GridMove).where(models.GridMove.from_day <= today).order_by(models.GridMove.from_day)
    )
    return {move.point: move.parent for move in moves}


def service_of(row: models.ServiceRow) -> Service:
    """A row of the catalogue as a value."""
    spec = {key: tuple(value) if isinstance(value, list) else value for key, value in row.spec.items()}
    return Service(
        code=row.code,
        name=row.name,
        category=row.category,
        lead=row.lead,
        privacy=row.privacy,
        phrasings=tuple(row.phrasings),
        **spec,
    )


class Directory:
    """The cached county; every process asks the database for its revision, not for the rows.

    A new day reads it anew, because moves and closings in the grid have their day.
    """

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        self._read: tuple[int, date] | None = None
        self._county: County | None = None

    async def county(self, session: AsyncSession | None = None) -> County:
        """The county as of now; in the caller's session, where he has one open."""
        if session is None:
            async with self._db.glance() as own:
                return await self.county(own)
        row = await session.get(models.Setting, REVISION)
        wanted = (int(row.value) if row else 0, local(self._clock()).date())
        if self._county is None or wanted != self._read:
            self._county = await load_county(session, wanted[1])
            self._read = wanted
        return self._county


async def touch_directory(session: AsyncSession) -> None:
    """Say in a writing session that the directory changed, so that every process reads it anew."""
    row = await session.get(models.Setting, REVISION, with_for_update=True)
    if row is None:
        session.add(models.Setting(name=REVISION, value=1))
    else:
        row.value = int(row.value) + 1
