"""The chains find what was changed, taken away or put in by hand; and survive lawful erasure."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update

from bot.tickets import audit, events
from bot.tickets.models import Access, AuditSeal, Ticket, TicketEvent
from bot.tickets.work import lock_ticket
from tests.tickets.conftest import ADMIN, LEAD, MINE, REVIEWER, Desk


async def test_an_untouched_ledger_verifies(desk: Desk) -> None:
    for _ in range(3):
        await desk.rated()
    await desk.tickets.view(await desk.number(), REVIEWER)
    report = await audit.verify(desk.context)
    assert report.findings == () and report.tickets == 4 and report.events == 3 * 6 + 1 and report.reads == 1


CHANGES = {
    "note": "UPDATE ticket_events SET note = 'x' WHERE type = 'handed_in'",
    "no note": "UPDATE ticket_events SET note = NULL WHERE type = 'handed_in'",
    "type": "UPDATE ticket_events SET type = 'signed' WHERE type = 'handed_in'",
    "actor": "UPDATE ticket_events SET actor_name = '别人' WHERE type = 'passed'",
    "state": "UPDATE ticket_events SET to_state = 'closed' WHERE type = 'passed'",
    "data": "UPDATE ticket_events SET data = NULL WHERE type = 'filed'",
    "middle": "UPDATE outbox SET event = NULL; DELETE FROM ticket_events WHERE type = 'signed'",
    "end": "UPDATE outbox SET event = NULL; DELETE FROM ticket_events WHERE type = 'passed'",
    "end and version": (
        "UPDATE outbox SET event = NULL; DELETE FROM ticket_events WHERE type = 'passed';"
        "UPDATE tickets SET version = version - 1"
    ),
    "erased by hand": "UPDATE ticket_events SET note = NULL, data = NULL, salt = NULL WHERE type = 'handed_in'",
    "swapped": (
        "UPDATE ticket_events SET number = 99 WHERE type = 'signed';"
        "UPDATE ticket_events SET number = 3 WHERE type = 'helper_done';"
        "UPDATE ticket_events SET number = 4 WHERE type = 'signed'"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_by_hand_is_found(desk: Desk, change: str) -> None:
    number = await desk.rated()
    async with desk.context.db.write() as session:
        for statement in CHANGES[change].split(";"):
            await session.execute(text(statement))
    report = await audit.verify(desk.context)
    assert report.findings and {finding.where for finding in report.findings} == {number}


async def test_an_inserted_event_is_found(desk: Desk) -> None:
    await desk.rated()
    async with desk.context.db.write() as session:
        last = await session.scalar(select(TicketEvent).order_by(TicketEvent.id.desc()).limit(1))
        values = {c.name: getattr(last, c.name) for c in TicketEvent.__table__.columns if c.name != "id"}
        session.add(TicketEvent(**{**values, "number": last.number + 1}))
        await session.execute(update(Ticket).values(version=Ticket.version + 1))
    assert (await audit.verify(desk.context)).findings


async def test_lawful_erasure_still_verifies(desk: Desk) -> None:
    number = await desk.at_work()
    await desk.tickets.supplement(number, "我姓周，电话 13907351357", MINE)
    async with desk.context.db.write() as session:
        ticket, _ = await lock_ticket(session, number)
        await events.erase(
            session, desk.context.vault, ticket, [4], at=desk.now(), actor=ADMIN, reason="本人要求删除"
        )
    assert (await audit.verify(desk.context)).findings == ()
    view = await desk.tickets.view(number, ADMIN)
    assert [event.note for event in view.events if event.number == 4] == [None]


async def test_a_whole_ticket_taken_away_is_found_by_the_seal(desk: Desk) -> None:
    await desk.number()
    number = await desk.number()
    desk.go(hours=1)
    assert (await audit.seal(desk.context)) is not None
    assert (await audit.seal(desk.context)) is None
    async with desk.context.db.write() as session:
        ticket, _ = await lock_ticket(session, number)
        for table in ("outbox", "ticket_events", "assignments", "access_log", "ticket_words"):
            await session.execute(text(f"DELETE FROM {table} WHERE ticket = {ticket.id}"))
        await session.execute(delete(Ticket).where(Ticket.id == ticket.id))
    assert [finding.where for finding in (await audit.verify(desk.context)).findings] == ["seal 1"]


async def test_the_anchor_finds_a_rolled_back_database(desk: Desk, tmp_path: Path) -> None:
    await desk.number()
    desk.go(hours=1)
    await audit.seal(desk.context)
    kept = tmp_path / "anchor.json"
    kept.write_text(json.dumps(await audit.anchor(desk.context)))
    assert (await audit.verify(desk.context, kept)).findings == ()
    async with desk.context.db.write() as session:
        await session.execute(delete(AuditSeal))
    assert (await audit.verify(desk.context)).findings == ()
    assert [finding.where for finding in (await audit.verify(desk.context, kept)).findings] == ["seal 1"]


async def test_full_reads_are_logged_and_change_nothing(desk: Desk) -> None:
    number = await desk.at_work()
    version = (await desk.tickets.view(number, LEAD, source="10.0.0.9")).version
    assert (await desk.tickets.view(number, REVIEWER, masked=True)).version == version
    async with desk.context.db.read() as session:
        rows = (await session.scalars(select(Access))).all()
        assert [(row.actor, row.source) for row in rows] == [("staff:10", "10.0.0.9")]
    async with desk.context.db.write() as session:
        await session.execute(update(Access).values(actor_name="别人"))
    assert [finding.where for finding in (await audit.verify(desk.context)).findings] == ["access log"]


async def test_no_personal_data_in_the_open(desk: Desk) -> None:
    number = await desk.at_work()
    await desk.tickets.note(number, "周先生 13907351357 说下午在家", LEAD, internal=False)
    await desk.tickets.step(number, "awaiting_info", LEAD, note="请周先生回电 13907351357")
    async with desk.context.db.read() as session:
        notes = [note or "" for note in await session.scalars(select(TicketEvent.note))]
        assert await session.scalar(select(func.count()).select_from(TicketEvent)) == 5
    assert not any("13907351357" in note for note in notes)
    view = await desk.tickets.view(number, LEAD)
    assert any("13907351357" in (event.note or "") for event in view.events)
