"""Every page of the desk and who may open it, in one table."""

from bot.desk.guard import Route
from bot.desk.layout import A, C, M, O, R, S, U
from bot.desk.views import signin
from bot.directory.roles import Role

EVERYONE = frozenset({A, R, O, S, M, C, U})


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/login", signin.show, None),
    Route("POST", "/login", signin.enter, None),
    Route("POST", "/logout", signin.leave, EVERYONE),
    Route("GET", "/account", signin.account, EVERYONE),
    Route("POST", "/account", signin.set_password, EVERYONE),
)
