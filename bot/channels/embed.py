"""A small script by which another site offers the assistant: a button that opens it in a window of its own.

No frame: the assistant's pages forbid being framed, so that no foreign page can cover or read them, and a
session in a frame would need third-party cookies, which browsers drop.
"""

from importlib import resources

from aiohttp import web

from bot.channels.guard import is_https
from bot.channels.keys import CONTEXT

SCRIPT = resources.files("bot").joinpath("static", "embed.js").read_text("utf-8")
HOUR = 3600


async def script(request: web.Request) -> web.Response:
    """GET /embed.js: with the address under which residents reach this installation."""
    public = request.app[CONTEXT].settings.public_url
    own = public or f"{'https' if is_https(request) else 'http'}://{request.host}"
    response = web.Response(
        text=SCRIPT.replace("__ADDRESS__", own.rstrip("/")),
        content_type="text/javascript",
        charset="utf-8",
        headers={
            "Cache-Control": f"public, max-age={HOUR}",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
    response.enable_compression()
    return response
