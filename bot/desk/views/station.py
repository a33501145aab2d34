"""The station's pages on a phone: tasks, and a report that waits for the net."""

from typing import Any

from aiohttp import web

from bot.desk.formats import clock_time
from bot.desk.guard import CONTEXT, actor_of
from bot.desk.inbox import Wish, counters, listing
from bot.desk.layout import page
from bot.desk.station import MOST_PHOTOS, TABS, Gone, Report, take_in
from bot.desk.ticket import sheet
from bot.tickets import states as s
from bot.tickets.errors import TicketError
from bot.tickets.pictures import PictureError

LONGEST = 2000


async def tasks(request: web.Request) -> web.Response:
    """What lies in the point's part of the grid, the nearest deadline first."""
    context, actor = request.app[CONTEXT], actor_of(request)
    county = await context.directory.county()
    tab = request.query.get("tab", "working")
    tab = tab if tab in TABS else "working"
    wish = Wish(state=s.CLOSED) if tab == "done" else Wish(view=tab)
    found = await listing(context, actor, wish, inbox=tab != "done")
    async with context.db.read() as session:
        counts = {one.key: one.count for one in await counters(session, county, actor, context.clock())}
    place = county.points[actor.grid].name if actor.grid in county.points else county.name
    values: dict[str, Any] = {"found": found, "tab": tab, "tabs": TABS, "counts": counts, "place": place}
    return await page(request, "station.html", values, here="inbox")


async def form(request: web.Request) -> web.Response:
    """The report of one ticket."""
    context, actor = request.app[CONTEXT], actor_of(request)
    found = await sheet(context, request.match_info["number"], actor)
    values = {"sheet": found, "ticket": found.ticket, "longest": LONGEST, "most": MOST_PHOTOS}
    return await page(request, "station_report.html", values, here="inbox")


async def send(request: web.Request) -> web.Response:
    """Take a report in; the answer is for the phone's script."""
    data = await request.post()
    context = request.app[CONTEXT]
    photos = tuple(part.file.read() for part in data.getall("photo", []) if hasattr(part, "file"))
    report = Report(
        id=str(data.get("id", "")),
        done=data.get("done") == "yes",
        text=str(data.get("text", "")).strip()[:LONGEST],
        photos=photos[:MOST_PHOTOS],
    )
    if not report.id or not report.text:
        return web.json_response({"message": "写一句情况说明再发。"}, status=422)
    try:
        fresh = await take_in(context, request.match_info["number"], report, actor_of(request))
    except Gone as gone:
        return web.json_response({"message": str(gone)}, status=409)
    except PictureError as error:
        return web.json_response({"message": str(error)}, status=422)
    except TicketError as error:
        return web.json_response({"message": error.message}, status=403)
    return web.json_response({"at": clock_time(context.clock()), "again": not fresh})
