"""Files of a ticket: added by who works on it or filed it, read by who may read its full fields."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.context import Context
from bot.tickets import access, engine, pictures, timers
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden, Missing, NoSuchStep, NotFound
from bot.tickets.models import Attachment, Ticket
from bot.tickets.parties import is_any
from bot.tickets.reading import parts_of
from bot.tickets.states import FINAL
from bot.tickets.visibility import level

MOST = 30
"""Files of one ticket."""
NAME = "attachment"
"""What a file's sealed name is bound to."""
ADDERS = ("own resident", "lead", "helper", "reviewer", "station")


@dataclass(frozen=True)
class File:
    """A file's content, with a type that is safe to serve."""

    content: bytes
    media_type: str
    name: str


async def add(context: Context, number: str, actor: Actor, raw: bytes, name: str) -> int:
    """Clean a picture and hang it on a ticket; returns its id. The event names it."""
    try:
        picture = await asyncio.to_thread(pictures.clean, raw)
    except pictures.PictureError as error:
        raise Missing("file", str(error)) from error
    digest = pictures.digest_of(context, picture.content)
    await asyncio.to_thread(pictures.write, context, digest, picture.content)
    async with engine.locked(context, number, actor) as work:
        if level(work.county, work.ticket, work.assignments, actor) is None:
            raise NotFound if actor.kind == "resident" else Forbidden("这张工单不归您办")
        if not is_any(ADDERS, work, actor):
            raise Forbidden
        if work.ticket.state in FINAL:
            raise NoSuchStep("工单已经结束，不能再加附件")
        count = await work.session.scalar(select(func.count()).where(Attachment.ticket == work.ticket.id))
        if (count or 0) >= MOST:
            raise NoSuchStep(f"附件最多 {MOST} 份")
        row = Attachment(
            ticket=work.ticket.id,
            conversation=work.ticket.conversation if actor.kind == "resident" else None,
            digest=digest,
            media_type=picture.media_type,
            size=len(picture.content),
            name=context.vault.seal(name[:120] or "图片", NAME),
            added_by=actor.key,
            added_at=work.at,
        )
        work.session.add(row)
        await work.session.flush()
        await work.write_event("attached", data={"attachment": row.id, "digest": digest})
        timers.set_wake(work)
        return row.id


def is_own(row: Attachment, conversation: str | None, actor: Actor) -> bool:
    """Whether a file that hangs on no ticket yet is the conversation's, or was added by this very person."""
    if conversation is not None and row.conversation == conversation:
        return True
    return actor.kind in ("staff", "token") and row.added_by == actor.key


async def read(context: Context, number: str, file: int, actor: Actor, source: str | None = None) -> File:
    """A file of a ticket; Forbidden for those who see the ticket masked. The read goes to the access log."""
    county = await context.directory.county()
    async with context.db.read() as session:
        ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
        if ticket is None:
            raise NotFound
        parts = (await parts_of(session, [ticket]))[ticket.id]
        seen = level(county, ticket, parts, actor)
        if seen is None and actor.kind == "resident":
            raise NotFound
        if seen != "full":
            raise Forbidden("附件只给主办和审核的人看")
        row = await session.scalar(
            select(Attachment).where(Attachment.id == file, Attachment.ticket == ticket.id)
        )
    if row is None:
        raise NotFound("没有这份附件")
    try:
        content = await asyncio.to_thread(pictures.read, context, row.digest)
    except FileNotFoundError as error:
        raise NotFound("这份附件的文件已经不在") from error
    if actor.kind in ("staff", "token"):
        await access.log(context, actor, ticket.id, f"attachment {row.id}", source)
    return File(content, row.media_type, context.vault.open(row.name, NAME))
