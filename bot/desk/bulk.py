"""Many tickets at once: a preview first, then one step each, with what came of it.

Dispatching as suggested, giving to another lead, merging into one, exporting the list.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from sqlalchemy import select

from bot.context import Context
from bot.desk.formats import channel_name, long_moment
from bot.reports.sheet import write
from bot.tickets.actors import Actor
from bot.tickets.errors import TicketError
from bot.tickets.models import Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.reading import parts_of, view_of
from bot.tickets.service import Tickets
from bot.tickets.states import AWAITING_SIGN, FINAL, IN_REVIEW, MERGED, RETURN_REVIEW
from bot.tickets.views import TicketView
from bot.tickets.visibility import visible

MOST = 100


@dataclass(frozen=True)
class Batch:
    """What would go to one lead organisation."""

    org: str
    name: str
    tickets: tuple[TicketView, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one ticket: `refusal` is None when it was dispatched."""

    ticket: TicketView
    refusal: str | None


def numbers_of(text: str) -> list[str]:
    """The ticket numbers in a text, each once, at most a hundred."""
    found = [number for part in text.split() if (number := normalise_number(part))]
    return list(dict.fromkeys(found))[:MOST]


async def preview(
    context: Context, numbers: Sequence[str], actor: Actor
) -> tuple[list[Batch], list[TicketView]]:
    """(what goes to whom, what cannot be dispatched any more)."""
    views = await chosen(context, numbers, actor)
    ready: dict[str, list[TicketView]] = {}
    for view in views:
        if view.state == IN_REVIEW:
            ready.setdefault(view.lead.code, []).append(view)
    batches = [Batch(code, found[0].lead.name, tuple(found)) for code, found in ready.items()]
    batches.sort(key=lambda batch: -len(batch.tickets))
    return batches, [view for view in views if view.state != IN_REVIEW]


async def chosen(context: Context, numbers: Sequence[str], actor: Actor) -> list[TicketView]:
    """The tickets behind the numbers that the person may see, masked, the earliest due first."""
    county = await context.directory.county()
    async with context.db.read() as session:
        rows = list(
            await session.scalars(
                select(Ticket).where(Ticket.number.in_(numbers), visible(county, actor)).order_by(Ticket.due)
            )
        )
        parts = await parts_of(session, rows)
    return [view_of(context, county, row, parts[row.id], masked=True) for row in rows]


async def dispatch(context: Context, picked: Sequence[tuple[str, int]], actor: Actor) -> list[Outcome]:
    """Dispatch each (number, version seen in the preview) as suggested; one refusal stops no other."""
    tickets = Tickets(context)
    return await _each(
        context,
        picked,
        actor,
        lambda number, version: tickets.step(number, AWAITING_SIGN, actor, version=version),
    )


def may_change_lead(view: TicketView, org: str) -> bool:
    """Whether the ticket may be given to this lead now: not dispatched yet, or given back by another."""
    return view.state == IN_REVIEW or (view.state == RETURN_REVIEW and view.lead.code != org)


async def change_lead(
    context: Context, picked: Sequence[tuple[str, int]], org: str, note: str, actor: Actor
) -> list[Outcome]:
    """Dispatch each to the named lead, or reassign what another gave back."""
    tickets = Tickets(context)
    return await _each(
        context,
        picked,
        actor,
        lambda number, version: tickets.step(
            number, AWAITING_SIGN, actor, org=org, note=note or None, version=version
        ),
    )


def may_merge(view: TicketView, into: TicketView) -> str | None:
    """Why a ticket cannot go into another; None when it can."""
    if view.state in FINAL:
        return "已经结束"
    if view.high_privacy != into.high_privacy:
        return "高敏事项只能和高敏事项合并"
    return None


async def merge(
    context: Context, picked: Sequence[tuple[str, int]], into: str, actor: Actor
) -> list[Outcome]:
    """Merge each into the ticket that survives."""
    tickets = Tickets(context)
    return await _each(
        context,
        [(number, version) for number, version in picked if number != into],
        actor,
        lambda number, version: tickets.step(number, MERGED, actor, version=version, data={"into": into}),
    )


async def unmerge(context: Context, numbers: Sequence[str], actor: Actor) -> list[Outcome]:
    """Take mergers back: each as it was before."""
    tickets = Tickets(context)

    async def one(number: str, _version: int) -> TicketView:
        view = await tickets.view(number, actor, masked=True)
        step = next((step for step in await tickets.allowed(view, actor) if step.name == "unmerged"), None)
        return await tickets.step(number, step.to if step and step.to else IN_REVIEW, actor)

    return await _each(context, [(number, 0) for number in numbers], actor, one)


async def _each(
    context: Context,
    picked: Sequence[tuple[str, int]],
    actor: Actor,
    work: Callable[[str, int], Awaitable[TicketView]],
) -> list[Outcome]:
    outcomes = []
    for number, version in picked[:MOST]:
        try:
            outcomes.append(Outcome(await work(number, version), None))
        except TicketError as error:
            seen = await Tickets(context).view(number, actor, masked=True)
            outcomes.append(Outcome(seen, error.message))
    return outcomes


COLUMNS = (
    "工单号", "状态", "紧急", "诉求", "服务", "申请人", "联系电话", "网格点", "主办", "协办", "来源",
    "登记时间", "期限",
)  # fmt: skip


def line_of(view: TicketView) -> list[str]:
    """A ticket as a line of the export, as masked as the list."""
    fields = view.fields
    person = next((str(fields[n]) for n in ("applicant_name", "contact_name") if fields.get(n)), "")
    phone = next((str(fields[n]) for n in ("phone", "contact_phone") if fields.get(n)), "")
    return [
        view.number,
        view.state_name,
        "紧急" if view.urgent else "",
        view.title,
        view.service_name,
        person,
        phone,
        view.grid_name or "",
        view.lead.name,
        "、".join(helper.name for helper in view.helpers),
        channel_name(view.channel),
        long_moment(view.created_at),
        long_moment(view.due) if view.due else "",
    ]


def workbook(views: Sequence[TicketView]) -> bytes:
    """The list as a workbook; no text in it is a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = "工单"
    write(sheet, COLUMNS, bold=True)
    sheet.freeze_panes = "B2"
    for view in views:
        write(sheet, line_of(view))
    for column, width in zip(
        "ABCDEFGHIJKLM", (16, 10, 6, 40, 26, 10, 14, 18, 16, 28, 10, 22, 22), strict=True
    ):
        sheet.column_dimensions[column].width = width
    out = BytesIO()
    book.save(out)
    return out.getvalue()
