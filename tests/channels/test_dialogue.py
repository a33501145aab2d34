"""Turns: in line by sender, once each, stored whatever happens."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
from sqlalchemy import select

from bot.conversations import store
from bot.conversations.models import Conversation, Message
from bot.dialogue import Dialogue, Incoming, Rasa, texts
from bot.live import STAFF
from tests.channels.stand_in import SECRET


def incoming(text: str, sender: str = "zhou", **more) -> Incoming:
    return Incoming("rest", sender, text, **more)


async def conversation_of(county, sender: str = "zhou") -> Conversation:
    async with county.db.read() as session:
        return await store.find(session, county.vault, "rest", sender)


async def said(county, sender: str = "zhou") -> list[tuple[str, str]]:
    conversation = await conversation_of(county, sender)
    async with county.db.read() as session:
        known = await store.lines(session, county.vault, conversation.id)
    return [(line.author, line.text) for line in known if "notice" not in line.custom]


async def test_messages_of_one_sender_wait_for_each_other_and_keep_their_order(dialogue, county, rasa):
    rasa.meet = 5
    await asyncio.gather(
        *(dialogue.handle(incoming(str(i))) for i in range(6)),
        *(dialogue.handle(incoming("x", sender=f"s{i}")) for i in range(4)),
    )
    own = (await conversation_of(county)).id
    assert rasa.most_at_once[f"{own}:1"] == 1
    assert rasa.most_at_once["*"] == 5
    assert [a["message"] for a in rasa.asked if a["sender"] == f"{own}:1"] == [str(i) for i in range(6)]
    assert [author for author, _ in await said(county)] == ["resident", "assistant"] * 6


async def test_the_same_message_at_the_same_time_is_answered_once(dialogue, rasa):
    rasa.seconds = 0.05
    first, second = await asyncio.gather(*(dialogue.handle(incoming("办证", id="7")) for _ in range(2)))
    assert [line.number for line in first] == [line.number for line in second]
    assert len(rasa.asked) == 1


class NoLanes:
    """Takes the lanes away."""

    @asynccontextmanager
    async def hold(self, _key: str):
        yield


async def test_without_lanes_it_would_be_asked_twice(county, rasa):
    dialogue = Dialogue(county, Rasa(str(rasa.server.make_url("/")), SECRET), lanes=NoLanes())
    rasa.meet = 2
    await asyncio.gather(
        *(dialogue.handle(incoming("确认", id="7")) for _ in range(2)), return_exceptions=True
    )
    await dialogue.close()
    assert len(rasa.asked) == 2


async def test_a_resting_rasa_is_asked_once_and_the_message_kept_for_the_staff(dialogue, county, rasa):
    rasa.status = 500
    with county.hub.listen(STAFF) as staff:
        answer = await dialogue.handle(incoming("我要办残疾人证"))
        event = await asyncio.wait_for(anext(aiter(staff)), 1)
    assert answer[-1].text.startswith("助手正在恢复，可以留言，工作人员看得到")
    assert len(rasa.asked) == 1
    assert ("resident", "我要办残疾人证") in await said(county)
    conversation = await conversation_of(county)
    assert (conversation.takeover, conversation.takeover_reason) == ("waiting", "assistant_down")
    assert event == {"type": "waiting", "conversation": conversation.id}


async def test_rasa_gone_or_too_slow_is_told_too(dialogue, rasa):
    dialogue._rasa._timeout = aiohttp.ClientTimeout(total=0.1)
    rasa.seconds = 0.5
    assert (await dialogue.handle(incoming("在吗")))[-1].text == texts.RESTING
    await rasa.server.close()
    assert (await dialogue.handle(incoming("在吗")))[-1].text == texts.RESTING


async def test_an_empty_answer_becomes_an_apology(dialogue, rasa):
    for empty in ([], [{"text": ""}], [{"text": "  ", "custom": {}}]):
        rasa.script = lambda text, meta, empty=empty: empty
        assert (await dialogue.handle(incoming("？")))[-1].text == texts.NO_ANSWER


async def test_a_ticket_and_an_idle_spell_begin_a_fresh_session(dialogue, county, clock, rasa):
    async def session() -> int:
        await dialogue.handle(incoming("好"))
        return int(rasa.asked[-1]["sender"].rpartition(":")[2])

    assert await session() == 1
    clock.ahead = timedelta(hours=11)
    assert await session() == 1
    clock.ahead = timedelta(hours=24)
    assert await session() == 2
    filed = {"ticket_number": "QT-7K3M-92XF", "retrieval_code": "482916", "filed": {}}
    rasa.script = lambda text, meta: [
        {"text": "已登记", "custom": filed},
        {"text": "接着", "custom": {"form": {}}},
    ]
    await session()
    rasa.script = lambda text, meta: [{"text": "已登记", "custom": filed}]
    assert await session() == 2
    rasa.script = lambda text, meta: [{"text": "在办", "custom": {"ticket_number": "QT-7K3M-92XF"}}]
    assert await session() == 3
    assert await session() == 3


async def test_while_a_person_has_taken_over_the_assistant_is_silent(dialogue, county, rasa):
    await dialogue.handle(incoming("转人工"))
    conversation = await conversation_of(county)
    await _set_takeover(county, conversation.id, "taken")
    with county.hub.listen(STAFF) as staff:
        assert await dialogue.handle(incoming("我在听")) == []
        event = await asyncio.wait_for(anext(aiter(staff)), 1)
    assert event == {"type": "message", "conversation": conversation.id}
    assert len(rasa.asked) == 1
    assert (await said(county))[-1] == ("resident", "我在听")
    await _set_takeover(county, conversation.id, None)
    assert (await dialogue.handle(incoming("继续")))[-1].text == "您说：继续"


async def _set_takeover(county, conversation: str, state: str | None) -> None:
    async with county.db.write() as session:
        (await session.get(Conversation, conversation)).takeover = state


async def test_high_privacy_and_danger_mark_the_conversation(dialogue, county, rasa):
    services = (await county.directory.county()).services.values()
    high = next(s.code for s in services if s.high_privacy)
    ordinary = next(s.code for s in services if not s.high_privacy)
    for sender, custom, private in (
        ("a", {"urgent": True}, True),
        ("b", {"form": {"service": high}}, True),
        ("c", {"form": {"service": ordinary}}, False),
    ):
        rasa.script = lambda text, meta, custom=custom: [{"text": "好", "custom": custom}]
        await dialogue.handle(incoming("说", sender=sender))
        conversation = await conversation_of(county, sender)
        assert conversation.private is private
        async with county.db.read() as session:
            rows = await session.scalars(select(Message).where(Message.conversation == conversation.id))
            assert {row.private for row in rows} == {private}


async def test_nothing_that_was_said_stands_open_in_the_database(dialogue, county, rasa, tmp_path):
    from tests.channels.stand_in import button

    rasa.script = lambda text, meta: [
        {"text": "电话 13973451357 对吗", "buttons": [button("对", do="set", value="13973451357")]}
    ]
    await dialogue.handle(incoming("我叫周建国，电话 13973451357", sender="sender-of-zhou"))
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("county.db*"))
    for secret in ("13973451357", "周建国", "sender-of-zhou"):
        assert secret.encode() not in raw


async def test_a_turn_cut_off_half_way_is_taken_up_with_the_same_id(dialogue, county, rasa, monkeypatch):
    async def torn(*_args):
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(dialogue, "_ask", torn)
        task = asyncio.ensure_future(dialogue.handle(incoming("办证", id="9")))
        await asyncio.wait([task])
    answer = await dialogue.handle(incoming("办证", id="9"))
    assert answer[-1].text == "您说：办证"
    assert [author for author, _ in await said(county)] == ["resident", "assistant"]
