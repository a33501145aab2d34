"""The classic 工单 form (board 12): what stands in which box, for the printed page."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from markupsafe import Markup

from bot.context import Context
from bot.desk.formats import channel_name, long_moment, moment
from bot.desk.ticket import Sheet
from bot.directory.catalogue import County
from bot.tickets.views import EventView, TicketView

CHANNELS = ("web", "telegram", "phone", "walk_in", "station")
RATINGS = ("满意", "基本满意", "不满意", "未评价")
REVIEWED = ("dispatched", "answered", "not_accepted", "reassigned", "bound")
SKIPPED = frozenset(
    {
        "applicant_name",
        "beneficiary_name",
        "contact_name",
        "phone",
        "contact_phone",
        "town",
        "village",
        "station",
        "is_proxy",
        "demand_desc",
    }
)
"""Fields with a box of their own."""


@dataclass(frozen=True)
class Opinion:
    """What somebody wrote, with name and time."""

    text: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Form:
    """The form's boxes, in their order."""

    ticket: TicketView
    subject: str
    applicant: str
    phone: str
    place: str
    keeper: str
    term: str
    plea: str
    facts: tuple[tuple[str, str], ...]
    review: Opinion | None
    lead: str
    signed: Opinion | None
    helpers: str
    due: str
    handling: Opinion | None
    closing: Opinion | None
    rated: Opinion | None
    remarks: str
    qr: Markup


def form_of(context: Context, county: County, view: TicketView, sheet: Sheet) -> Form:
    """Fill the boxes from a ticket, as masked as the view is."""
    fields, now = view.fields, context.clock()
    applicant = _first(fields, "applicant_name", "contact_name")
    beneficiary = _first(fields, "beneficiary_name")
    service = county.any_service(view.service)
    helpers = [part.view.org_name for part in sheet.parts if part.view.role == "helper"]
    lead = next((part.view for part in sheet.parts if part.view.role == "lead"), None)
    linked = [f"与工单 {number} 关联" for number in view.linked]
    return Form(
        ticket=view,
        subject=beneficiary or applicant,
        applicant=f"{applicant}（{fields['is_proxy']}）" if fields.get("is_proxy") else applicant,
        phone=_first(fields, "phone", "contact_phone"),
        place=f"{view.grid_name}（网格编号 {view.grid}）" if view.grid else "",
        keeper=sheet.keeper or "",
        term=f"{service.days} 个工作日" if service else "",
        plea=str(fields.get("demand_desc", view.title)),
        facts=tuple((row.label, row.value) for row in view.rows if row.slot not in SKIPPED),
        review=_last(view, REVIEWED),
        lead=lead.org_name if lead else view.lead.name,
        signed=_last(view, ("signed",)),
        helpers="　　".join([*helpers, *(f"{name}（外部）" for name in sheet.contacts)]),
        due=moment(lead.due, now) if lead and lead.due else moment(view.due, now),
        handling=_last(view, ("handed_in",)),
        closing=_last(view, ("passed", "sent_back")),
        rated=_last(view, ("rated", "unrated")),
        remarks="；".join(linked),
        qr=qr_of(view.number),
    )


def _first(fields: dict[str, Any], *slots: str) -> str:
    return next((str(fields[slot]) for slot in slots if fields.get(slot)), "")


def _last(view: TicketView, types: tuple[str, ...]) -> Opinion | None:
    event: EventView | None = next((e for e in reversed(view.events) if e.type in types), None)
    return Opinion(event.note or "", event.actor_name, event.at) if event else None


def qr_of(number: str) -> Markup:
    """The number, and nothing else, as a square of dots."""
    out = io.BytesIO()
    segno.make(number, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, omitsize=True)
    return Markup(out.getvalue().decode())


def boxes(form: Form) -> dict[str, Any]:
    """Ticks of the boxes that are chosen from."""
    return {
        "channels": [(channel_name(code), code == form.ticket.channel) for code in CHANNELS],
        "ratings": [
            (name, name == (form.ticket.rating or "未评价") and form.rated is not None) for name in RATINGS
        ],
        "filed": long_moment(form.ticket.created_at),
    }
