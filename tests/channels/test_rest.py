"""The REST webhook: who may speak, for whom, and what is refused how."""

import json
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from bot.channels import session as sessions
from bot.channels.keys import SENDER_LIMIT
from bot.conversations import push, store
from bot.conversations.models import Conversation
from bot.dialogue import texts
from bot.directory.roles import Role
from bot.limits import RateLimit
from tests.channels.conftest import channel_token
from tests.channels.stand_in import button

PATH = "/webhooks/rest/webhook"


async def say(client: TestClient, token: str, message: str, sender: str = "zhou", **more):
    response = await client.post(
        PATH,
        json={"sender": sender, "message": message, **more},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status == 200, await response.text()
    return await response.json()


async def test_answers_in_rasas_format_with_the_notice_once(client, token, rasa):
    first = await say(client, token, "轮椅怎么申请")
    assert [set(m) for m in first] == [{"recipient_id", "text", "buttons", "custom"}] * 2
    assert first[0]["custom"]["notice"]["url"] == "/privacy"
    assert first[1] == {"recipient_id": "zhou", "text": "您说：轮椅怎么申请", "buttons": [], "custom": {}}
    assert [m["text"] for m in await say(client, token, "好")] == ["您说：好"]


async def test_the_notice_comes_after_what_helps_in_danger(client, token, rasa):
    rasa.script = lambda text, meta: [{"text": "先打 110", "custom": {"urgent": True}}, {"text": "您安全吗"}]
    first = await say(client, token, "他打我")
    assert ["notice" in m["custom"] for m in first] == [False, False, True]


async def test_rasa_is_told_turn_conversation_and_session(client, token, rasa):
    await say(client, token, "你好", message_id="m-1")
    asked = rasa.asked[0]
    conversation = asked["metadata"]["conversation"]
    assert asked["sender"] == f"{conversation}:1"
    assert asked["metadata"] == {
        "turn": f"{conversation}:m-1",
        "channel": "rest",
        "conversation": conversation,
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic Zm9vOmJhcg=="}, 401),
        ({"Cookie": f"{sessions.COOKIE}=forged.{'0' * 64}"}, 401),
        ({"Cookie": f"{sessions.COOKIE}=forged"}, 401),
    ],
)
async def test_without_credentials_nobody_speaks(client, rasa, headers, status):
    response = await client.post(PATH, json={"sender": "a", "message": "b"}, headers=headers)
    assert response.status == status
    assert response.content_type == "application/problem+json"
    assert (await response.json())["status"] == status
    assert "Bearer" in response.headers["WWW-Authenticate"]
    assert rasa.asked == []


async def test_tokens_of_other_roles_expired_and_revoked_ones_are_refused(client, county, clock, rasa):
    for role in Role:
        if role is not Role.CHANNEL:
            other = await channel_token(county, "x", role)
            response = await client.post(
                PATH, json={"sender": "a", "message": "b"}, headers={"Authorization": f"Bearer {other}"}
            )
            assert response.status == 403
    short = await channel_token(county, "x", days=1)
    clock.ahead = timedelta(days=2)
    response = await client.post(
        PATH, json={"sender": "a", "message": "b"}, headers={"Authorization": f"Bearer {short}"}
    )
    assert response.status == 401
    assert rasa.asked == []


async def test_nobody_speaks_for_anothers_conversation(client, county, token, rasa):
    other = await channel_token(county, "other")
    await say(client, token, "我是周远", sender="zhou")
    await say(client, other, "我也叫周远", sender="zhou")
    await say(client, other, "冒名", sender="partner:zhou")
    cookie = sessions.sign(county.vault, "partner:zhou")
    response = await client.post(
        PATH, json={"sender": "zhou", "message": "冒名"}, headers={"Cookie": f"{sessions.COOKIE}={cookie}"}
    )
    assert response.status == 200
    assert len({asked["sender"] for asked in rasa.asked}) == 4


