"""From a pressed button to a step of the state table, and back to words when it is refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from multidict import MultiMapping

from bot.clock import COUNTY_ZONE
from bot.tickets.actors import Actor
from bot.tickets.errors import Missing
from bot.tickets.service import Tickets
from bot.tickets.views import AllowedStep, TicketView

OUTCOMES = {"reached": "联系上了", "no_answer": "没接", "call_back": "约了再打"}
KEYS = {
    "dispatched": "d",
    "signed": "s",
    "handed_in": "e",
    "pressed": "u",
    "helper_done": "e",
    "contacted": "c",
}
CHOICES = ("reason", "door", "into", "service", "rating", "outcome", "date")
CLOSING = time(17, 30)
DAILY = (
    "dispatched", "reassigned", "bound", "refusal_confirmed", "refusal_rejected", "passed", "sent_back",
    "extended", "extension_refused", "consulted", "to_meeting", "decided", "suspended", "resumed", "signed",
    "helper_signed", "handed_in", "helper_done", "external_back", "info_given", "pressed", "contacted",
    "info_asked", "extension_asked", "more_orgs_asked", "returned", "helper_returned", "answered",
)  # fmt: skip
"""What the work needs daily, in the order in which it is shown; the rest stands behind 其他操作."""
KEEPS_STATE = frozenset({"refusal_confirmed"})
"""Rows that are taken by name although the table gives them a state."""


@dataclass(frozen=True)
class Pressed:
    """What a button's form says."""

    name: str
    to: str | None
    org: str | None
    note: str
    until: datetime | None
    version: int | None
    data: dict[str, Any] = field(default_factory=dict)


def read(form: MultiMapping[Any]) -> Pressed:
    """The form as a step; Missing for a date that is none."""
    name = str(form.get("name", ""))
    data: dict[str, Any] = {key: str(form[key]) for key in CHOICES if form.get(key)}
    if "choose_helpers" in form:
        data["helpers"] = [str(org) for org in form.getall("helper", [])]
    if name == "extension_refused":
        data["grant"] = False
    version = str(form.get("version", ""))
    return Pressed(
        name=name,
        to=str(form.get("to", "")) or None,
        org=str(form.get("org", "")) or None,
        note=str(form.get("note", "")),
        until=_until(str(form.get("until", ""))),
        version=int(version) if version.isdigit() else None,
        data=data,
    )


def _until(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), CLOSING, COUNTY_ZONE)
    except ValueError as error:
        raise Missing("until", "日期的写法不对") from error


async def take(tickets: Tickets, number: str, pressed: Pressed, actor: Actor) -> TicketView:
    """Take the step; the errors of `bot.tickets.errors` say why not."""
    more = {"note": pressed.note, "org": pressed.org, "version": pressed.version, "data": pressed.data}
    if pressed.to is None or pressed.name in KEEPS_STATE:
        return await tickets.act(number, pressed.name, actor, **more)
    return await tickets.step(number, pressed.to, actor, until=pressed.until, **more)


def split(steps: Iterable[AllowedStep], *, someone_late: bool) -> tuple[list[AllowedStep], list[AllowedStep]]:
    """(in view, behind 其他操作).

    Where the way on is barred by another's part, pressing him is the next step.
    """
    shown = sorted((step for step in steps if step.name in DAILY), key=lambda step: DAILY.index(step.name))
    if someone_late and not any(step.primary for step in shown):
        shown = [replace(step, primary=step.name == "pressed" and step.enabled) for step in shown]
    return shown, [step for step in steps if step.name not in DAILY]
