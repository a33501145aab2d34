"""The pages of the administration, and who may open them: the administrator alone."""

from bot.desk.guard import Handler, Route
from bot.desk.layout import A
from bot.desk.views.admin import changes, home, orgs, targets


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(method, f"/admin{path}", handler, frozenset({A}))


ADMIN_ROUTES: tuple[Route, ...] = (
    _route("GET", "", home.index),
    _route("GET", "/changes", changes.index),
    _route("GET", "/orgs", orgs.index),
    _route("POST", "/orgs", orgs.add),
    _route("GET", "/orgs/{org}", orgs.show),
    _route("POST", "/orgs/{org}", orgs.change),
    _route("GET", "/targets", targets.index),
    _route("POST", "/targets", targets.add),
    _route("POST", "/targets/retry", targets.again),
    _route("POST", "/targets/{id:[0-9]+}", targets.change),
    _route("POST", "/targets/{id:[0-9]+}/test", targets.test),
)
