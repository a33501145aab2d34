"""Pictures that residents send, kept with their conversation until they hang on a ticket."""

import asyncio

from sqlalchemy import func, select

from bot.context import Context
from bot.conversations import store
from bot.tickets.models import Attachment
from bot.tickets.pictures import (
    LARGEST,
    SIDE,
    Picture,
    PictureError,
    clean,
    digest_of,
    path_of,
    read,
    write,
)

__all__ = [
    "LARGEST",
    "MOST",
    "SIDE",
    "Picture",
    "PictureError",
    "clean",
    "keep",
    "own_pictures",
    "path_of",
    "read",
]

MOST = 6
"""Pictures of one message."""
MOST_KEPT = 60
"""Pictures of one conversation that hang on no ticket yet."""


async def keep(context: Context, channel: str, sender: str, raw: bytes, name: str) -> int:
    """Clean and keep a picture of a sender's conversation; returns the attachment's id."""
    picture = await asyncio.to_thread(clean, raw)
    digest = digest_of(context, picture.content)
    await asyncio.to_thread(write, context, digest, picture.content)
    at = context.clock()
    async with context.db.write() as session:
        conversation = await store.open_conversation(session, context.vault, channel, sender, at)
        loose = await session.scalar(
            select(func.count()).where(
                Attachment.conversation == conversation.id, Attachment.ticket.is_(None)
            )
        )
        if (loose or 0) >= MOST_KEPT:
            raise PictureError("图片太多了，请先把事情登记好。")
        row = Attachment(
            conversation=conversation.id,
            digest=digest,
            media_type=picture.media_type,
            size=len(picture.content),
            name=context.vault.seal(name[:120] or "图片", "attachment"),
            added_by="resident",
            added_at=at,
        )
        session.add(row)
        await session.flush()
        return row.id


async def own_pictures(
    context: Context, channel: str, sender: str, numbers: tuple[int, ...]
) -> tuple[int, ...]:
    """Of these ids the ones that belong to the sender's conversation."""
    async with context.db.read() as session:
        conversation = await store.find(session, context.vault, channel, sender)
        if conversation is None:
            return ()
        own = set(
            await session.scalars(
                select(Attachment.id).where(
                    Attachment.conversation == conversation.id, Attachment.id.in_(numbers)
                )
            )
        )
    return tuple(number for number in numbers if number in own)
