"""Conversations on both kinds of database: opened once, numbered without gaps, sealed to their place."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from bot.conversations import store
from bot.conversations.answers import look_of, read_answer, read_button
from bot.conversations.models import Conversation, Message
from nlu.vault import VaultError


async def opened(county, sender: str = "zhou") -> str:
    async with county.db.write() as session:
        made = await store.open_conversation(session, county.vault, "rest", sender, county.clock())
        return made.id


async def add(county, conversation: str, text: str, **more) -> store.Line:
    async with county.db.write() as session:
        row = await session.get(Conversation, conversation, with_for_update=True)
        return await store.append(
            session, county.vault, row, county.clock(), author="assistant", text=text, **more
        )


async def test_one_sender_has_one_conversation_however_often_it_is_opened_at_once(county):
    ids = await asyncio.gather(*(opened(county) for _ in range(8)))
    assert len(set(ids)) == 1
    async with county.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 1


async def test_channels_do_not_share_senders(county):
    async with county.db.write() as session:
        one = await store.open_conversation(session, county.vault, "rest", "7", county.clock())
        two = await store.open_conversation(session, county.vault, "telegram", "7", county.clock())
        assert one.id != two.id


async def test_numbers_have_no_gaps_and_no_doubles(county):
    conversation = await opened(county)
    await asyncio.gather(*(add(county, conversation, str(i)) for i in range(10)))
    async with county.db.read() as session:
        known = await store.lines(session, county.vault, conversation)
    assert [line.number for line in known] == list(range(1, 11))
    assert {line.text for line in known} == {str(i) for i in range(10)}


async def test_a_message_moved_to_another_place_does_not_open(county):
    conversation = await opened(county)
    await add(county, conversation, "一")
    await add(county, conversation, "二")
    async with county.db.write() as session:
        first = await session.scalar(select(Message.body).where(Message.number == 1))
        await session.execute(update(Message).where(Message.number == 2).values(body=first))
    async with county.db.read() as session:
        with pytest.raises(VaultError):
            await store.lines(session, county.vault, conversation)


async def test_a_button_belongs_to_its_conversation(county):
    mine, theirs = await opened(county), await opened(county, "li")
    line = await add(county, mine, "？", buttons=[{"title": "对", "command": {"do": "confirm"}}])
    token = line.buttons[0]["payload"]
    async with county.db.read() as session:
        assert (await store.button(session, county.vault, mine, token)).command == {"do": "confirm"}
        assert await store.button(session, county.vault, theirs, token) is None
        assert await store.button(session, county.vault, mine, "x" * 16) is None


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        ('{"do":"set","value":1}', {"do": "set", "value": 1}),
        ("/restart", None),
        ('{"value":1}', None),
        ("[]", None),
        (None, None),
    ],
)
def test_only_commands_become_buttons(payload, command):
    read = read_button({"title": "对", "payload": payload})
    assert (read and read["command"]) == command


def test_looks_follow_from_commands_and_may_be_named():
    assert look_of({"do": "helpful", "yes": True}) == "quiet"
    assert look_of({"do": "intent", "intent": "human_handoff"}) == "person"
    assert look_of({"do": "set"}) == "plain"
    named = read_button({"title": "不安全", "payload": '{"do":"safe","look":"danger"}'})
    assert (named["look"], named["command"]) == ("danger", {"do": "safe"})


def test_odd_messages_are_read_without_harm():
    assert read_answer({"text": None, "buttons": None, "custom": "x"}) == {
        "text": "",
        "buttons": [],
        "custom": {},
    }
