"""The look-up pages, over the real tickets."""

import re

import pytest

from bot.channels import session as sessions
from bot.channels import track
from bot.conversations import store
from bot.conversations.models import Conversation
from bot.tickets.actors import resident
from tests.tickets.conftest import SAFE, SECOND, Desk, desk

__all__ = ["desk"]


class Visitor:
    """A browser of the look-up page."""

    def __init__(self, client) -> None:
        self.client = client
        self.origin = f"http://{client.host}:{client.port}"

    async def look(self, number: str, code: str, **headers: str):
        return await self.client.post(
            "/track", data={"number": number, "code": code}, headers={"Origin": self.origin, **headers}
        )

    async def act(self, number: str, what: str, **more: str):
        headers = {"Origin": more.pop("origin", self.origin)}
        return await self.client.post(f"/track/{number}", data={"what": what, **more}, headers=headers)


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


async def test_number_and_code_open_the_progress_without_anything_in_the_address(desk: Desk, visitor):
    filed = await desk.file()
    number = filed.ticket.number
    code = f"{filed.retrieval_code[:3]} {filed.retrieval_code[3:]}"
    page = await visitor.look(number.lower().replace("-", " "), code)
    text = await page.text()
    assert page.status == 200 and page.url.path == f"/track/{number}" and not page.url.query
    assert "已登记" in text and "康复辅助器具" in text
    assert "13907351357" not in text and "周建国" not in text


async def test_a_wrong_code_and_an_unknown_number_say_the_same(desk: Desk, visitor):
    number = await desk.number()
    said = []
    for tried in (number, "QT-0000-0000"):
        page = await visitor.look(tried, "000000")
        assert page.status == 404
        said.append(re.search(r'id="error".*?<span>(.*?)</span>', await page.text(), re.S)[1])
    assert said == ["号码和取回码对不上。还可以试 4 次。"] * 2
    page = await visitor.look("嘿", "1")
    assert page.status == 404 and "号码和取回码对不上。" in await page.text()


async def test_after_five_wrong_tries_even_the_right_code_waits(desk: Desk, visitor):
    filed = await desk.file()
    for _ in range(5):
        await visitor.look(filed.ticket.number, "000000")
    page = await visitor.look(filed.ticket.number, filed.retrieval_code)
    assert page.status == 429 and "试的次数太多了" in await page.text()


async def test_without_code_cookie_or_conversation_nothing_is_shown(desk: Desk, client, county, visitor):
    filed = await desk.file()
    number, other = filed.ticket.number, await desk.number()
    assert (await client.get(f"/track/{number}")).status == 404
    for forged in ("00", "zz", county.vault.seal_json({"number": number, "until": 9e9}, "other").hex()):
        page = await client.get(f"/track/{number}", headers={"Cookie": f"{track.COOKIE}={forged}"})
        assert page.status == 404
    await visitor.look(number, filed.retrieval_code)
    assert (await client.get(f"/track/{number}")).status == 200
    assert (await client.get(f"/track/{other}")).status == 404
    assert (await visitor.act(other, "supplement", text="冒名")).status == 404
    desk.go(minutes=31)
    assert (await client.get(f"/track/{number}")).status == 404


async def conversation(county, name: str) -> str:
    async with county.db.write() as session:
        made = await store.open_conversation(session, county.vault, "web", name, county.clock())
        return made.id


async def test_the_conversation_that_filed_it_needs_no_code_unless_it_is_private(desk: Desk, client, county):
    own = await conversation(county, "zhou")
    number = await desk.number(conversation=own, actor=resident(own))
    cookie = {"Cookie": f"{sessions.COOKIE}={sessions.sign(county.vault, 'zhou')}"}
    other = {"Cookie": f"{sessions.COOKIE}={sessions.sign(county.vault, 'li')}"}
    assert number in await (await client.get("/track", headers=cookie)).text()
    assert (await client.get(f"/track/{number}", headers=cookie)).status == 200
    assert (await client.get(f"/track/{number}", headers=other)).status == 404
    assert number not in await (await client.get("/track", headers=other)).text()
    async with county.db.write() as session:
        (await session.get(Conversation, own)).private = True
    assert number not in await (await client.get("/track", headers=cookie)).text()
    assert (await client.get(f"/track/{number}", headers=cookie)).status == 404


