"""Pictures of the page: sent up one by one, shown again to the same session alone."""

import asyncio

from aiohttp import BodyPartReader, web
from sqlalchemy import select

from bot.channels.guard import own_origin, secured
from bot.channels.keys import CONTEXT, SENDER_LIMIT
from bot.channels.problems import problem, too_fast
from bot.channels.session import session_of
from bot.conversations import pictures, store
from bot.tickets.models import Attachment

CHUNK = 64 * 1024


async def upload(request: web.Request) -> web.Response:
    """POST /upload: one picture in the part `picture`; answers its id."""
    sender = session_of(request)
    if sender is None:
        return problem(401, "请先打开首页。")
    if not own_origin(request, demanded=True):
        return problem(403, "请求不是从本页发出的。")
    if request.content_type != "multipart/form-data":
        return problem(415, "请用 multipart/form-data 上传。")
    if wait := request.app[SENDER_LIMIT].wait(f"upload:{sender}"):
        return too_fast(wait)
    try:
        part = await (await request.multipart()).next()
    except ValueError:
        return problem(422, "请求读不懂。")
    if not isinstance(part, BodyPartReader) or part.name != "picture":
        return problem(422, "缺少 picture。")
    raw = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        raw += chunk
        if len(raw) > pictures.LARGEST:
            return problem(413, "图片太大，一张最多 8 MB。")
    try:
        number = await pictures.keep(request.app[CONTEXT], "web", sender, bytes(raw), part.filename or "")
    except pictures.PictureError as error:
        return problem(422, str(error))
    return web.json_response({"id": number}, status=201, headers={"Cache-Control": "no-store"})


async def picture(request: web.Request) -> web.Response:
    """GET /pictures/{id}: a picture of this session's conversation; of a private one, nothing."""
    sender = session_of(request)
    context = request.app[CONTEXT]
    if sender is None:
        raise web.HTTPNotFound
    async with context.db.read() as session:
        conversation = await store.find(session, context.vault, "web", sender)
        if conversation is None or conversation.private:
            raise web.HTTPNotFound
        row = await session.scalar(
            select(Attachment).where(
                Attachment.id == int(request.match_info["id"]), Attachment.conversation == conversation.id
            )
        )
    if row is None:
        raise web.HTTPNotFound
    try:
        content = await asyncio.to_thread(pictures.read, context, row.digest)
    except FileNotFoundError as error:
        raise web.HTTPNotFound from error
    response = web.Response(body=content, content_type=row.media_type)
    secured(response)
    return response