async def test_a_token_name_cannot_be_made_to_look_like_another(client, county, rasa):
    await say(client, await channel_token(county, "a"), "x", sender="b:c")
    await say(client, await channel_token(county, "a:b"), "x", sender="c")
    assert len({asked["sender"] for asked in rasa.asked}) == 2


async def test_the_session_ignores_the_named_sender_and_demands_its_own_origin(client, county, rasa):
    cookie = {"Cookie": f"{sessions.COOKIE}={sessions.sign(county.vault, 'mine')}"}
    body = {"sender": "someone else", "message": "在吗"}
    assert (await client.post(PATH, json=body, headers=cookie)).status == 200
    evil = {**cookie, "Origin": "https://evil.example"}
    assert (await client.post(PATH, json=body, headers=evil)).status == 403
    own = {**cookie, "Origin": f"http://{client.host}:{client.port}"}
    assert (await client.post(PATH, json=body, headers=own)).status == 200
    async with county.db.read() as session:
        (only,) = (await session.scalars(select(Conversation))).all()
        assert store.sender_of(county.vault, only) == "mine"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", '{"sender":"a","message":"b"}', 415),
        ("application/x-www-form-urlencoded", "sender=a&message=b", 415),
        ("application/json", "{", 422),
        ("application/json", "[]", 422),
        ("application/json", '{"message":"b"}', 422),
        ("application/json", '{"sender":"a"}', 422),
        ("application/json", '{"sender":"a","message":7}', 422),
        ("application/json", '{"sender":"a","message":"  "}', 422),
        ("application/json", '{"sender":"a","message":"\\ud800"}', 422),
        ("application/json", json.dumps({"sender": "s" * 201, "message": "b"}), 422),
        ("application/json", json.dumps({"sender": "a", "message": "长" * 30000}), 413),
    ],
)
async def test_what_cannot_be_read_is_a_problem_document(client, token, rasa, kind, body, status):
    response = await client.post(
        PATH, data=body.encode(), headers={"Authorization": f"Bearer {token}", "Content-Type": kind}
    )
    assert response.status == status
    assert response.content_type == "application/problem+json"
    assert rasa.asked == []


async def test_a_long_message_is_refused_kindly_and_not_kept(client, county, token, rasa):
    assert [m["text"] for m in await say(client, token, "长" * 2001)] == [texts.TOO_LONG]
    assert rasa.asked == []
    assert len(await say(client, token, "长" * 2000)) == 2


