"""The form: printed, as Word, as PDF; masked for everyone, in full on a press that is recorded."""

import asyncio
from typing import Any

from aiohttp import web

from bot.desk.form.content import Form, boxes, form_of
from bot.desk.form.pdf import pdf
from bot.desk.form.rows import head_of, rows_of
from bot.desk.form.word import docx
from bot.desk.guard import CONTEXT, NotAllowed, actor_of, me_of, source_of
from bot.desk.layout import page
from bot.desk.ticket import Sheet, sheet
from bot.tickets import access
from bot.tickets.service import Tickets

MAKERS: dict[str, tuple[Any, str]] = {
    "pdf": (pdf, "application/pdf"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


async def show(request: web.Request) -> web.Response:
    """The form, masked."""
    return await _page(request, *await _masked(request), full=False)


async def show_full(request: web.Request) -> web.Response:
    """The form in full; the read goes to the access log."""
    return await _page(request, *await _full(request), full=True)


async def download(request: web.Request) -> web.Response:
    """The form as a file, masked; that it was taken goes to the access log."""
    return await _file(request, *await _masked(request), full=False)


async def download_full(request: web.Request) -> web.Response:
    """The form as a file, in full; both the read and the file go to the access log."""
    return await _file(request, *await _full(request), full=True)


async def _masked(request: web.Request) -> tuple[Form, Sheet]:
    context = request.app[CONTEXT]
    found = await sheet(context, request.match_info["number"], actor_of(request))
    return form_of(context, await context.directory.county(), found.ticket, found), found


async def _full(request: web.Request) -> tuple[Form, Sheet]:
    context, number, actor = request.app[CONTEXT], request.match_info["number"], actor_of(request)
    found = await sheet(context, number, actor)
    if not found.full_reader:
        raise NotAllowed("完整内容只有主办单位和审核员能打印。")
    view = await Tickets(context).view(number, actor, source=source_of(request))
    return form_of(context, await context.directory.county(), view, found), found


async def _page(request: web.Request, form: Form, found: Sheet, *, full: bool) -> web.Response:
    values = {
        "form": form,
        "full": full,
        "may_full": found.full_reader,
        "printer": me_of(request).staff.name,
        **boxes(form),
    }
    return await page(request, "print.html", values)


async def _file(request: web.Request, form: Form, found: Sheet, *, full: bool) -> web.Response:
    context, kind = request.app[CONTEXT], request.match_info["kind"]
    county = await context.directory.county()
    head = head_of(form, county.name, me_of(request).staff.name, context.clock())
    make, media_type = MAKERS[kind]
    content = await asyncio.to_thread(make, head, rows_of(form))
    what = f"form {kind}, {'full' if full else 'masked'}"
    await access.log(context, actor_of(request), found.ticket.id, what, source_of(request))
    return web.Response(
        body=content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{form.ticket.number}.{kind}"'},
    )
