"""Files of tickets over the API."""

from urllib.parse import quote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.api.auth import source
from bot.api.keys import ACTOR, CONTEXT, TICKETS
from bot.api.problems import Refused
from bot.api.tickets import dumps
from bot.tickets import attachments
from bot.tickets.errors import NotFound
from bot.tickets.numbers import normalise_number
from bot.tickets.pictures import LARGEST

CHUNK = 64 * 1024
MAX_ID = 2**31


async def upload(request: web.Request) -> web.Response:
    """POST /tickets/{number}/attachments: a picture as the multipart part `file`."""
    if request.content_type != "multipart/form-data":
        raise Refused(415, "请用 multipart/form-data，文件放在 file 里。")
    try:
        raw, name = await _part(request)
    except (ValueError, AssertionError, HttpProcessingError) as error:
        raise Refused(422, "请求读不懂。") from error
    number = await attachments.add(request.app[CONTEXT], _number(request), request[ACTOR], raw, name)
    location = f"{request.path}/{number}"
    return web.json_response({"id": number}, status=201, headers={"Location": location}, dumps=dumps)


async def _part(request: web.Request) -> tuple[bytes, str]:
    """The content and the name of the part `file`."""
    part = await (await request.multipart()).next()
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise Refused(422, "缺少 file。", field="file")
    raw = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        raw += chunk
        if len(raw) > LARGEST:
            raise Refused(413, "图片太大，一张最多 8 MB。")
    return bytes(raw), (part.filename or "").replace("\0", "")


async def list_attachments(request: web.Request) -> web.Response:
    """GET /tickets/{number}/attachments; names are hidden where the ticket is masked."""
    view = await request.app[TICKETS].view(_number(request), request[ACTOR], source=source(request))
    items = [
        {
            "id": file.id,
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "added_at": file.added_at.isoformat(),
        }
        for file in view.attachments
    ]
    return web.json_response({"items": items}, headers={"Cache-Control": "no-store"}, dumps=dumps)


async def download(request: web.Request) -> web.Response:
    """GET /tickets/{number}/attachments/{id}."""
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) < MAX_ID):
        raise NotFound("没有这份附件")
    file = await attachments.read(
        request.app[CONTEXT], _number(request), int(text), request[ACTOR], source(request)
    )
    return web.Response(
        body=file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(file.name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _number(request: web.Request) -> str:
    number = normalise_number(request.match_info["number"])
    if number is None:
        raise NotFound
    return number
