"""Files of tickets, through the permission check."""

import asyncio

from aiohttp import web
from sqlalchemy import select

from bot.conversations import pictures
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, source_of
from bot.desk.ticket import attachment_reader
from bot.tickets import access
from bot.tickets.errors import NotFound
from bot.tickets.models import Attachment


async def show(request: web.Request) -> web.Response:
    """A file of the ticket, for who reads it in full; each opening is recorded."""
    context, actor = request.app[CONTEXT], actor_of(request)
    ticket, full = await attachment_reader(context, request.match_info["number"], actor)
    if not full:
        raise NotAllowed("附件只有主办单位和审核员能看。")
    async with context.db.read() as session:
        row = await session.scalar(
            select(Attachment).where(
                Attachment.id == int(request.match_info["id"]), Attachment.ticket == ticket.id
            )
        )
    if row is None:
        raise NotFound("没有这个附件。")
    try:
        content = await asyncio.to_thread(pictures.read, context, row.digest)
    except FileNotFoundError as error:
        raise NotFound("附件的内容已经删除。") from error
    await access.log(context, actor, ticket.id, f"attachment {row.id}", source_of(request))
    shown = row.media_type in ("image/jpeg", "image/png", "image/webp")
    return web.Response(
        body=content,
        content_type=row.media_type if shown else "application/octet-stream",
        headers={
            "Content-Disposition": "inline" if shown else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
