"""A county with a clock that the test moves, tickets in it, and a check of the events' chain."""

import base64

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.conversations import store
from bot.tickets import audit
from bot.tickets.models import Attachment, Ticket, TicketEvent
from bot.tickets.service import Tickets
from tests.tickets.conftest import Desk, at

DIGEST = "cd" * 32


@pytest.fixture
async def desk(county: Context) -> Desk:
    made = Desk(county, Tickets(county), at("2026-11-24 09:42"))
    county.clock = made.now
    return made


async def talk(county: Context, sender: str, *texts: str) -> str:
    """Say something as a resident; returns the conversation's id."""
    async with county.db.write() as session:
        conversation = await store.open_conversation(session, county.vault, "rest", sender, county.clock())
        for text in texts:
            await store.append(
                session,
                county.vault,
                conversation,
                county.clock(),
                author="resident",
                text=text,
                buttons=[{"title": "好", "command": {"do": "x"}}],
                turn=f"{conversation.id}:{text}",
            )
    return conversation.id


async def attach(
    county: Context, *, ticket: int | None, conversation: str | None, digest: str = DIGEST
) -> None:
    """A picture with its sealed file."""
    path = county.settings.state_dir / "attachments" / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(county.vault.seal(base64.b64encode(b"picture").decode(), f"file:{digest}"))
    async with county.db.write() as session:
        session.add(
            Attachment(
                ticket=ticket,
                conversation=conversation,
                digest=digest,
                media_type="image/jpeg",
                size=7,
                name=county.vault.seal("身份证.jpg", "attachment"),
                added_by="resident",
                added_at=county.clock(),
            )
        )


def has_file(county: Context, digest: str = DIGEST) -> bool:
    return (county.settings.state_dir / "attachments" / digest[:2] / digest).exists()


async def verify(county: Context, number: str) -> list[TicketEvent]:
    """Verify everything; returns the events of a ticket."""
    assert (await audit.verify(county)).findings == ()
    async with county.db.read() as session:
        return list(
            await session.scalars(
                select(TicketEvent)
                .join(Ticket, Ticket.id == TicketEvent.ticket)
                .where(Ticket.number == number)
                .order_by(TicketEvent.number)
            )
        )
