"""The grid as a tree, with a panel for the point that is chosen."""

from typing import Any

from aiohttp import web

from bot.clock import local
from bot.desk.admin import grid
from bot.desk.admin.common import AdminError, author_of
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.views.admin.frame import admin_page, back
from bot.tickets.errors import NotFound

DO = {"move": grid.move, "forget": grid.forget_move, "close": grid.close, "save": grid.change}


async def index(request: web.Request) -> web.Response:
    """The tree; `point` is the one whose panel is open, `to` where it was dragged."""
    return await _index(request, request.query.get("point", ""))


async def _index(
    request: web.Request, code: str, error: AdminError | None = None, typed: Any = None
) -> web.Response:
    context = request.app[CONTEXT]
    roots, nodes = await grid.tree(context)
    node = nodes.get(code)
    if code and node is None:
        raise NotFound("没有这个点。")
    wanted = request.query.get("to", "")
    values = {
        "roots": roots,
        "nodes": nodes,
        "node": node,
        "opened": _above(nodes, code) | _above(nodes, wanted),
        "details": await grid.details(context, code) if node else None,
        "parents": grid.parents_for(nodes, node) if node else [],
        "to": wanted,
        "kinds": {kind: name for kind, name in grid.KINDS.items() if kind != "centre"},
        "under": {kind: " ".join(above) for kind, above in grid.UNDER.items()},
        "holders": [one for one in nodes.values() if one.kind in ("centre", "station", "town")],
        "count": sum(not one.closed for one in nodes.values()),
        "typed": typed or {},
        "today": local(context.clock()).date(),
    }
    return await admin_page(request, "grid.html", values, section="grid", error=error)


def _above(nodes: dict[str, grid.Node], code: str) -> set[str]:
    found: set[str] = set()
    while code in nodes and code not in found:
        found.add(code)
        code = nodes[code].parent or ""
    return found


async def add(request: web.Request) -> web.Response:
    """Add a point."""
    form = await request.post()
    try:
        code, done = await grid.add(request.app[CONTEXT], author_of(actor_of(request)), form)
    except AdminError as error:
        return await _index(request, "", error, form)
    raise back(f"/grid?point={code}", done)


async def change(request: web.Request) -> web.Response:
    """What the panel of one point does."""
    form, code = await request.post(), request.match_info["point"]
    context, author, what = request.app[CONTEXT], author_of(actor_of(request)), str(form.get("do", "save"))
    try:
        if what == "reopen":
            done = await grid.reopen(context, author, code)
        else:
            done = await DO.get(what, grid.change)(context, author, code, form)
    except AdminError as error:
        return await _index(request, code, error, form)
    raise back(f"/grid?point={code}", done)
