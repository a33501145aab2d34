"""The page's session: a random name in a signed cookie that scripts cannot read."""

import hmac
import secrets

from aiohttp import web

from bot.channels.guard import is_https
from bot.channels.keys import CONTEXT
from nlu.vault import Vault

COOKIE = "qf_session"
DAYS = 180
SIGNED_AS = "web-session"


def sign(vault: Vault, name: str) -> str:
    """The cookie's value: the name and its keyed hash."""
    return f"{name}.{vault.lookup(SIGNED_AS, name)}"


def read(vault: Vault, value: str | None) -> str | None:
    """The session's name, unless the value was not signed by us."""
    name, dot, signature = (value or "").partition(".")
    if not dot or not hmac.compare_digest(signature.encode(), vault.lookup(SIGNED_AS, name).encode()):
        return None
    return name


def session_of(request: web.Request) -> str | None:
    """The session that a request bears, if it is a true one."""
    return read(request.app[CONTEXT].vault, request.cookies.get(COOKIE))


def begin(request: web.Request, response: web.StreamResponse) -> str:
    """Give the response a new session; returns its name."""
    name = secrets.token_urlsafe(18)
    response.set_cookie(
        COOKIE,
        sign(request.app[CONTEXT].vault, name),
        max_age=DAYS * 86400,
        httponly=True,
        secure=is_https(request),
        samesite="Lax",
        path="/",
    )
    return name


def end(response: web.StreamResponse) -> None:
    """Take the session from the browser."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
