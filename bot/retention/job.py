"""The nightly removal."""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.clock import local
from bot.context import Context
from bot.directory.models import Setting
from bot.retention.files import sweep_files
from bot.retention.rules import RULES
from bot.retention.terms import TermsError, read_terms

log = logging.getLogger(__name__)

HOUR = 3
LAST = "retention_last"
SETTLE_SECONDS = 300.0
"""After a start the job waits so long, so that it does not run into the rush."""
LONGEST_NAP = 3600.0


async def remove_outlived(context: Context) -> dict[str, int]:
    """Remove everything whose term is over; counts by kind. Again at once it finds nothing."""
    terms = read_terms(context.settings)
    at = context.clock()
    counts: dict[str, int] = {}
    for kind, (rule, batch) in RULES.items():
        cutoff = at - timedelta(days=terms[kind])
        counts[kind] = 0
        while True:
            removed = await rule(context, cutoff, batch)
            counts[kind] += removed
            if removed < batch:
                break
            await asyncio.sleep(0)
    counts["files"] = await sweep_files(context)
    async with context.db.write() as session:
        await session.merge(Setting(name=LAST, value={"at": at.isoformat(), "counts": counts}))
    return counts


async def nightly(context: Context) -> None:
    """Run every night at three by the county's clock; after a missed night soon after the start."""
    await asyncio.sleep(SETTLE_SECONDS)
    while True:
        if await due(context):
            try:
                counts = await remove_outlived(context)
                told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
                log.info("retention removed %s", told or "nothing")
            except TermsError as error:
                log.error("retention does not run: %s", error)
            except Exception:
                log.exception("retention failed; it tries again in an hour")
        await asyncio.sleep(LONGEST_NAP)


async def due(context: Context) -> bool:
    """Whether the last run lies before the last time that the clock struck three."""
    here = local(context.clock())
    struck = here.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if struck > here:
        struck -= timedelta(days=1)
    async with context.db.read() as session:
        row = await session.get(Setting, LAST)
    return row is None or datetime.fromisoformat(row.value["at"]) < struck
