"""The setting that says whether a fresh installation is still being set up."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.models import Setting

FIRST_RUN = "first_run"


async def begin_first_run(session: AsyncSession) -> None:
    """Have the administrator led through what a new county needs."""
    await session.merge(Setting(name=FIRST_RUN, value={"open": True, "confirmed": []}))
