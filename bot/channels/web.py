"""The residents' page and what belongs to it: privacy notice, display settings, leaving at once."""

from aiohttp import web

from bot.channels import session
from bot.channels.display import Display, display_of, keep
from bot.channels.guard import own_origin, see_other, source
from bot.channels.keys import CONTEXT, SOURCE_LIMIT
from bot.channels.pages import page
from bot.conversations import store
from bot.dialogue import texts

SUGGESTIONS = ("残疾人证怎么办", "临时救助", "能帮我做什么")


async def chat(request: web.Request) -> web.Response:
    """GET /: the page; a first visit gets its session here."""
    response = await page(
        request,
        "chat.html",
        suggestions=SUGGESTIONS,
        longest=texts.LONGEST,
    )
    if session.session_of(request) is None:
        if request.app[SOURCE_LIMIT].wait(f"visit:{source(request)}"):
            raise web.HTTPTooManyRequests(text="请过一会儿再打开。")
        session.begin(request, response)
    return response


async def privacy(request: web.Request) -> web.Response:
    """GET /privacy: the whole notice."""
    return await page(request, "privacy.html", version=texts.NOTICE_VERSION, days=texts.NOTICE_DAYS)


async def display(request: web.Request) -> web.Response:
    """GET /display: the settings as a page, for browsers without scripts and for the look-up pages."""
    return await page(request, "display.html", back=_back(request.query.get("back", "/")))


async def set_display(request: web.Request) -> web.Response:
    """POST /display: keep the choice and go back."""
    form = await request.post()
    before = display_of(request)
    chosen = Display.of(
        *(str(form.get(name, getattr(before, name))) for name in ("size", "contrast", "aloud"))
    )
    response = see_other(_back(str(form.get("back", "/"))))
    keep(request, response, chosen)
    return response


def _back(path: str) -> str:
    """A path of this site to go back to; nothing that leads elsewhere."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"


async def leave(request: web.Request) -> web.Response:
    """GET /leave: the session ends, its conversation is found from this browser no more."""
    context = request.app[CONTEXT]
    response = see_other(context.settings.exit_url)
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    name = session.session_of(request)
    if name is not None and same_site and own_origin(request, demanded=False):
        async with context.db.write() as db:
            conversation = await store.find(db, context.vault, "web", name)
            if conversation is not None:
                conversation.private = True
        session.end(response)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
