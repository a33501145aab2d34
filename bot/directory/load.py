"""Reading the county from the database, once per revision."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory import models
from bot.directory.catalogue import County, Org, Point, Service, Slot
from bot.storage.engine import Database

REVISION = "directory_revision"


async def load_county(session: AsyncSession) -> County:
    """Read organisations, grid, slots and services into one value."""
    name = await session.get(models.Setting, "county_name")
    orgs = (await session.scalars(select(models.Organisation).order_by(models.Organisation.position))).all()
    points = (await session.scalars(select(models.GridPoint).order_by(models.GridPoint.code))).all()
    slots = (await session.scalars(select(models.SlotRow).order_by(models.SlotRow.position))).all()
    kinds = (await session.scalars(select(models.ContactRow))).all()
    services = (
        await session.scalars(
            select(models.ServiceRow).where(models.ServiceRow.active).order_by(models.ServiceRow.position)
        )
    ).all()
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
        points={p.code: Point(p.code, p.name, p.kind, p.parent, p.figures) for p in points},
        slots={s.name: Slot(s.name, s.label, s.type, tuple(s.choices)) for s in slots},
        contact_kinds={k.kind: tuple(k.slots) for k in kinds},
        services={row.code: _service(row) for row in services},
    )


def _service(row: models.ServiceRow) -> Service:
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
    """The cached county; every process asks the database for its revision, not for the rows."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._revision: int | None = None
        self._county: County | None = None

    async def county(self) -> County:
        """The county as of now."""
        async with self._db.read() as session:
            row = await session.get(models.Setting, REVISION)
            revision = int(row.value) if row else 0
            if self._county is None or revision != self._revision:
                self._county = await load_county(session)
                self._revision = revision
        return self._county


async def touch_directory(session: AsyncSession) -> None:
    """Say in a writing session that the directory changed, so that every process reads it anew."""
    row = await session.get(models.Setting, REVISION, with_for_update=True)
    if row is None:
        session.add(models.Setting(name=REVISION, value=1))
    else:
        row.value = int(row.value) + 1
