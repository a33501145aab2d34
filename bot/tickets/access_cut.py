"""Emptying the old end of the access log, so that its chain and the seals over it still verify.

A read whose term is over loses who, what and from where; its link stays, because the next read and a seal
are made over it. A mark says up to where that was done; it is sealed, so whoever empties by hand is found.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.directory.models import Setting
from bot.tickets.models import Access
from nlu.vault import Vault

MARK = "access_log_cut"
EMPTY = {"actor": "", "actor_name": "", "ticket": None, "what": "", "source": None}


@dataclass(frozen=True)
class Cut:
    """Up to which read the log is empty, that read's link, and how many reads are."""

    last: int = 0
    chain: str = ""
    emptied: int = 0

    def seal(self, vault: Vault) -> str:
        """What only the job can make."""
        return vault.chain(f"access log cut|{self.last}|{self.chain}|{self.emptied}".encode())


async def cut_access_log(context: Context, cutoff: datetime, limit: int) -> int:
    """Empty the oldest reads that were made before a moment, in the order of the chain."""
    async with context.db.write() as session:
        mark = await session.get(Setting, MARK, with_for_update=True)
        last, emptied = (mark.value["last"], mark.value["emptied"]) if mark else (0, 0)
        query = select(Access.id, Access.at, Access.chain).where(Access.id > last).order_by(Access.id)
        over = []
        for row in await session.execute(query.limit(limit)):
            if row.at >= cutoff:
                break
            over.append(row)
        if not over:
            return 0
        cut = Cut(over[-1].id, over[-1].chain, emptied + len(over))
        await session.execute(update(Access).where(Access.id > last, Access.id <= cut.last).values(**EMPTY))
        value = {"last": cut.last, "chain": cut.chain, "emptied": cut.emptied}
        await session.merge(Setting(name=MARK, value={**value, "seal": cut.seal(context.vault)}))
    return len(over)


async def cut_of(session: AsyncSession, vault: Vault) -> Cut | None:
    """Up to where the log is empty; None when the mark was not made by the job."""
    row = await session.get(Setting, MARK)
    if row is None:
        return Cut()
    cut = Cut(row.value["last"], row.value["chain"], row.value["emptied"])
    return cut if row.value["seal"] == cut.seal(vault) else None
