"""Bulk dispatch: preview by organisation, then do it and say what came of each."""

from aiohttp import web

from bot.desk.bulk import dispatch, numbers_of, preview
from bot.desk.guard import CONTEXT, NotAllowed, actor_of
from bot.desk.layout import page


async def show(request: web.Request) -> web.Response:
    """What would go to whom."""
    numbers = numbers_of(request.query.get("numbers", ""))
    if not numbers:
        raise NotAllowed("一件也没有选。")
    batches, rest = await preview(request.app[CONTEXT], numbers, actor_of(request))
    values = {"batches": batches, "rest": rest, "total": sum(len(batch.tickets) for batch in batches)}
    return await page(request, "dispatch.html", values, here="inbox")


async def do(request: web.Request) -> web.Response:
    """Dispatch what was left ticked."""
    data = await request.post()
    chosen = []
    for value in data.getall("ticket", []):
        number, _, version = str(value).partition(":")
        if numbers_of(number) and version.isdigit():
            chosen.append((number, int(version)))
    if not chosen:
        raise NotAllowed("一件也没有选。")
    outcomes = await dispatch(request.app[CONTEXT], chosen, actor_of(request))
    values = {
        "sent": [one for one in outcomes if one.refusal is None],
        "refused": [one for one in outcomes if one.refusal is not None],
    }
    return await page(request, "dispatched.html", values, here="inbox")
