"""Shortening the access log at its old end, so that its chain still verifies.

The log is one chain, so what is cut off leaves a mark: the last link that went, and how many went with all
cuts together. The mark is sealed; whoever cuts by hand cannot make one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.directory.models import Setting
from bot.tickets.models import Access
from nlu.vault import Vault

MARK = "access_log_cut"


async def cut_access_log(context: Context, cutoff: datetime, limit: int) -> int:
    """Delete the oldest reads that were made before a moment, in the order of the chain."""
    async with context.db.write() as session:
        rows = (
            await session.execute(select(Access.id, Access.at, Access.chain).order_by(Access.id).limit(limit))
        ).all()
        gone = []
        for row in rows:
            if row.at >= cutoff:
                break
            gone.append(row)
        if gone:
            await _move_mark(session, context.vault, gone[-1].id, gone[-1].chain, len(gone))
            await session.execute(delete(Access).where(Access.id <= gone[-1].id))
    return len(gone)


async def _move_mark(session: AsyncSession, vault: Vault, last: int, chain: str, removed: int) -> None:
    row = await session.get(Setting, MARK, with_for_update=True)
    total = removed + (int(row.value["removed"]) if row else 0)
    value = {"last": last, "chain": chain, "removed": total}
    value["seal"] = _seal(vault, value)
    if row is None:
        session.add(Setting(name=MARK, value=value))
    else:
        row.value = value


def _seal(vault: Vault, value: dict[str, Any]) -> str:
    return vault.chain(f"access log cut|{value['last']}|{value['chain']}|{value['removed']}".encode())


async def start_of_log(session: AsyncSession, vault: Vault) -> tuple[int, str, int] | None:
    """Where the log's chain begins: id and link of the last read that was cut off, and how many were.

    (0, "", 0) while nothing was cut; None when the mark was not made by the job.
    """
    row = await session.get(Setting, MARK)
    if row is None:
        return 0, "", 0
    if row.value.get("seal") != _seal(vault, row.value):
        return None
    return row.value["last"], row.value["chain"], row.value["removed"]