async def test_rating_and_asking_to_redo(desk: Desk, visitor):
    number = await desk.rated()
    code = (await desk.file(key="draft-1")).retrieval_code
    page = await (await visitor.look(number, code)).text()
    assert "这件事办得怎么样" in page and "没解决，要求重办" in page
    assert (await visitor.act(number, "rate")).status == 422
    unhappy = await visitor.act(number, "redo")
    assert unhappy.status == 422 and "哪里没解决" in await unhappy.text()
    kept = await visitor.act(number, "rate", rating="不满意")
    assert kept.status == 422 and re.search(r'value="不满意" checked', await kept.text())
    redone = await visitor.act(number, "redo", text="轮子坏的")
    assert redone.status == 200 and "已转回重办" in await redone.text()
    ticket = await desk.tickets.view(number, SECOND, masked=True)
    assert ticket.state == "in_progress"


async def test_supplement_urge_and_forged_origin(desk: Desk, visitor):
    number = await desk.at_work()
    code = (await desk.file(key="draft-1")).retrieval_code
    await visitor.look(number, code)
    assert (
        await visitor.act(number, "supplement", text="换个时间", origin="https://evil.example")
    ).status == 403
    assert "supplemented" not in await desk.types(number)
    done = await visitor.act(number, "supplement", text="家里下午有人")
    assert "已经补上" in await done.text() and "supplemented" in await desk.types(number)
    assert (await visitor.act(number, "supplement", text="长" * 501)).status == 422
    assert (await visitor.act(number, "nonsense")).status == 422
    assert (await visitor.act(number, "withdraw")).status in (409, 404)


async def test_a_private_matter_shows_its_progress_by_code_alone(desk: Desk, visitor):
    services = (await desk.context.directory.county()).services.values()
    service = next(s.code for s in services if s.high_privacy and s.contact == "safe")
    filed = await desk.file(service, SAFE, urgent=True)
    page = await visitor.look(filed.ticket.number, filed.retrieval_code)
    assert page.status == 200
    assert "13700002222" not in await page.text()


async def test_pages_carry_the_strict_headers(client):
    for path in ("/", "/track", "/privacy", "/display"):
        page = await client.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert page.headers["X-Frame-Options"] == "DENY" and page.headers["Cache-Control"] == "no-store"
        text = await page.text()
        assert "<script>" not in text and "style=" not in text and " onclick" not in text


async def test_the_display_is_known_before_the_first_paint_and_leads_nowhere_else(client):
    back = await client.post(
        "/display", data={"size": "large", "back": "//evil.example"}, allow_redirects=False
    )
    assert back.headers["Location"] == "/"
    for path in ("/", "/track", "/privacy"):
        assert 'data-size="large"' in await (await client.get(path)).text()
    client.session.cookie_jar.clear()
    nonsense = await client.get("/track", headers={"Cookie": 'qf_display=x"><script>.y.z'})
    assert 'data-size="standard"' in await nonsense.text()


async def test_the_first_load_is_small(client):
    page = await client.get("/", headers={"Accept-Encoding": "gzip"}, auto_decompress=False)
    text = (await client.get("/")).text
    total = len(await page.read())
    for url in set(re.findall(r'"(/assets/[^"#]+)', await text())):
        file = await client.get(url, headers={"Accept-Encoding": "gzip"}, auto_decompress=False)
        assert file.status == 200 and "immutable" in file.headers["Cache-Control"]
        total += len(await file.read())
    assert total < 60_000
