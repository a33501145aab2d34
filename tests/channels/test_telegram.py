"""Telegram through the real library, against a Bot API server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from telegram import Update
from telegram.error import NetworkError

from bot.channels.app import add_channels
from bot.channels.telegram import channel, shape
from bot.channels.telegram.channel import CONTACT_HINT, NOT_IN_GROUPS, ONLY_TEXT
from bot.channels.telegram.run import BOT, RUNNING
from bot.conversations import push, store
from bot.conversations.models import Conversation
from bot.dialogue import texts
from bot.tickets.delivery.adapters import Undeliverable
from bot.tickets.models import Attachment
from tests.channels.bot_api import CHAT, TOKEN, BotApi
from tests.channels.stand_in import button
from tests.channels.test_upload import photo


@pytest.fixture
async def api(county) -> AsyncIterator[BotApi]:
    made = BotApi()
    running = TestServer(made.app())
    await running.start_server()
    county.settings.telegram_token = TOKEN
    county.settings.telegram_base_url = str(running.make_url("/"))
    yield made
    await running.close()


@pytest.fixture
async def served(county, dialogue, api) -> AsyncIterator[TestClient]:
    app = web.Application()
    add_channels(app, county, dialogue)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def talk(served, api, county):
    """Past the first message, whose notice is not what the tests are about."""
    await api.give(api.message(text="你好"))
    await api.wait_for(2)
    api.calls.clear()
    return api


async def own(county) -> Conversation:
    async with county.db.read() as session:
        return await store.find(session, county.vault, "telegram", "77")


async def test_a_message_is_answered_with_the_notice_first(served, api):
    await api.give(api.message(text="轮椅怎么申请"))
    first, second = await api.wait_for(2)
    assert "随时可以查看" in first["text"]
    assert (second["chat_id"], second["text"]) == ("77", "您说：轮椅怎么申请")
    menu = api.sent("setMyCommands")[0]["commands"]
    assert [entry["command"] for entry in menu] == ["start", "help", "ticket", "cancel"]


async def test_an_update_delivered_twice_is_handled_once(talk, rasa):
    update = talk.message(text="轮椅")
    await talk.give(update, update)
    await talk.give(talk.message(text="完"))
    await talk.wait_for(2)
    assert [call["text"] for call in talk.sent()] == ["您说：轮椅", "您说：完"]
    assert [asked["message"] for asked in rasa.asked] == ["你好", "轮椅", "完"]


async def test_an_update_delivered_again_after_a_restart_is_not_answered_again(
    talk, served, county, dialogue, rasa
):
    update = talk.message(text="轮椅")
    await talk.give(update)
    await talk.wait_for(1)
    await served.close()
    app = web.Application()
    add_channels(app, county, dialogue)
    async with TestClient(TestServer(app)):
        await talk.give(update, talk.message(text="完"))
        assert [call["text"] for call in await talk.wait_for(2)] == ["您说：轮椅", "您说：完"]


async def test_a_send_that_fails_is_tried_again(talk, monkeypatch):
    monkeypatch.setattr(channel, "PAUSES", (0.01, 0.01))
    talk.broken = [True, True]
    await talk.give(talk.message(text="轮椅"))
    assert [call["text"] for call in await talk.wait_for(1)] == ["您说：轮椅"]


async def test_what_was_not_sent_is_sent_when_the_update_comes_again_and_nothing_twice(
    talk, served, rasa, monkeypatch
):
    monkeypatch.setattr(channel, "PAUSES", ())
    rasa.script = lambda text, meta: [{"text": f"一{text}"}, {"text": f"二{text}"}]
    update = Update.de_json(talk.message(text="轮椅"), served.app[BOT])
    talk.broken = [False, True]
    with pytest.raises(NetworkError):
        await served.app[RUNNING].take(update)
    assert [call["text"] for call in talk.sent()] == ["一轮椅"]
    for _ in range(2):
        await served.app[RUNNING].take(update)
        served.app[RUNNING]._seen.clear()
    assert [call["text"] for call in talk.sent()] == ["一轮椅", "二轮椅"]
    assert [asked["message"] for asked in rasa.asked[1:]] == ["轮椅"]


async def test_an_answer_cut_off_by_a_restart_is_sent_by_the_next_start(
    talk, served, county, dialogue, rasa, monkeypatch
):
    monkeypatch.setattr(channel, "PAUSES", ())
    talk.broken = [True]
    await talk.give(talk.message(text="轮椅"))
    while talk.broken:
        await asyncio.sleep(0.01)
    await served.close()
    assert talk.sent() == []
    app = web.Application()
    add_channels(app, county, dialogue)
    async with TestClient(TestServer(app)):
        await talk.wait_for(1)
        await talk.give(talk.message(text="完"))
        assert [call["text"] for call in await talk.wait_for(2)] == ["您说：轮椅", "您说：完"]


async def test_who_blocks_the_bot_is_not_written_to_again(talk, dialogue, county):
    talk.blocked = True
    await talk.give(talk.message(text="轮椅"))
    async with asyncio.timeout(10):
        while await dialogue.unsent("telegram", county.clock() - timedelta(hours=1)) or not talk.confirmed:
            await asyncio.sleep(0.02)
    assert talk.sent() == []


async def test_commands_become_intents_and_unknown_ones_are_text(talk, rasa):
    for text in ("/start", "/help", "/ticket@county_bot", "/cancel", "/ticket QT-7K3M-92XF", "/restart"):
        await talk.give(talk.message(text=text))
        await talk.wait_for(len(talk.sent()) + 1)
    asked = rasa.asked[1:]
    intents = [a["metadata"].get("command", {}).get("intent") for a in asked]
    assert intents == ["greet", "help", "check_ticket", "cancel", None, None]
    assert [a["message"] for a in asked[4:]] == ["查工单 QT-7K3M-92XF", "／restart"]


async def test_a_press_sends_the_command_and_marks_the_choice(talk, rasa):
    rasa.script = lambda text, meta: (
        [{"text": "记下了"}]
        if meta.get("command")
        else [
            {
                "text": "哪种？",
                "buttons": [button("肢体", do="set", value="肢体"), button("视力", do="set", value="视力")],
            }
        ]
    )
    await talk.give(talk.message(text="办证"))
    (asked,) = await talk.wait_for(1)
    assert [[key["text"] for key in row] for row in asked["reply_markup"]["inline_keyboard"]] == [
        ["肢体", "视力"]
    ]
    await talk.give(talk.press(asked, "肢体"))
    await talk.wait_for(2)
    assert rasa.asked[-1]["metadata"]["command"] == {"do": "set", "value": "肢体"}
    assert len(talk.sent("answerCallbackQuery")) == 1
    (edited,) = talk.sent("editMessageReplyMarkup")
    assert edited["reply_markup"]["inline_keyboard"] == [[{"text": "✓ 肢体", "callback_data": "."}]]


async def test_useful_or_not_leaves_the_other_buttons(talk, rasa):
    rasa.script = lambda text, meta: [
        {
            "text": "答",
            "buttons": [
                button("登记办理", do="start"),
                button("有用", do="helpful", yes=True),
                button("没用", do="helpful", yes=False),
            ],
        }
    ]
    await talk.give(talk.message(text="问"))
    (asked,) = await talk.wait_for(1)
    await talk.give(talk.press(asked, "有用"))
    (edited,) = await talk.wait_for(1, "editMessageReplyMarkup")
    left = [key["text"] for row in edited["reply_markup"]["inline_keyboard"] for key in row]
    assert left == ["✓ 有用", "登记办理"]


async def test_a_button_of_another_chat_is_refused(talk, rasa):
    rasa.script = lambda text, meta: [{"text": "？", "buttons": [button("确认", do="confirm")]}]
    await talk.give(talk.message(text="办"))
    (asked,) = await talk.wait_for(1)
    other = {**CHAT, "id": 88}
    await talk.give(talk.press(asked, "确认", chat=other))
    calls = await talk.wait_for(2)
    assert (calls[-1]["chat_id"], calls[-1]["text"]) == ("88", texts.STALE_BUTTON)
    assert not [a for a in rasa.asked if a["metadata"].get("command")]


async def test_groups_are_sent_to_the_private_chat(talk, rasa):
    group = {"id": -5, "type": "group", "title": "村民群"}
    await talk.give(talk.message(chat=group, text="我叫周远"), talk.message(chat=group, text="/start"))
    (told,) = await talk.wait_for(1)
    assert (told["chat_id"], told["text"]) == ("-5", NOT_IN_GROUPS)
    assert len(rasa.asked) == 1


async def test_a_photo_is_kept_and_goes_with_its_caption(talk, county, rasa):
    talk.files["f1"] = photo()
    sizes = [{"file_id": "f1", "file_unique_id": "u", "width": 64, "height": 48, "file_size": 900}]
    await talk.give(talk.message(photo=sizes, caption="证件照"))
    await talk.wait_for(1)
    async with county.db.read() as session:
        (kept,) = (await session.scalars(select(Attachment))).all()
    assert rasa.asked[-1]["metadata"]["attachments"] == [kept.id]
    assert rasa.asked[-1]["message"] == "证件照"
    talk.files["f2"] = b"no picture"
    await talk.give(talk.message(document={"file_id": "f2", "file_unique_id": "v", "mime_type": "image/png"}))
    assert "不是图片" in (await talk.wait_for(2))[-1]["text"]
    await talk.give(talk.message(location={"longitude": 1.0, "latitude": 2.0}))
    assert (await talk.wait_for(3))[-1]["text"] == ONLY_TEXT


async def test_the_phone_question_offers_the_contact_key_and_takes_it_away(talk, rasa):
    rasa.script = lambda text, meta: (
        [{"text": "电话是多少？", "custom": {"form": {"service": "C05", "asking": "phone"}}}]
        if text == "办"
        else [{"text": "记下了"}]
    )
    await talk.give(talk.message(text="办"))
    (asked,) = await talk.wait_for(1)
    assert asked["reply_markup"]["keyboard"] == [[{"text": shape.CONTACT_LABEL, "request_contact": True}]]
    await talk.give(
        talk.message(contact={"phone_number": "+8613973451357", "first_name": "远", "user_id": 77})
    )
    answer = (await talk.wait_for(2))[-1]
    assert rasa.asked[-1]["message"] == "13973451357"
    assert answer["reply_markup"] == {"remove_keyboard": True}


async def test_the_contact_key_stands_beside_buttons(talk, rasa):
    rasa.script = lambda text, meta: [
        {"text": "电话？", "buttons": [button("跳过", do="skip")], "custom": {"form": {"asking": "phone"}}}
    ]
    await talk.give(talk.message(text="办"))
    assert [call["text"] for call in await talk.wait_for(2)] == ["电话？", CONTACT_HINT]


async def test_long_answers_are_split_and_the_keyboard_hangs_under_the_last_part(talk, rasa):
    rasa.script = lambda text, meta: [{"text": "一句话。" * 2000, "buttons": [button("好", do="ok")]}]
    await talk.give(talk.message(text="长"))
    parts = await talk.wait_for(2)
    assert "".join(part["text"] for part in parts) == "一句话。" * 2000
    assert ["reply_markup" in part for part in parts] == [False, True]


def test_parts_keep_whole_characters_and_nothing_is_lost():
    for text in ("好" * 9000, "𠮷" * 5000, "甲。" * 4000, "a\n" * 4000, ("段" * 3000 + "\n") * 3):
        parts = shape.split(text)
        assert all(shape.units(part) <= shape.LONGEST for part in parts)
        assert "".join(parts).replace("\n", "") == text.replace("\n", "")


async def test_the_flood_limit_is_obeyed(talk, rasa):
    talk.patience = [1]
    await talk.give(talk.message(text="快"))
    assert [call["text"] for call in await talk.wait_for(1)] == ["您说：快"]
    assert talk.patience == []


async def test_later_news_are_pushed_but_not_in_a_private_matter(talk, county):
    conversation = await own(county)
    await push.tell(county, conversation.id, "县残联已签收", key="k")
    assert (await talk.wait_for(1))[-1]["text"] == "县残联已签收"
    await push.reply(county, conversation.id, "李晓芸", "我在")
    assert (await talk.wait_for(2))[-1]["text"] == "值班员 李晓芸：我在"
    async with county.db.write() as session:
        (await session.get(Conversation, conversation.id)).private = True
    await push.tell(county, conversation.id, "县妇联已受理", key="k2")
    await talk.give(talk.message(text="在吗"))
    assert [c["text"] for c in await talk.wait_for(3)][2:] == ["您说：在吗"]


async def test_who_blocked_the_bot_cannot_be_reached(talk, county):
    conversation = await own(county)
    talk.blocked = True
    with pytest.raises(Undeliverable):
        await push.tell(county, conversation.id, "县残联已签收", key="k")


async def test_the_webhook_demands_its_secret(county, dialogue, api, rasa):
    county.settings.telegram_webhook_secret = "s3cret"
    county.settings.public_url = "https://county.example"
    app = web.Application()
    add_channels(app, county, dialogue)
    async with TestClient(TestServer(app)) as client:
        (hook,) = await api.wait_for(1, "setWebhook")
        assert hook["url"] == "https://county.example/webhooks/telegram" and hook["secret_token"] == "s3cret"
        update = api.message(text="轮椅")
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
            assert (await client.post("/webhooks/telegram", json=update, headers=headers)).status == 403
        assert rasa.asked == []
        right = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
        for _ in range(2):
            assert (await client.post("/webhooks/telegram", json=update, headers=right)).status == 200
        assert len(rasa.asked) == 1 and len(api.sent()) == 2
        assert (await client.post("/webhooks/telegram", data=b"x", headers=right)).status == 422


@pytest.fixture
async def hooked(county, dialogue, api):
    """Puts an update to the webhook with the right secret, or with the headers that are given."""
    county.settings.telegram_webhook_secret = "s3cret"
    county.settings.public_url = "https://county.example"
    app = web.Application()
    add_channels(app, county, dialogue)
    async with TestClient(TestServer(app)) as client:
        await api.wait_for(1, "setWebhook")

        async def put(update, **headers) -> int:
            headers = headers or {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
            async with client.post("/webhooks/telegram", json=update, headers=headers) as answer:
                return answer.status

        yield put


def changed(update, **message):
    """The update with parts of its message replaced; None takes a part away."""
    new = {name: value for name, value in {**update["message"], **message}.items() if value is not None}
    return {**update, "message": new}


@pytest.mark.parametrize(
    "forged",
    [
        {"from": {"id": 88, "is_bot": False, "first_name": "别人"}},
        {"from": {"id": 77, "is_bot": True, "first_name": "机器"}},
        {"from": None},
        {"chat": {"id": 88, "type": "private", "first_name": "别人"}},
        {"chat": {"id": "77", "type": "private"}},
        {"chat": {"id": "77; DROP TABLE tickets", "type": "private"}},
        {"chat": {"id": -77, "type": "private"}},
        {"chat": {"id": -5, "type": "supergroup", "title": "群"}},
        {"chat": {"id": -5, "type": "channel", "title": "频道"}},
    ],
    ids=lambda change: str(change)[:60],
)
async def test_nobody_speaks_under_anothers_chat_id(hooked, api, rasa, county, forged):
    assert await hooked(changed(api.message(text="我叫周远，查我的工单"), **forged)) in (200, 422)
    assert rasa.asked == []
    async with county.db.read() as session:
        assert (await session.scalars(select(Conversation))).all() == []
    assert await hooked(api.message(text="你好")) == 200 and len(rasa.asked) == 1


async def test_updates_of_other_kinds_and_forged_presses_do_nothing(hooked, api, rasa):
    rasa.script = lambda text, meta: [{"text": "？", "buttons": [button("确认", do="confirm")]}]
    assert await hooked(api.message(text="办")) == 200
    asked = api.sent()[-1]
    said = api.message(text="办")["message"]
    press = api.press(asked, "确认")
    other = {"id": 88, "is_bot": False, "first_name": "别人"}
    for update in (
        api.update(channel_post={**said, "chat": {"id": 77, "type": "channel", "title": "x"}}),
        api.update(edited_message={**said, "edit_date": 1795500001}),
        api.update(inline_query={"id": "1", "from": other, "query": "办", "offset": ""}),
        {**press, "callback_query": {**press["callback_query"], "from": other}},
        {**press, "callback_query": {**press["callback_query"], "message": None}},
        {**press, "callback_query": {**press["callback_query"], "data": "confirm"}, "update_id": 5},
        {"update_id": "x"},
        {},
        [],
    ):
        assert await hooked(update) in (200, 422), update
    assert not [one for one in rasa.asked if one["metadata"].get("command")]


async def test_where_updates_are_polled_there_is_no_webhook(served, api, rasa):
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": ""}):
        answer = await served.post("/webhooks/telegram", json=api.message(text="轮椅"), headers=headers)
        assert answer.status == 404
    assert rasa.asked == []
