"""The page's WebSocket: who may open it, what comes after a break, what a private matter hides."""

import asyncio

import pytest
from aiohttp import WSServerHandshakeError

from bot.channels import session as sessions
from bot.conversations import push, store
from bot.conversations.models import Conversation
from bot.dialogue import texts
from tests.channels.stand_in import button


class Page:
    """A page with its session and its open socket."""

    def __init__(self, client, cookie: str) -> None:
        self.client, self.cookie, self.view, self.last = client, cookie, None, None

    async def open(self, since=None, view=None) -> dict:
        self.socket = await self.client.ws_connect("/ws", headers=headers(self.client, self.cookie))
        await self.socket.send_json({"type": "hello", "since": since, "view": view})
        welcome = await self.take("welcome")
        self.view = welcome["view"]
        return welcome

    async def take(self, kind: str) -> dict:
        while True:
            event = await asyncio.wait_for(self.socket.receive_json(), 5)
            if event["type"] == kind:
                return event

    async def until_done(self, name: str) -> list[dict]:
        """The messages until the turn is over."""
        found = []
        while True:
            event = await asyncio.wait_for(self.socket.receive_json(), 5)
            if event["type"] == "message":
                found.append(event["message"])
            if event["type"] == "done" and event["id"] == name:
                return found

    async def say(self, name: str, **more) -> list[dict]:
        await self.socket.send_json({"type": "say", "id": name, **more})
        return await self.until_done(name)


def headers(client, cookie: str, origin: str | None = None) -> dict[str, str]:
    own = f"http://{client.host}:{client.port}"
    return {"Cookie": f"{sessions.COOKIE}={cookie}", "Origin": own if origin is None else origin}


@pytest.fixture
def page(client, county):
    return Page(client, sessions.sign(county.vault, "zhou"))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
async def test_a_foreign_or_missing_origin_is_refused(client, county, origin):
    own = headers(client, sessions.sign(county.vault, "zhou"), origin or "")
    if origin is None:
        del own["Origin"]
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect("/ws", headers=own)
    assert refused.value.status == 403


@pytest.mark.parametrize("cookie", ["", "zhou", "zhou.", f"zhou.{'0' * 64}"])
async def test_without_a_signed_session_it_is_refused(client, cookie):
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect("/ws", headers=headers(client, cookie))
    assert refused.value.status == 401


async def test_the_first_visit_gets_a_session_that_scripts_cannot_read(client):
    response = await client.get("/")
    cookie = response.cookies[sessions.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    again = await client.get("/")
    assert sessions.COOKIE not in again.cookies


async def test_what_is_said_comes_back_numbered_with_the_answer(page):
    await page.open()
    found = await page.say("a1", text="轮椅")
    assert [(m["number"], m["author"], m["id"]) for m in found] == [
        (1, "resident", "a1"),
        (2, "assistant", None),
        (3, "assistant", None),
    ]


async def test_after_a_break_what_was_missed_comes_and_what_was_sent_again_is_not_doubled(page, client, rasa):
    await page.open()
    await page.say("a1", text="一")
    await page.socket.send_json({"type": "say", "id": "a2", "text": "二"})
    await page.take("typing")
    await page.socket.close()
    welcome = await page.open(since=3, view=page.view)
    missed = [m["text"] for m in welcome["messages"]]
    assert missed[0] == "二" and welcome["fresh"] is False
    rest = await page.say("a2", text="二")
    assert [*missed, *(m["text"] for m in rest)] == ["二", "您说：二"]
    assert [asked["message"] for asked in rasa.asked] == ["一", "二"]


async def test_history_comes_on_reload_and_to_this_session_alone(page, client, county):
    await page.open()
    await page.say("a1", text="轮椅")
    assert [m["text"] for m in (await page.open())["messages"]][-1] == "您说：轮椅"
    other = Page(client, sessions.sign(county.vault, "li"))
    assert (await other.open(since=0, view=page.view))["messages"] == []


async def test_a_private_matter_is_not_restored_but_survives_a_break(page, rasa):
    rasa.script = lambda text, meta: [{"text": "先打 110", "custom": {"urgent": True}}]
    opened = await page.open()
    await page.say("a1", text="他打我")
    again = await page.open(since=1, view=opened["view"])
    assert "先打 110" in [m["text"] for m in again["messages"]]
    reloaded = await page.open()
    assert reloaded["private"] and reloaded["messages"] == []
    replayed = await page.open(since=0, view=reloaded["view"])
    assert replayed["messages"] == []


async def test_buttons_of_another_conversation_are_refused(page, client, county, rasa):
    rasa.script = lambda text, meta: [{"text": "？", "buttons": [button("对", do="confirm")]}]
    await page.open()
    token = (await page.say("a1", text="办"))[-1]["buttons"][0]["payload"]
    other = Page(client, sessions.sign(county.vault, "li"))
    await other.open()
    assert (await other.say("b1", token=token))[-1]["text"] == texts.STALE_BUTTON
    assert len(rasa.asked) == 1
    await page.say("a2", token=token)
    assert rasa.asked[-1]["metadata"]["command"] == {"do": "confirm"}


async def test_nonsense_closes_the_socket(page):
    for nonsense in (
        "[]",
        "x",
        '{"type":"drop"}',
        '{"type":"say","id":3,"text":"x"}',
        '{"type":"say","id":"a"}',
    ):
        await page.open()
        await page.socket.send_str(nonsense)
        frame = await asyncio.wait_for(page.socket.receive(), 5)
        while frame.type.name == "TEXT":
            frame = await asyncio.wait_for(page.socket.receive(), 5)
        assert frame.type.name in ("CLOSE", "CLOSING", "CLOSED")


async def test_later_news_reach_the_open_page_once_and_not_a_private_one(page, county):
    await page.open()
    await page.say("a1", text="轮椅")
    async with county.db.read() as session:
        own = (await store.find(session, county.vault, "web", "zhou")).id
    await push.tell(county, own, "县残联已签收", key="k1")
    await push.tell(county, own, "县残联已签收", key="k1")
    await push.reply(county, own, "李晓芸", "我在", org="县妇联")
    first, second = (await page.take("message"))["message"], (await page.take("message"))["message"]
    assert (first["text"], second["text"], second["name"]) == ("县残联已签收", "我在", "李晓芸")
    async with county.db.write() as session:
        (await session.get(Conversation, own)).private = True
    await push.tell(county, own, "县妇联已受理", key="k2")
    await push.reply(county, own, "李晓芸", "把门锁好")
    assert (await page.take("message"))["message"]["text"] == "把门锁好"
    again = await page.open(since=second["number"], view=page.view)
    assert [m["text"] for m in again["messages"]] == ["把门锁好"]


async def test_leaving_cuts_the_browser_from_the_conversation(page, client, county):
    await page.open()
    await page.say("a1", text="轮椅")
    own = headers(client, page.cookie)
    crossed = await client.get(
        "/leave", headers={**own, "Sec-Fetch-Site": "cross-site"}, allow_redirects=False
    )
    assert sessions.COOKIE not in crossed.cookies
    left = await client.get("/leave", headers={"Cookie": own["Cookie"]}, allow_redirects=False)
    assert left.status == 303 and left.headers["Location"] == county.settings.exit_url
    assert left.cookies[sessions.COOKIE]["max-age"] == "0"
    assert (await page.open())["messages"] == []
