"""The pages of the administration, and who may open them: the administrator alone."""

from bot.desk.guard import Handler, Route
from bot.desk.layout import A
from bot.desk.views.admin import changes, grid, home, imports, orgs, services, settings, start, targets


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(method, f"/admin{path}", handler, frozenset({A}))


ADMIN_ROUTES: tuple[Route, ...] = (
    _route("GET", "", home.index),
    _route("GET", "/start", start.show),
    _route("POST", "/start", start.act),
    _route("GET", "/changes", changes.index),
    _route("GET", "/import", imports.index),
    _route("GET", "/import/directory.xlsx", imports.download),
    _route("POST", "/import", imports.take),
    _route("GET", "/grid", grid.index),
    _route("POST", "/grid", grid.add),
    _route("POST", "/grid/{point}", grid.change),
    _route("GET", "/calendar", settings.show_calendar),
    _route("POST", "/calendar", settings.set_days),
    _route("POST", "/calendar/hours/{org}", settings.set_hours),
    _route("GET", "/terms", settings.show_terms),
    _route("POST", "/terms", settings.set_terms),
    _route("GET", "/templates", settings.show_templates),
    _route("POST", "/templates", settings.add_template),
    _route("POST", "/templates/{id:[0-9]+}", settings.change_template),
    _route("GET", "/orgs", orgs.index),
    _route("POST", "/orgs", orgs.add),
    _route("GET", "/orgs/{org}", orgs.show),
    _route("POST", "/orgs/{org}", orgs.change),
    _route("GET", "/services", services.index),
    _route("POST", "/services", services.begin),
    _route("GET", "/services/{code}", services.show),
    _route("POST", "/services/{code}", services.change),
    _route("POST", "/services/{code}/preview", services.preview),
    _route("GET", "/targets", targets.index),
    _route("POST", "/targets", targets.add),
    _route("POST", "/targets/retry", targets.again),
    _route("POST", "/targets/{id:[0-9]+}", targets.change),
    _route("POST", "/targets/{id:[0-9]+}/test", targets.test),
)