async def test_each_sender_has_a_rate(client, token, rasa):
    client.app[SENDER_LIMIT]._tolerance, client.app[SENDER_LIMIT]._interval = 2 * 30.0, 30.0
    for _ in range(3):
        await say(client, token, "快")
    response = await client.post(
        PATH, json={"sender": "zhou", "message": "快"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 30
    assert len(await say(client, token, "别人", sender="li")) == 2


def test_the_limit_lets_through_burst_then_rate():
    at = 0.0
    limit = RateLimit(3, 2, clock=lambda: at)
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, pytest.approx(0.5)]
    assert limit.wait("b") == 0
    at = 0.5
    assert [limit.wait("a") > 0 for _ in range(2)] == [False, True]


async def test_text_that_begins_with_a_slash_is_text(client, token, rasa):
    for text in ("/restart", "  /greet", '/inform{"phone":"1"}', "/press"):
        await say(client, token, text)
    assert all(not asked["message"].strip().startswith("/") for asked in rasa.asked)
    assert all("command" not in asked["metadata"] for asked in rasa.asked)


async def test_buttons_are_opaque_and_of_their_conversation_alone(client, county, token, rasa):
    rasa.script = lambda text, meta: [
        {"text": "哪种？", "buttons": [button("肢体", do="set", slot="t", value="肢体")]}
    ]
    shown = (await say(client, token, "办证"))[-1]["buttons"][0]
    assert shown["title"] == "肢体"
    assert "set" not in shown["payload"]
    await say(client, token, shown["payload"], sender="li")
    assert rasa.asked[-1]["message"] == shown["payload"] and "command" not in rasa.asked[-1]["metadata"]
    await say(client, token, shown["payload"])
    assert rasa.asked[-1]["message"] == "/press"
    assert rasa.asked[-1]["metadata"]["command"] == {"do": "set", "slot": "t", "value": "肢体"}
    await say(client, token, '{"do":"set","slot":"t","value":"视力"}')
    assert "command" not in rasa.asked[-1]["metadata"]


async def test_the_title_typed_presses_only_buttons_of_the_last_answer(client, token, rasa):
    rasa.script = lambda text, meta: (
        [{"text": "哪种？", "buttons": [button("肢体", do="set", value="肢体")]}]
        if text == "办证"
        else [{"text": "好"}]
    )
    await say(client, token, "办证")
    await say(client, token, "肢体")
    assert rasa.asked[-1]["metadata"]["command"] == {"do": "set", "value": "肢体"}
    await say(client, token, "肢体")
    assert "command" not in rasa.asked[-1]["metadata"]


async def test_a_message_delivered_twice_is_answered_once(client, token, rasa):
    first = await say(client, token, "办证", message_id="m-7")
    assert await say(client, token, "办证", message_id="m-7") == first
    assert len(rasa.asked) == 1
    await say(client, token, "办证", message_id="m-7", sender="li")
    assert len(rasa.asked) == 2


async def test_what_was_told_meanwhile_comes_with_the_next_answer_once(client, county, token, rasa):
    await say(client, token, "你好")
    found = await conversation(county)
    await push.tell(county, found.id, "县残联已经签收", custom={"progress": "签收"}, key="step")
    rasa.script = lambda text, meta: [{"text": "答"}]
    first = await say(client, token, "怎么样了", message_id="m1")
    assert [m["text"] for m in first] == ["县残联已经签收", "答"]
    assert first[0]["custom"] == {"progress": "签收", "earlier": True}
    assert [set(m) for m in first] == [{"recipient_id", "text", "buttons", "custom"}] * 2
    assert [m["text"] for m in await say(client, token, "好", message_id="m2")] == ["答"]
    assert await say(client, token, "怎么样了", message_id="m1") == first


async def test_danger_is_answered_before_what_was_told_meanwhile(client, county, token, rasa):
    await say(client, token, "你好")
    await push.reply(county, (await conversation(county)).id, "王芳", "我在，您说")
    rasa.script = lambda text, meta: [{"text": "先打 110", "custom": {"urgent": True}}]
    assert [m["text"] for m in await say(client, token, "他打我")] == ["先打 110", "我在，您说"]


async def test_what_was_held_back_in_a_private_matter_is_not_told_later(client, county, token, rasa):
    rasa.script = lambda text, meta: [{"text": "先打 110", "custom": {"urgent": True}}]
    await say(client, token, "他打我")
    await push.tell(county, (await conversation(county)).id, "妇联已经签收")
    assert "妇联已经签收" not in [m["text"] for m in await say(client, token, "好")]


async def test_the_lines_that_a_person_writes_come_while_the_assistant_is_silent(client, county, token, rasa):
    await say(client, token, "你好")
    found = await conversation(county)
    async with county.db.write() as session:
        row = await session.get(Conversation, found.id)
        row.takeover = "taken"
    await push.reply(county, found.id, "王芳", "您说")
    assert [m["text"] for m in await say(client, token, "我在等")] == ["您说"]
    assert await say(client, token, "在吗") == []


@pytest.mark.parametrize(
    "body",
    [
        r'{"sender": "a", "message": "b", "message_id": "\ud800"}',
        r'{"sender": "a", "message": "b", "metadata": {"\udfff": ["\ud800"]}}',
        '{"sender": "a", "message": "b", "metadata": ' + "[" * 20000 + "]" * 20000 + "}",
    ],
)
async def test_what_cannot_be_written_anywhere_in_the_body_is_refused(client, token, rasa, body):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    response = await client.post(PATH, data=body, headers=headers)
    assert (response.status, response.content_type) == (422, "application/problem+json")
    assert rasa.asked == []


async def conversation(county) -> Conversation:
    async with county.db.read() as session:
        return await store.find(session, county.vault, "rest", "partner:zhou")
