"""Who may see which page: every route passes here, and the table in `routes.py` says who."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.context import Context
from bot.desk.sessions import SignedIn, find_session
from bot.directory.roles import Role
from bot.tickets.actors import Actor

COOKIE = "desk"
CONTEXT = web.AppKey("desk_context", Context)
ME = web.RequestKey("desk_me", SignedIn)
CSRF_FIELD, CSRF_HEADER = "_csrf", "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NotAllowed(Exception):
    """A refusal with a sentence for people; the rim makes a page of it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Route:
    """A page: who may open it. Without roles it is open to everyone, signed in or not."""

    method: str
    path: str
    handler: Handler
    roles: frozenset[Role] | None


def guarded(route: Route) -> Handler:
    """The handler behind session, role and the token against forged forms."""

    async def handle(request: web.Request) -> web.StreamResponse:
        context = request.app[CONTEXT]
        if route.roles is None:
            return await route.handler(request)
        me = await find_session(context, request.cookies.get(COOKIE))
        if me is None:
            return to_sign_in(request)
        request[ME] = me
        if request.method not in SAFE_METHODS:
            await check_csrf(request, me.csrf)
        if Role(me.staff.role) not in route.roles:
            raise NotAllowed("您的身份看不了这一页。")
        return await route.handler(request)

    return handle


async def check_csrf(request: web.Request, expected: str) -> None:
    """Demand the session's token, in the header (htmx) or in the form."""
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given = str((await request.post()).get(CSRF_FIELD, ""))
    if not given or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotAllowed("这一页放得太久了，请刷新后再做一次。")


def to_sign_in(request: web.Request) -> web.Response:
    """Send to the sign-in, and back here afterwards."""
    here = request.path_qs if request.method in SAFE_METHODS else "/desk"
    address = f"/desk/login?next={quote(here)}"
    if request.headers.get("HX-Request"):
        return web.Response(status=401, headers={"HX-Redirect": "/desk/login"})
    raise web.HTTPSeeOther(address)


def me_of(request: web.Request) -> SignedIn:
    """The person of a guarded request."""
    return request[ME]


def actor_of(request: web.Request) -> Actor:
    """The same person as tickets know him."""
    staff = me_of(request).staff
    return Actor("staff", str(staff.id), staff.name, Role(staff.role), staff.org, staff.grid)


def source_of(request: web.Request) -> str:
    """The address that the request came from, for the access log."""
    forwarded = request.headers.get("X-Forwarded-For")
    if request.app[CONTEXT].settings.behind_proxy and forwarded:
        return forwarded.split(",")[-1].strip()[:64]
    return (request.remote or "")[:64]


def is_https(request: web.Request) -> bool:
    """Whether the browser speaks https, to us or to the proxy in front."""
    if request.app[CONTEXT].settings.behind_proxy:
        return request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
    return request.scheme == "https"
