"""What has outlived its term goes, what has not stays, and a second run finds nothing."""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot.context import Context
from bot.conversations.models import ActionRun, Button, Conversation, Draft, Message, Turn
from bot.conversations.trackers import TRACKERS, keys_of, trackers
from bot.desk.models import SignInFailures, StaffSession
from bot.directory.models import Staff
from bot.knowledge.models import Gap
from bot.retention.job import due, remove_outlived
from bot.storage.base import Base
from bot.tickets import access, audit
from bot.tickets.models import Access, Attachment, Outbox, Ticket
from bot.tickets.service import Tickets
from tests.retention.conftest import attach, has_file, talk, verify
from tests.tickets.conftest import ADMIN, REVIEWER, Desk, resident

ONE = pytest.mark.parametrize("server", ["sqlite"])
DAY = timedelta(days=1)


async def _count(county: Context, model: type[Base], *conditions: Any) -> int:
    async with county.db.read() as session:
        return await session.scalar(select(func.count()).select_from(model).where(*conditions))


def _small_rows(moment: datetime, name: str, conversation: str, staff: int) -> list[Base]:
    """A row of each kind that goes by its moment alone."""
    return [
        Turn(id=f"x:{name}", at=moment, answer=None),
        ActionRun(turn=f"x:{name}", action="a", at=moment, result=b"r"),
        Button(token=name, conversation=conversation, at=moment, message=99, body=b"b"),
        Draft(
            id=name,
            conversation=conversation,
            service="A07",
            fields=b"f",
            created_at=moment,
            updated_at=moment,
            expires_at=moment + 7 * DAY,
        ),
        Gap(at=moment, text=name, kind="unknown"),
        StaffSession(digest=(name * 8)[:64], staff=staff, created_at=moment, expires_at=moment),
        SignInFailures(login_hash=(name * 8)[:64], last_at=moment),
    ]


TERMS = {Turn: 2, ActionRun: 2, Button: 2, Draft: 7, Gap: 365, StaffSession: 1, SignInFailures: 1}


async def test_rows_go_when_their_term_is_over_and_not_before(desk: Desk) -> None:
    county = desk.context
    conversation = await talk(county, "someone")
    async with county.db.write() as session:
        worker = Staff(
            login="w", name="w", role="reviewer", org="ZX", password_hash="", created_at=county.clock()
        )
        session.add(worker)
        await session.flush()
        staff = worker.id
    for model, days in TERMS.items():
        for name, moment in (
            (f"old{days}", county.clock() - days * DAY - timedelta(seconds=1)),
            (f"new{days}", county.clock() - days * DAY + timedelta(seconds=1)),
        ):
            async with county.db.write() as session:
                rows = _small_rows(moment, f"{name}{model.__name__}"[:16], conversation, staff)
                session.add(next(row for row in rows if type(row) is model))
    counts = await remove_outlived(county)
    for model in TERMS:
        assert counts[model.__tablename__] == 1, model.__tablename__
        assert await _count(county, model) == 1, model.__tablename__
    assert set((await remove_outlived(county)).values()) == {0}


async def test_conversation_goes_half_a_year_after_its_last_use(desk: Desk) -> None:
    county = desk.context
    gone = await talk(county, "gone", "我的电话13907351357", "再见")
    busy = await talk(county, "busy", "轮椅")
    filed = await desk.number(actor=resident(busy), conversation=busy)
    await attach(county, ticket=None, conversation=gone)
    async with trackers(county) as db, db.write() as session:
        await session.execute(
            TRACKERS.insert(),
            [
                {
                    "key": keys_of(county.vault, gone, 1)[0],
                    "body": b"b",
                    "last_used": desk.moment.timestamp(),
                },
                {"key": "other", "body": b"b", "last_used": desk.moment.timestamp() + 1},
                {"key": "older", "body": b"b", "last_used": desk.moment.timestamp() - 86400 * 30},
            ],
        )
    desk.go(days=179)
    counts = await remove_outlived(county)
    assert counts["conversations"] == 0 and counts["trackers"] == 1
    kept = await talk(county, "kept", "在吗")
    desk.go(days=1, seconds=0.5)
    counts = await remove_outlived(county)
    assert counts["conversations"] == 1
    async with county.db.read() as session:
        assert set(await session.scalars(select(Conversation.id))) == {busy, kept}
        assert set(await session.scalars(select(Message.conversation))) == {busy, kept}
    async with trackers(county) as db, db.read() as session:
        assert list(await session.scalars(select(TRACKERS.c.key))) == ["other"]
    assert not has_file(county) and await _count(county, Attachment) == 0
    await desk.tickets.step(filed, "withdrawn", resident(busy))
    assert (await remove_outlived(county))["conversations"] == 1
    async with county.db.read() as session:
        ticket = await session.scalar(select(Ticket))
    assert ticket.conversation is None and ticket.erased_at is None


