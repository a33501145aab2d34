"""A village point's work: what lies in its part of the grid, and reports that arrive once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from bot.context import Context
from bot.desk.models import StationReport
from bot.desk.ticket import sheet
from bot.tickets import pictures
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.models import Attachment, Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.service import Tickets

OPEN = (s.AWAITING_SIGN, s.IN_PROGRESS, s.AWAITING_INFO, s.EXTENSION_REVIEW, s.AWAITING_EXTERNAL)
MOST_PHOTOS = 6
TABS = {"working": "在办", "unsigned": "等单位签收", "done": "已办结"}


@dataclass(frozen=True)
class Report:
    """What the phone sends: `id` is the phone's own, so that a report sent twice counts once."""

    id: str
    done: bool
    text: str
    photos: tuple[bytes, ...]


class Gone(Exception):
    """The ticket is no longer in the hands of those who would read the report; says what happened."""


async def take_in(context: Context, number: str, report: Report, actor: Actor) -> bool:
    """Add a report to a ticket; False when it had arrived before. Raises Gone, or a picture's error."""
    found = await sheet(context, number, actor)
    key = f"{actor.key}:{report.id[:40]}"
    if found.ticket.state not in OPEN:
        async with context.db.read() as session:
            if await session.get(StationReport, key) is not None:
                return False
        newest = next(entry for entry in found.entries if entry.group != "delivery")
        raise Gone(f"{newest.who} {newest.what}，现在是{found.ticket.state_name}。")
    cleaned = await asyncio.gather(*(asyncio.to_thread(pictures.clean, raw) for raw in report.photos))
    try:
        async with context.db.write() as session:
            session.add(StationReport(key=key, ticket=found.ticket.id, at=context.clock()))
    except IntegrityError:
        return False
    try:
        await _attach(context, number, cleaned, actor)
        await Tickets(context).note(number, _text(report), actor, internal=True)
    except BaseException:
        async with context.db.write() as session:
            await session.execute(delete(StationReport).where(StationReport.key == key))
        raise
    return True


def _text(report: Report) -> str:
    photos = f"（照片 {len(report.photos)} 张）" if report.photos else ""
    return f"站点回报，{'办好了' if report.done else '还没办完'}：{report.text}{photos}"


async def _attach(context: Context, number: str, cleaned: Sequence[pictures.Picture], actor: Actor) -> None:
    for index, picture in enumerate(cleaned):
        digest = pictures.digest_of(context, picture.content)
        await asyncio.to_thread(pictures.write, context, digest, picture.content)
        async with context.db.write() as session:
            ticket = await session.scalar(select(Ticket.id).where(Ticket.number == normalise_number(number)))
            session.add(
                Attachment(
                    ticket=ticket,
                    digest=digest,
                    media_type=picture.media_type,
                    size=len(picture.content),
                    name=context.vault.seal(f"现场照片 {index + 1}.jpg", "attachment"),
                    added_by=actor.key,
                    added_at=context.clock(),
                )
            )
