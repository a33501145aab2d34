"""Files of attachments that no row names any more."""

import asyncio
import time
from pathlib import Path

from sqlalchemy import select

from bot.context import Context
from bot.tickets.models import Attachment

AT_ONCE = 200
SETTLED_SECONDS = 86_400
"""A file is written before its row; one that is younger than this may still get it."""


async def remove_files(context: Context, digests: list[str]) -> int:
    """Remove the files of digests that no attachment bears; returns how many."""
    removed = 0
    for start in range(0, len(digests), AT_ONCE):
        batch = set(digests[start : start + AT_ONCE])
        async with context.db.read() as session:
            used = set(await session.scalars(select(Attachment.digest).where(Attachment.digest.in_(batch))))
        for digest in batch - used:
            path = _folder(context) / digest[:2] / digest
            if path.exists():
                path.unlink()
                removed += 1
    return removed


async def sweep_files(context: Context) -> int:
    """Remove all files that no attachment bears, whatever left them behind."""
    settled = time.time() - SETTLED_SECONDS
    return await remove_files(context, await asyncio.to_thread(_older, _folder(context), settled))


def _older(folder: Path, moment: float) -> list[str]:
    return [path.name for path in folder.glob("??/*") if path.is_file() and path.stat().st_mtime < moment]


def _folder(context: Context) -> Path:
    return context.settings.state_dir / "attachments"
