"""A person gets a copy of all that is kept of him, and its removal, or the reason why not."""

import base64

import pytest
from sqlalchemy import func, select

from bot.conversations import drafts
from bot.conversations.models import Conversation, Message
from bot.conversations.trackers import TRACKERS, keys_of, trackers
from bot.retention.rights import (
    NotKept,
    Refused,
    conversation_of,
    erase_person,
    erase_ticket,
    export_conversation,
    export_ticket,
)
from bot.tickets.actors import Actor
from bot.tickets.models import Access, Attachment
from tests.retention.conftest import attach, has_file, talk, verify
from tests.tickets.conftest import ADMIN, REVIEWER, Desk, resident

DESK = Actor("system", "cli", "命令行")
ONE = pytest.mark.parametrize("server", ["sqlite"])


async def _inhabited(desk: Desk) -> tuple[str, str]:
    """A conversation with messages, a draft, a ticket with a picture, a tracker; and its ticket."""
    county = desk.context
    mine = await talk(county, "王建国", "父亲要轮椅", "电话13907351357")
    draft = drafts.Draft.start(mine, "A07", county.clock())
    draft.fields = {"phone": "13907351357"}
    async with county.db.write() as session:
        await drafts.store(session, county.vault, draft, county.clock())
    number = await desk.number(actor=resident(mine), conversation=mine)
    ticket = await desk.tickets.view(number, ADMIN)
    await attach(county, ticket=ticket.id, conversation=mine)
    await desk.tickets.note(number, "此人难缠", REVIEWER, internal=True)
    async with trackers(county) as db, db.write() as session:
        key = keys_of(county.vault, mine, 1)[0]
        await session.execute(TRACKERS.insert(), [{"key": key, "body": b"b", "last_used": 1.0}])
    return mine, number


async def test_copy_holds_everything_and_is_logged(desk: Desk) -> None:
    county = desk.context
    mine, number = await _inhabited(desk)
    await talk(county, "stranger", "别人的话")
    found = await export_conversation(county, mine, DESK)
    assert found["conversation"]["sender"] == "王建国"
    assert [message["text"] for message in found["messages"]] == ["父亲要轮椅", "电话13907351357"]
    assert found["drafts"][0]["fields"] == {"phone": "13907351357"}
    [ticket] = found["tickets"]
    assert ticket["number"] == number and ticket["fields"]["applicant_name"] == "周建国"
    assert ticket["events"][0]["type"] == "filed"
    [picture] = ticket["attachments"]
    assert base64.b64decode(picture["base64"]) == b"picture" and picture["name"] == "身份证.jpg"
    assert "别人的话" not in str(found) and "此人难缠" not in str(found)
    assert (await export_ticket(county, number, DESK))["tickets"] == [ticket]
    async with county.db.read() as session:
        reads = [(row.actor_name, row.ticket is None) for row in await session.scalars(select(Access))]
    assert reads.count(("命令行", True)) == 1 and reads.count(("命令行", False)) == 2


async def test_removal_waits_for_the_open_ticket_and_says_so(desk: Desk) -> None:
    county = desk.context
    mine, number = await _inhabited(desk)
    for attempt in (erase_person(county, mine, DESK), erase_ticket(county, number, DESK)):
        with pytest.raises(Refused, match=f"{number} 还没办结（待审核）"):
            await attempt
    assert (await export_conversation(county, mine, DESK))["drafts"]
    assert has_file(county)


async def test_removal_leaves_nothing_but_the_figures(desk: Desk) -> None:
    county = desk.context
    mine, number = await _inhabited(desk)
    other = await talk(county, "stranger", "别人的话")
    await desk.tickets.step(number, "withdrawn", resident(mine))
    assert await conversation_of(county, number) == mine
    counts = await erase_person(county, mine, DESK)
    assert counts == {"conversations": 1, "tickets": 1, "trackers": 1, "files": 1}
    async with county.db.read() as session:
        assert list(await session.scalars(select(Conversation.id))) == [other]
        assert list(await session.scalars(select(Message.conversation))) == [other]
        assert await session.scalar(select(func.count()).select_from(Attachment)) == 0
    rows = await verify(county, number)
    assert rows[-1].type == "erased" and rows[-1].actor_name == "命令行"
    view = await desk.tickets.view(number, ADMIN)
    assert view.state == "withdrawn" and view.fields == {} and "周建国" not in str(view)
    assert not has_file(county)
    with pytest.raises(NotKept):
        await export_conversation(county, mine, DESK)
    assert await erase_ticket(county, number, DESK) == {"tickets": 1, "files": 0}
    assert len(await verify(county, number)) == len(rows)


@ONE
async def test_shared_file_stays_while_another_row_bears_it(desk: Desk) -> None:
    county = desk.context
    mine, number = await _inhabited(desk)
    await attach(county, ticket=None, conversation=await talk(county, "stranger"))
    await desk.tickets.step(number, "withdrawn", resident(mine))
    await erase_person(county, mine, DESK)
    assert has_file(county)


@ONE
async def test_unknown_number_is_said(desk: Desk) -> None:
    for attempt in (
        export_ticket(desk.context, "QT-0000-0000", DESK),
        erase_ticket(desk.context, "nonsense", DESK),
        conversation_of(desk.context, "QT-0000-0000"),
    ):
        with pytest.raises(NotKept):
            await attempt
