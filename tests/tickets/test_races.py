"""Two at once. Every race is run twice: with the locks, and with them taken away to see the harm they prevent.

Both sides are held before their first write until the other has read too. With the locks in place the other
cannot come, and the wait ends by itself.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from bot.storage.engine import Database
from bot.tickets import audit
from bot.tickets import states as s
from bot.tickets.delivery.adapters import DeliveryItem, FunctionAdapter
from bot.tickets.delivery.worker import Worker
from bot.tickets.errors import TicketError
from bot.tickets.models import Assignment, Ticket
from bot.tickets.service import Filing
from tests.tickets.conftest import ENQUIRY, LEAD, MINE, REVIEWER, SECOND, WHEELCHAIR, Desk

PATIENCE = 0.4
LOCKS = pytest.mark.parametrize("locks", [True, False], ids=["locked", "unlocked"])


@pytest.fixture
async def unlocked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """Takes the locks away: no BEGIN IMMEDIATE on SQLite, no FOR UPDATE on PostgreSQL."""
    kept = desk.context.db
    made: list[Database] = []

    async def take_away() -> None:
        database = Database(kept.url.render_as_string(hide_password=False))
        if database.sqlite:
            database._writer = _without_transactions(str(kept.url))
        monkeypatch.setattr(PGCompiler, "for_update_clause", lambda *_args, **_more: "")
        desk.context.db = database
        made.append(database)

    yield take_away
    desk.context.db = kept
    for database in made:
        await database.close()


def _without_transactions(url: str) -> AsyncEngine:
    """Every statement by itself, as SQLite does it when nobody begins a transaction."""
    engine = create_async_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    return engine


@contextlib.contextmanager
def meeting() -> Iterator[None]:
    """Whoever is about to write for the first time waits for the other."""
    come, both = 0, asyncio.Event()

    def first_write(session: Session, *_more: Any) -> None:
        nonlocal come
        if session.info.setdefault("met", False):
            return
        session.info["met"] = True
        come += 1
        if come >= 2:
            both.set()
        with contextlib.suppress(TimeoutError):
            await_only(asyncio.wait_for(both.wait(), PATIENCE))

    event.listen(Session, "before_flush", first_write)
    try:
        yield
    finally:
        event.remove(Session, "before_flush", first_write)


@dataclass
class Outcome:
    """What both sides got, and what is wrong afterwards."""

    results: list[Any]
    harm: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return sorted(type(result).__name__ for result in self.results)


async def race(desk: Desk, *sides: Awaitable[Any]) -> Outcome:
    """Run both at once; harm is an error nobody is told kindly, a broken chain, or two leads."""
    with meeting():
        results = await asyncio.gather(*sides, return_exceptions=True)
    made = Outcome(list(results))
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, TicketError):
            made.harm.append(f"error: {type(result).__name__}")
    made.harm += [f"{found.where}: {found.what}" for found in (await audit.verify(desk.context)).findings]
    async with desk.context.db.read() as session:
        tickets = list(await session.scalars(select(Ticket)))
        for ticket in tickets:
            leads = await session.scalars(
                select(Assignment.org).where(
                    Assignment.ticket == ticket.id, Assignment.role == s.LEAD, Assignment.state != s.CANCELLED
                )
            )
            if len(found := list(leads)) > 1:
                made.harm.append(f"{ticket.number}: leads {found}")
            if ticket.survivor and next(t for t in tickets if t.id == ticket.survivor).state in s.FINAL:
                made.harm.append(f"{ticket.number}: merged into one that has ended")
    return made


@LOCKS
async def test_two_reviewers_dispatch_at_once(desk: Desk, unlocked, locks: bool) -> None:
    number = await desk.number()
    if not locks:
        await unlocked()
    outcome = await race(
        desk,
        desk.tickets.step(number, "awaiting_sign", REVIEWER),
        desk.tickets.step(number, "awaiting_sign", SECOND, org="HSZ"),
    )
    if not locks:
        assert outcome.harm
        return
    assert outcome.harm == [] and outcome.names == ["NoSuchStep", "TicketView"]
    assert (await desk.types(number)) == ["filed", "dispatched"]
    assert len(await desk.told("resident")) == 1


@LOCKS
async def test_a_resident_withdraws_while_the_organisation_signs(desk: Desk, unlocked, locks: bool) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "awaiting_sign", REVIEWER)
    if not locks:
        await unlocked()
    outcome = await race(
        desk,
        desk.tickets.step(number, "in_progress", LEAD),
        desk.tickets.step(number, "withdrawn", MINE),
    )
    if not locks:
        assert outcome.harm
        return
    assert outcome.harm == [] and not isinstance(outcome.results[1], Exception)
    view = await desk.tickets.view(number, REVIEWER, masked=True)
    assert view.state == "withdrawn" and view.assignments == ()
    assert (await desk.types(number))[2:] in (["signed", "withdrawn"], ["withdrawn"])


async def _drop_filing_key(desk: Desk) -> None:
    """Let two tickets have the same key; on SQLite by changing the stored schema of the empty table."""
    async with desk.context.db.write() as session:
        if not desk.context.db.sqlite:
            await session.execute(text("ALTER TABLE tickets DROP CONSTRAINT uq_tickets_filing_key"))
            return
        await session.execute(text("PRAGMA writable_schema=ON"))
        done = await session.execute(
            text(
                "UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE (filing_key)', 'UNIQUE (filing_key, id)')"
                " WHERE name = 'tickets' AND sql LIKE '%UNIQUE (filing_key)%'"
            )
        )
        assert done.rowcount == 1
        await session.execute(text("PRAGMA writable_schema=RESET"))


@LOCKS
async def test_a_confirmation_clicked_twice(desk: Desk, unlocked, locks: bool) -> None:
    if not locks:
        await _drop_filing_key(desk)
        await unlocked()
    filing = Filing("draft-x", "A07", WHEELCHAIR, "web", MINE, MINE.id)
    outcome = await race(desk, desk.tickets.file(filing), desk.tickets.file(filing))
    tickets = await desk.tickets.of_conversation(MINE.id)
    if not locks:
        assert len(tickets) == 2
        return
    assert outcome.harm == [] and len(tickets) == 1
    assert sum(filed.created for filed in outcome.results) == 1
    assert {filed.ticket.number for filed in outcome.results} == {tickets[0].number}
    assert len({filed.retrieval_code for filed in outcome.results}) == 1


@LOCKS
async def test_two_workers_on_one_outbox_row(desk: Desk, unlocked, locks: bool) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "answered", REVIEWER, note="可以借用")
    if not locks:
        await unlocked()
    got: list[str] = []

    async def push(item: DeliveryItem) -> None:
        got.append(item.key)

    workers = [Worker(desk.context, {"resident": FunctionAdapter(push)}) for _ in range(2)]
    outcome = await race(desk, *(worker.run_once() for worker in workers))
    if not locks:
        assert len(got) == 2 and len(set(got)) == 1
        return
    assert outcome.harm == [] and len(got) == 1 and sorted(outcome.results) == [0, 1]


@LOCKS
async def test_a_merge_against_a_reply(desk: Desk, unlocked, locks: bool) -> None:
    survivor, number = await desk.at_work(), await desk.at_work()
    await desk.tickets.step(number, "awaiting_info", LEAD, note="照片")
    if not locks:
        await unlocked()
    outcome = await race(
        desk,
        desk.tickets.step(number, "merged", REVIEWER, data={"into": survivor}),
        desk.tickets.supplement(number, "在家", MINE),
    )
    if not locks:
        assert outcome.harm
        return
    assert outcome.harm == []
    view = await desk.tickets.view(number, REVIEWER)
    assert view.state == "merged" and view.assignments == ()
    replied = [isinstance(outcome.results[1], TicketError), "supplemented" not in await desk.types(number)]
    assert len(set(replied)) == 1, "the reply is on record, or its writer was told that it is not"


@LOCKS
async def test_two_tickets_are_merged_into_each_other(desk: Desk, unlocked, locks: bool) -> None:
    first, second = await desk.number("A24", ENQUIRY), await desk.number("A24", ENQUIRY)
    if not locks:
        await unlocked()
    outcome = await race(
        desk,
        desk.tickets.step(first, "merged", REVIEWER, data={"into": second}),
        desk.tickets.step(second, "merged", SECOND, data={"into": first}),
    )
    if not locks:
        assert outcome.harm
        return
    assert outcome.harm == []
    states = [(await desk.tickets.view(one, REVIEWER, masked=True)).state for one in (first, second)]
    assert states.count("merged") <= 1


async def test_a_merge_into_a_ticket_that_is_being_withdrawn(desk: Desk) -> None:
    survivor, number = await desk.number("A24", ENQUIRY), await desk.number("A24", ENQUIRY)
    outcome = await race(
        desk,
        desk.tickets.step(number, "merged", REVIEWER, data={"into": survivor}),
        desk.tickets.step(survivor, "withdrawn", MINE),
    )
    assert outcome.harm == []
    assert (await desk.tickets.view(survivor, REVIEWER, masked=True)).state == "withdrawn"
    assert (await desk.tickets.view(number, REVIEWER, masked=True)).state == "in_review"
