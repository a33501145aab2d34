"""Every route of the desk, tried by those who may not: nobody, a forged form, the wrong role."""

import re

import pytest

from bot.desk.routes import ROUTES
from bot.directory.roles import STAFF_ROLES

from .conftest import PEOPLE

INSIDE = [route for route in ROUTES if route.roles is not None]
BY_ROLE = {role: login for login, (_, role, _, _) in reversed(PEOPLE.items())}
PARTS = {
    "number": "QT-0000-0000",
    "id": "1",
    "entry": "CL-09",
    "version": "1",
    "conversation": "c0",
    "org": "CL",
    "name": "x",
    "login": "huang",
    "code": "A07",
    "service": "B09",
    "kind": "pdf",
    "format": "xlsx",
    "point": "T01-05",
}


def address(path: str) -> str:
    return "/desk" + re.sub(r"\{(\w+)(:[^}]*)?\}", lambda part: PARTS[part[1]], path)


def called(route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", INSIDE, ids=called)
async def test_nobody_is_sent_to_sign_in(browser, route):
    desk = await browser()
    async with desk.client.request(route.method, address(route.path), allow_redirects=False) as response:
        assert response.status == 303 and response.headers["Location"].startswith("/desk/login")
    async with desk.client.request(
        route.method, address(route.path), allow_redirects=False, headers={"HX-Request": "true"}
    ) as response:
        assert response.status == 401


@pytest.mark.parametrize("route", [r for r in INSIDE if r.method != "GET"], ids=called)
async def test_a_form_without_the_token_is_refused(browser, route):
    login = BY_ROLE[next(iter(route.roles))]
    desk = await browser(login)
    for token in (None, "", "0" * 32):
        headers = {"X-CSRF-Token": token} if token is not None else {}
        async with desk.client.request(
            route.method, address(route.path), data={"x": "1"}, headers=headers, allow_redirects=False
        ) as response:
            assert response.status == 403


@pytest.mark.parametrize("route", INSIDE, ids=called)
async def test_the_wrong_role_is_refused(browser, route):
    for role in STAFF_ROLES:
        if role in route.roles:
            continue
        desk = await browser(BY_ROLE[role])
        async with desk.client.request(
            route.method,
            address(route.path),
            data={"_csrf": desk.csrf} if route.method != "GET" else None,
            allow_redirects=False,
        ) as response:
            assert response.status == 403, role
