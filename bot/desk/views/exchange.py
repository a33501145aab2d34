"""Entries in and out as XLSX or YAML: look first, then keep as drafts; what became of each line is said."""

import asyncio
from typing import Any

from aiohttp import web

from bot.clock import local
from bot.desk.exchange import in_words, report
from bot.desk.guard import CONTEXT
from bot.desk.layout import page
from bot.desk.views.faq import editor_of
from bot.desk.views.scorecard import XLSX
from bot.directory.seed import FaqRow
from bot.knowledge.exchange import FileError, export_rows, import_rows, read_rows, write_rows
from bot.knowledge.workbook import read_book, write_book

LARGEST = 5 * 2**20
YAML_TYPE = "application/yaml"
Rows = list[tuple[int, str, FaqRow | str]]


class _Rehearsal(Exception):
    """Ends a transaction that only looks what would happen."""


async def show(request: web.Request) -> web.Response:
    """The page with both directions."""
    return await _page(request, {})


async def _page(request: web.Request, values: dict[str, Any], status: int = 200) -> web.Response:
    blank = {"lines": None, "error": "", "name": "", "kept": False}
    return await page(request, "exchange.html", blank | values, here="faq", status=status)


async def export(request: web.Request) -> web.Response:
    """All entries as a file: what is online, or with the drafts."""
    kind, drafts = request.match_info["format"], request.query.get("drafts") == "1"
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        rows = await export_rows(session, drafts=drafts)
    write = write_book if kind == "xlsx" else lambda found: write_rows(found).encode()
    body = await asyncio.to_thread(write, rows)
    name = f"faq-{local(context.clock()):%Y%m%d}{'-drafts' if drafts else ''}.{kind}"
    return web.Response(
        body=body,
        content_type=XLSX if kind == "xlsx" else YAML_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def take(request: web.Request) -> web.Response:
    """Read a file; keep its entries as drafts where that was asked, else only say what would happen."""
    data, context = await request.post(), request.app[CONTEXT]
    file = data.get("file")
    if not isinstance(file, web.FileField):
        return await _page(request, {"error": "先选一个文件。"}, 422)
    body = await asyncio.to_thread(file.file.read, LARGEST + 1)
    try:
        rows = await asyncio.to_thread(_read, body, file.filename)
    except FileError as error:
        return await _page(request, {"error": in_words(str(error)), "name": file.filename}, 422)
    keep, outcomes = data.get("do") == "keep", []
    try:
        async with context.db.write() as session:
            outcomes = await import_rows(session, rows, editor_of(request), context.clock())
            if not keep:
                raise _Rehearsal
    except _Rehearsal:
        pass
    return await _page(request, {"lines": report(outcomes), "name": file.filename, "kept": keep})


def _read(body: bytes, name: str) -> Rows:
    if len(body) > LARGEST:
        raise FileError("文件超过 5 MB，分几份来")
    if body[:2] == b"PK" or name.lower().endswith(".xlsx"):
        return read_book(body)
    try:
        return read_rows(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FileError("不是 UTF-8 的文字文件") from error
