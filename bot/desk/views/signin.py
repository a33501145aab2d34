"""Signing in and out, and one's own password."""

import secrets
from urllib.parse import urlsplit

from aiohttp import web

from bot.desk.admin import guide
from bot.desk.guard import CONTEXT, COOKIE, check_csrf, is_https, me_of
from bot.desk.layout import page
from bot.desk.sessions import (
    MIN_PASSWORD,
    SESSION_HOURS,
    WeakPassword,
    WrongSignIn,
    change_password,
    csrf_token,
    find_session,
    sign_in,
    sign_out,
)
from bot.directory.roles import Role

FORM_COOKIE = "desk_form"
"""Ties the sign-in form to this browser, so that nobody signs another in."""


async def show(request: web.Request) -> web.Response:
    """The sign-in."""
    if await find_session(request.app[CONTEXT], request.cookies.get(COOKIE)) is not None:
        raise web.HTTPSeeOther(_next(request.query.get("next")))
    return await _form(request, request.query.get("next", ""))


async def _form(request: web.Request, after: str, login: str = "", error: str | None = None) -> web.Response:
    known = request.cookies.get(FORM_COOKIE)
    form = known or secrets.token_urlsafe(24)
    response = await page(
        request,
        "login.html",
        {
            "csrf": csrf_token(request.app[CONTEXT], form),
            "next": after,
            "login": login,
            "error": error,
        },
        status=401 if error else 200,
    )
    if not known:
        _set_cookie(request, response, FORM_COOKIE, form)
    return response


async def enter(request: web.Request) -> web.Response:
    """Check name and password, and start a session."""
    context = request.app[CONTEXT]
    await check_csrf(request, csrf_token(context, request.cookies.get(FORM_COOKIE, "none")))
    data = await request.post()
    login, after = str(data.get("login", "")), str(data.get("next", ""))
    try:
        cookie = await sign_in(context, login, str(data.get("password", "")))
    except WrongSignIn as error:
        return await _form(request, after, login, str(error))
    response = web.HTTPSeeOther(_next(after) if after else await _first_page(request, cookie))
    _set_cookie(request, response, COOKIE, cookie, hours=SESSION_HOURS)
    response.del_cookie(FORM_COOKIE, path="/desk")
    raise response


async def _first_page(request: web.Request, cookie: str) -> str:
    """The desk; the guide for the administrator of an installation that is not set up yet."""
    context = request.app[CONTEXT]
    me = await find_session(context, cookie)
    led = me is not None and me.staff.role == Role.ADMINISTRATOR and await guide.leads(context)
    return "/desk/admin/start" if led else "/desk"


async def leave(request: web.Request) -> web.Response:
    """End the session."""
    await sign_out(request.app[CONTEXT], me_of(request).session)
    response = web.HTTPSeeOther("/desk/login")
    response.del_cookie(COOKIE, path="/desk")
    raise response


async def account(request: web.Request) -> web.Response:
    """One's own account."""
    return await _account(request, done="done" in request.query)


async def _account(request: web.Request, *, error: str | None = None, done: bool = False) -> web.Response:
    values = {"error": error, "done": done, "least": MIN_PASSWORD}
    return await page(request, "account.html", values, status=422 if error else 200)


async def set_password(request: web.Request) -> web.Response:
    """Change one's own password."""
    data = await request.post()
    old, new, again = (str(data.get(name, "")) for name in ("old", "new", "again"))
    try:
        await change_password(request.app[CONTEXT], me_of(request), old, new, again)
    except (WrongSignIn, WeakPassword) as error:
        return await _account(request, error=str(error))
    raise web.HTTPSeeOther("/desk/account?done")


def _next(address: str | None) -> str:
    """Where to go after signing in: a page of the desk and nothing else."""
    parts = urlsplit(address or "")
    inside = parts.path == "/desk" or parts.path.startswith("/desk/")
    if parts.scheme or parts.netloc or not inside or "\\" in (address or ""):
        return "/desk"
    return address or "/desk"


def _set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, hours: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        path="/desk",
        httponly=True,
        samesite="Lax",
        secure=is_https(request),
        max_age=hours * 3600 if hours else None,
    )
