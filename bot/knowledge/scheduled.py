"""Publishing at a time: what is due goes online, whoever is at the desk."""

import asyncio
import logging

from sqlalchemy import select

from bot.context import Context
from bot.knowledge.entries import Editor, KnowledgeError, newest, publish
from bot.knowledge.models import FaqVersion
from bot.knowledge.publish import refresh_index
from bot.knowledge.review import SCHEDULED

SECONDS = 5.0
CENTRE = "ZX"
log = logging.getLogger(__name__)


async def publish_due(context: Context) -> list[str]:
    """Publish every version whose time has come; returns the entries. Two processes publish it once."""
    now = context.clock()
    due = select(FaqVersion.entry).where(FaqVersion.state == SCHEDULED, FaqVersion.publish_at <= now)
    async with context.db.read() as session:
        entries = list(await session.scalars(due))
    done = []
    for entry in entries:
        async with context.db.write() as session:
            version = await newest(session, entry, lock=True)
            if version.state != SCHEDULED or version.publish_at is None or version.publish_at > now:
                continue
            editor = Editor(version.reviewer or version.author, CENTRE)
            try:
                await publish(session, entry, editor, now)
            except KnowledgeError as error:
                log.error("%s is not published at its time: %s", entry, error)
                version.state = "draft"
                version.returned = f"没能按时发布：{error}"
                continue
        done.append(entry)
    if done:
        await refresh_index(context)
    return done


async def keep_publishing(context: Context) -> None:
    """Look for what is due every few seconds, endlessly."""
    while True:
        try:
            await publish_due(context)
        except Exception:
            log.exception("publishing at a time failed; it is tried again")
        await asyncio.sleep(SECONDS)
