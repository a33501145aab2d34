"""Importing organisations, grid and staff: the file, the report by line, and the confirmation."""

from typing import Any

from aiohttp import web

from bot.clock import local
from bot.desk.admin import imports, workbook
from bot.desk.admin.common import AdminError
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.views.admin.frame import admin_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def index(request: web.Request) -> web.Response:
    """The way in."""
    return await _index(request)


async def _index(request: web.Request, error: AdminError | None = None, **more: Any) -> web.Response:
    values = {"plan": None, "kept": "", "file": "", "made": None, "change": None} | more
    return await admin_page(request, "import.html", values, section="import", error=error)


async def download(request: web.Request) -> web.Response:
    """The directory as it is now, in the form that is taken back."""
    context = request.app[CONTEXT]
    name = f"directory-{local(context.clock()):%Y%m%d}.xlsx"
    return web.Response(
        body=workbook.build(await imports.current(context)),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def take(request: web.Request) -> web.Response:
    """Look at a file, or carry out what was looked at."""
    context, form = request.app[CONTEXT], await request.post()
    file, rows = str(form.get("file_name", "")), []
    try:
        if "rows" in form:
            rows = imports.restored(str(form["rows"]))
            plan = await imports.plan(context, rows)
            if not plan.wrong:
                change, made = await imports.carry_out(context, actor_of(request), plan, file)
                return await _index(request, made=made, change=change)
        else:
            field = form.get("file")
            if not isinstance(field, web.FileField) or not field.filename:
                raise AdminError("先选一个 XLSX 文件。", "file")
            file, rows = field.filename, workbook.parse(field.file.read())
            plan = await imports.plan(context, rows)
    except AdminError as error:
        return await _index(request, error)
    stop = AdminError(f"有 {len(plan.wrong)} 行不对，整份都没导入。改好再来。") if plan.wrong else None
    return await _index(request, stop, plan=plan, kept=imports.kept(rows), file=file)
