"""Later news and the person on duty, on both kinds of database."""

import pytest

from bot.conversations import handover, push, store
from bot.conversations.models import Conversation
from bot.dialogue import Incoming
from bot.tickets.delivery.adapters import DeliveryItem
from tests.channels.stand_in import button


@pytest.fixture
async def conversation(dialogue, county) -> str:
    await dialogue.handle(Incoming("rest", "zhou", "你好"))
    async with county.db.read() as session:
        return (await store.find(session, county.vault, "rest", "zhou")).id


async def said(county, conversation: str) -> list[store.Line]:
    async with county.db.read() as session:
        return (await store.lines(session, county.vault, conversation))[3:]


def item(county, conversation: str, **payload) -> DeliveryItem:
    return DeliveryItem(1, "k-1", "resident", conversation, payload, None, 1, county.clock())


async def test_a_delivery_repeated_is_stored_once_and_its_button_works(conversation, county, dialogue, rasa):
    rate = button("满意", do="rate", number="QT-7K3M-92XF", rating="满意")
    delivery = item(county, conversation, text="办好了，请评价", buttons=[rate], custom={"step": {}})
    adapter = push.ResidentAdapter(county)
    await adapter.deliver(delivery)
    await adapter.deliver(delivery)
    (line,) = await said(county, conversation)
    assert (line.author, line.text, line.turn) == ("assistant", "办好了，请评价", "k-1")
    await dialogue.handle(Incoming("rest", "zhou", "满意"))
    assert rasa.asked[-1]["metadata"]["command"] == {"do": "rate", "number": "QT-7K3M-92XF", "rating": "满意"}


async def test_a_carrier_that_fails_makes_the_outbox_try_again_without_a_second_copy(conversation, county):
    brought = []

    async def carrier(sender: str, line: store.Line) -> None:
        brought.append((sender, line.text))
        if len(brought) == 1:
            raise ConnectionError

    county.hub.carriers["rest"] = carrier
    adapter = push.ResidentAdapter(county)
    with pytest.raises(ConnectionError):
        await adapter.deliver(item(county, conversation, text="已签收"))
    await adapter.deliver(item(county, conversation, text="已签收"))
    assert brought == [("zhou", "已签收")] * 2
    assert len(await said(county, conversation)) == 1


async def test_news_for_nobody_are_an_error(county):
    with pytest.raises(LookupError):
        await push.tell(county, "nobody", "？")


async def test_a_private_matter_is_told_nowhere(conversation, county, clock):
    brought = []

    async def carrier(_sender: str, line: store.Line) -> None:
        brought.append(line.text)

    county.hub.carriers["rest"] = carrier
    async with county.db.write() as session:
        (await session.get(Conversation, conversation)).private = True
    await push.tell(county, conversation, "已受理")
    await push.reply(county, conversation, "李晓芸", "我在")
    clock.ahead = push.REPLY_WINDOW * 2
    await push.reply(county, conversation, "李晓芸", "还在吗")
    assert brought == ["我在"]
    assert [line.held for line in await said(county, conversation)] == [True, False, True]


async def test_one_person_takes_over_and_hands_back(conversation, county, dialogue, rasa):
    await handover.want_person(county, conversation, "asked")
    async with county.db.read() as session:
        assert (await session.get(Conversation, conversation)).takeover == "waiting"
    async with county.db.write() as session:
        from bot.directory.models import Staff

        for number in (1, 2):
            session.add(
                Staff(
                    login=f"s{number}",
                    name="李晓芸",
                    role="reviewer",
                    org="ZX",
                    password_hash="",
                    created_at=county.clock(),
                )
            )
    assert await handover.take_over(county, conversation, 1)
    assert not await handover.take_over(county, conversation, 2)
    assert await dialogue.handle(Incoming("rest", "zhou", "在吗")) == []
    await handover.hand_back(county, conversation)
    before = rasa.asked[-1]["sender"]
    await dialogue.handle(Incoming("rest", "zhou", "好"))
    assert rasa.asked[-1]["sender"] != before
