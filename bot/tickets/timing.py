"""The county's terms and calendar, read for one piece of work."""

from dataclasses import replace
from functools import lru_cache

from bot.context import Context
from bot.directory.catalogue import County
from bot.directory.models import Setting
from bot.tickets.deadlines import Calendar
from bot.tickets.terms import Terms, Timing

SETTING = "ticket_terms"


@lru_cache(maxsize=1)
def _calendar() -> Calendar:
    return Calendar.load()


async def timing_of(context: Context) -> Timing:
    """Terms, calendar and directory as of now."""
    county = await context.directory.county()
    async with context.db.read() as session:
        row = await session.get(Setting, SETTING)
    return Timing(Terms.of(row.value if row else None), calendar_of(county), county)


def calendar_of(county: County) -> Calendar:
    """The file's days with those that the desk set over them."""
    base, days = _calendar(), county.days
    return replace(
        base,
        holidays=(base.holidays - days.keys()) | {day for day, working in days.items() if not working},
        workdays=(base.workdays - days.keys()) | {day for day, working in days.items() if working},
    )
