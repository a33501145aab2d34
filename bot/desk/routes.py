"""Every page of the desk and who may open it, in one table."""

from bot.desk.guard import Route
from bot.desk.layout import A, C, M, O, R, S, U
from bot.desk.routes_admin import ADMIN_ROUTES
from bot.desk.views import (
    bulk,
    calls,
    faq,
    files,
    gaps,
    inbox,
    live,
    people,
    printing,
    register,
    scorecard,
    signin,
    station,
    takeover,
    ticket,
)
from bot.directory.roles import Role

EVERYONE = frozenset({A, R, O, S, M, C, U})
SEE_TICKETS = frozenset({A, R, O, S, C, U})


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/login", signin.show, None),
    Route("POST", "/login", signin.enter, None),
    Route("POST", "/logout", signin.leave, EVERYONE),
    Route("GET", "/account", signin.account, EVERYONE),
    Route("POST", "/account", signin.set_password, EVERYONE),
    Route("GET", "", inbox.index, EVERYONE),
    Route("POST", "/filters", inbox.save_filter, _roles(A, R, O, S, C)),
    Route("POST", "/filters/{id:[0-9]+}/drop", inbox.drop_filter, _roles(A, R, O, S, C)),
    Route("GET", "/live", live.stream, EVERYONE),
    Route("GET", "/dispatch", bulk.show, _roles(A, R)),
    Route("POST", "/dispatch", bulk.do, _roles(A, R)),
    Route("GET", "/bulk/lead", bulk.show_lead, _roles(A, R)),
    Route("POST", "/bulk/lead", bulk.do_lead, _roles(A, R)),
    Route("GET", "/bulk/merge", bulk.show_merge, _roles(A, R)),
    Route("POST", "/bulk/merge", bulk.do_merge, _roles(A, R)),
    Route("POST", "/bulk/merge/undo", bulk.undo_merge, _roles(A, R)),
    Route("GET", "/bulk/export", bulk.show_export, _roles(A, R)),
    Route("POST", "/bulk/export", bulk.do_export, _roles(A, R)),
    Route("GET", "/takeover", takeover.index, _roles(A, R)),
    Route("GET", "/takeover/{conversation}", takeover.index, _roles(A, R)),
    Route("GET", "/takeover/{conversation}/lines", takeover.lines, _roles(A, R)),
    Route("POST", "/takeover/{conversation}/take", takeover.take, _roles(A, R)),
    Route("POST", "/takeover/{conversation}/say", takeover.say, _roles(A, R)),
    Route("POST", "/takeover/{conversation}/back", takeover.give_back, _roles(A, R)),
    Route("GET", "/register", register.show, _roles(A, R, O, S)),
    Route("POST", "/register", register.file, _roles(A, R, O, S)),
    Route("GET", "/tickets", inbox.everything, SEE_TICKETS),
    Route("GET", "/tickets/{number}", ticket.show, SEE_TICKETS),
    Route("GET", "/tickets/{number}/fields", ticket.fields, SEE_TICKETS),
    Route("POST", "/tickets/{number}/unmask", ticket.unmask, SEE_TICKETS),
    Route("GET", "/tickets/{number}/timeline", ticket.timeline, SEE_TICKETS),
    Route("POST", "/tickets/{number}/step", ticket.step, _roles(A, R, O, S, C)),
    Route("GET", "/tickets/{number}/print", printing.show, SEE_TICKETS),
    Route("POST", "/tickets/{number}/print", printing.show_full, SEE_TICKETS),
    Route("GET", "/tickets/{number}/form.{kind:pdf|docx}", printing.download, SEE_TICKETS),
    Route("POST", "/tickets/{number}/form.{kind:pdf|docx}", printing.download_full, SEE_TICKETS),
    Route("GET", "/tickets/{number}/files/{id:[0-9]+}", files.show, SEE_TICKETS),
    Route("POST", "/tickets/{number}/note", ticket.write, _roles(A, R, O, S)),
    Route("GET", "/scorecard", scorecard.index, _roles(A, R, O, C, U)),
    Route("GET", "/inspection", scorecard.inspection, _roles(U)),
    Route("GET", "/station/{number}", station.form, _roles(S)),
    Route("POST", "/station/{number}", station.send, _roles(S)),
    Route("GET", "/calls", calls.index, _roles(A, R, O)),
    Route("POST", "/calls/{number}", calls.log, _roles(A, R, O)),
    Route("POST", "/calls/{number}/phone", calls.phone, _roles(A, R, O)),
    Route("GET", "/people", people.index, _roles(A)),
    Route("POST", "/people", people.add, _roles(A)),
    Route("POST", "/people/{login}", people.change, _roles(A)),
    Route("GET", "/faq", faq.index, _roles(A, R, O, M, U)),
    Route("POST", "/faq", faq.create, _roles(A, M)),
    Route("GET", "/faq/rows", faq.rows, _roles(A, R, O, M, U)),
    Route("GET", "/faq/{entry}", faq.show, _roles(A, R, O, M, U)),
    Route("POST", "/faq/{entry}/draft", faq.save, _roles(A, O, M)),
    Route("POST", "/faq/{entry}/publish", faq.publish, _roles(A, M)),
    Route("POST", "/faq/{entry}/withdraw", faq.withdraw, _roles(A, M)),
    Route("POST", "/faq/{entry}/phrasings", faq.add_phrasing, _roles(A, M)),
    Route("POST", "/faq/{entry}/phrasings/{id:[0-9]+}/remove", faq.remove_phrasing, _roles(A, M)),
    Route("GET", "/faq/{entry}/versions", faq.versions, _roles(A, R, O, M, U)),
    Route("POST", "/faq/{entry}/versions/{version:[0-9]+}/roll-back", faq.roll_back, _roles(A, M)),
    Route("POST", "/faq/{entry}/try", faq.attempt, _roles(A, R, O, M)),
    Route("GET", "/gaps", gaps.show, _roles(A, R, M)),
    Route("POST", "/gaps", gaps.settle, _roles(A, M)),
    *ADMIN_ROUTES,
)
