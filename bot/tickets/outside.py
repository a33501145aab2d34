"""A ticket's number in another government's system, and the results that come back from there."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.context import Context
from bot.tickets.actors import Actor
from bot.tickets.errors import Missing
from bot.tickets.models import OutsideCase, Ticket
from bot.tickets.service import Tickets
from bot.tickets.states import AWAITING_EXTERNAL, IN_PROGRESS

LONGEST = 60
TAKEN, REPEATED, UNKNOWN = "taken", "repeated", "unknown"


async def keep_number(context: Context, number: str, system: str, outside: str, actor: Actor) -> None:
    """Keep a ticket's number in a system; a remark says so. Missing where another ticket has it."""
    outside = outside.strip()
    if not outside or len(outside) > LONGEST:
        raise Missing("outside", f"写对方的编号，最多 {LONGEST} 个字")
    tickets = Tickets(context)
    view = await tickets.view(number, actor, masked=True)
    async with context.db.read() as session:
        row = await session.scalar(
            select(OutsideCase).where(OutsideCase.ticket == view.id, OutsideCase.system == system)
        )
    if row is not None and row.number == outside:
        return
    try:
        async with context.db.write() as session:
            row = await session.scalar(
                select(OutsideCase).where(OutsideCase.ticket == view.id, OutsideCase.system == system)
            )
            if row is None:
                row = OutsideCase(
                    ticket=view.id, system=system, number=outside, at=context.clock(), by=actor.key
                )
                session.add(row)
            row.number, row.at, row.by = outside, context.clock(), actor.key
    except IntegrityError as error:
        raise Missing("outside", f"{system}的 {outside} 已经记在另一张工单上") from error
    await tickets.note(number, f"{system}编号：{outside}", actor, internal=True)


async def numbers_of(context: Context, ticket: int) -> dict[str, str]:
    """System -> the ticket's number there."""
    async with context.db.read() as session:
        rows = await session.scalars(select(OutsideCase).where(OutsideCase.ticket == ticket))
        return {row.system: row.number for row in rows}


async def find(context: Context, system: str, outside: str) -> tuple[str, bool] | None:
    """(our number, whether it waits for that system) of a case; None for a number that nobody kept."""
    async with context.db.read() as session:
        row = (
            await session.execute(
                select(Ticket.number, Ticket.state)
                .join(OutsideCase, OutsideCase.ticket == Ticket.id)
                .where(OutsideCase.system == system, OutsideCase.number == outside.strip())
            )
        ).first()
    return (row[0], row[1] == AWAITING_EXTERNAL) if row else None


async def take_result(
    context: Context, system: str, outside: str, result: str, actor: Actor
) -> tuple[str, str | None]:
    """Take one result in: (taken, repeated or unknown; our number).

    A ticket that waits for the outside body goes on; any other gets an internal remark. The same result is
    taken in once. Raises the errors of `bot.tickets.errors` where the person may not act on the ticket.
    """
    found = await find(context, system, outside)
    if found is None:
        return UNKNOWN, None
    number, waits = found
    mark = context.vault.lookup("outside result", result.strip())
    same = (OutsideCase.system == system, OutsideCase.number == outside.strip())
    async with context.db.read() as session:
        if await session.scalar(select(OutsideCase.result).where(*same)) == mark:
            await Tickets(context).view(number, actor, masked=True)
            return REPEATED, number
    note = f"{system}结果（{outside.strip()}）：{result.strip()}"
    tickets = Tickets(context)
    if waits:
        await tickets.step(number, IN_PROGRESS, actor, note=note)
    else:
        await tickets.note(number, note, actor, internal=True)
    async with context.db.write() as session:
        row = await session.scalar(select(OutsideCase).where(*same))
        if row is not None:
            row.result = mark
    return TAKEN, number