async def test_closed_ticket_becomes_anonymous_and_its_figures_stay(desk: Desk) -> None:
    county = desk.context
    number = await desk.rated()
    await desk.tickets.note(number, "周建国说轮椅好用", REVIEWER, internal=True)
    await desk.tickets.rate(number, "满意", None, resident("c" * 32))
    still_open = await desk.number()
    ticket = await desk.tickets.view(number, ADMIN)
    await attach(county, ticket=ticket.id, conversation=None)
    before = await verify(county, number)
    async with county.db.read() as session:
        row = await session.get(Ticket, ticket.id)
    figures = (row.state, row.service, row.grid, row.created_at, row.closed_at, row.rating, row.lead)
    desk.go(days=1094)
    assert (await remove_outlived(county))["tickets"] == 0
    desk.go(days=1.01)
    counts = await remove_outlived(county)
    assert counts["tickets"] == 1
    after = await verify(county, number)
    assert after[-1].type == "erased" and len(after) == len(before) + 1
    async with county.db.read() as session:
        row = await session.get(Ticket, ticket.id)
        messages = " ".join(str(value) for value in (await session.scalars(select(Message.body))))
    assert figures == (
        row.state,
        row.service,
        row.grid,
        row.created_at,
        row.closed_at,
        row.rating,
        row.lead,
    )
    assert row.person_hash is row.phone_hash is row.conversation is row.result is None
    view = await desk.tickets.view(number, ADMIN)
    assert view.fields == {} and "周建国" not in str(view) and "轮椅好用" not in str(view) + messages
    assert not has_file(county)
    assert await _count(county, Outbox, Outbox.ticket == ticket.id) == 0
    assert (await desk.tickets.view(still_open, ADMIN)).fields["applicant_name"] == "周建国"
    again = await remove_outlived(county)
    assert again["tickets"] == 0 and len(await verify(county, number)) == len(after)


async def test_access_log_is_emptied_at_its_old_end_and_still_verifies(desk: Desk) -> None:
    county = desk.context
    for _ in range(3):
        await access.log(county, REVIEWER, None, "old")
    desk.go(hours=1)
    await audit.seal(county)
    desk.go(days=1096)
    await access.log(county, REVIEWER, None, "new")
    assert (await remove_outlived(county))["access_log"] == 3
    assert (await remove_outlived(county))["access_log"] == 0
    await access.log(county, REVIEWER, None, "newer")
    report = await audit.verify(county)
    assert report.findings == () and report.reads == 5
    async with county.db.read() as session:
        assert list(await session.scalars(select(Access.what).order_by(Access.id))) == [
            *[""] * 3,
            "new",
            "newer",
        ]


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM access_log WHERE id = (SELECT min(id) FROM access_log)",
        "DELETE FROM access_log WHERE what = ''",
        "UPDATE access_log SET actor_name = '', what = '' WHERE what = 'new'",
        "UPDATE access_log SET chain = 'x' WHERE what = ''",
    ],
)
@ONE
async def test_reads_that_were_emptied_by_hand_are_found(desk: Desk, harm: str) -> None:
    county = desk.context
    for _ in range(3):
        await access.log(county, REVIEWER, None, "old")
    desk.go(days=1096)
    await access.log(county, REVIEWER, None, "new")
    await remove_outlived(county)
    async with county.db.write() as session:
        await session.execute(text(harm))
    assert [finding.where for finding in (await audit.verify(county)).findings] == ["access log"]


@ONE
async def test_files_without_a_row_are_swept_once_they_are_settled(desk: Desk) -> None:
    county = desk.context
    await attach(county, ticket=None, conversation=None, digest="aa" * 32)
    folder = county.settings.state_dir / "attachments" / "bb"
    folder.mkdir()
    for name, age in (("bb" * 32, 90_000), ("bc" * 32, 60)):
        (folder / name).write_bytes(b"x")
        past = os.stat(folder / name).st_mtime - age
        os.utime(folder / name, (past, past))
    assert (await remove_outlived(county))["files"] == 1
    assert [path.name for path in folder.iterdir()] == ["bc" * 32] and has_file(county, "aa" * 32)


@ONE
async def test_job_is_due_once_a_night_and_after_a_missed_one(desk: Desk) -> None:
    county = desk.context
    assert await due(county)
    await remove_outlived(county)
    assert not await due(county)
    desk.at("2026-11-25 02:59")
    assert not await due(county)
    desk.at("2026-11-25 03:00")
    assert await due(county)
    await remove_outlived(county)
    desk.at("2026-11-29 12:00")
    assert await due(county)


@ONE
async def test_facade_still_reads_an_anonymous_ticket(desk: Desk) -> None:
    number = await desk.number()
    await desk.tickets.step(number, "withdrawn", resident("c" * 32))
    desk.go(days=1100)
    await remove_outlived(desk.context)
    progress = await Tickets(desk.context).track(number, desk.tickets.code(number), "127.0.0.1")
    assert progress.state == "withdrawn"
