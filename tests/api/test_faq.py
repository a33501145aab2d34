"""Questions and answers over the API: from a draft to residents, under the rules of the desk."""

from typing import Any

import pytest

from bot.directory.roles import Role
from bot.directory.tokens import create_token
from bot.knowledge.answers import Answers
from bot.knowledge.gaps import record_gap
from bot.knowledge.models import FaqReplay
from tests.api.test_tickets import Api
from tests.desk.test_faq import shrink

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def server() -> str:
    return "sqlite"


@pytest.fixture
async def small(api: Api) -> None:
    await shrink(api.context)
    async with api.context.db.write() as session:
        token = await create_token(session, Role.MAINTAINER, None, "reader", api.desk.now(), None)
    api.tokens["reader"] = token


async def call(api: Api, method: str, path: str, body: Any, who: str, tag: str | None) -> Any:
    headers = api._headers(who, {"If_Match": tag} if tag else {})
    return await api.client.request(method, f"/api/v1{path}", json=body, headers=headers)


async def tag_of(api: Api, entry: str) -> str:
    return (await api.get(f"/faq/{entry}", "maintainer")).headers["ETag"]


async def do(api: Api, entry: str, what: str, who: str = "maintainer", status: int = 200, **more: Any) -> Any:
    body = {"do": what, **more}
    response = await call(api, "POST", f"/faq/{entry}/steps", body, who, await tag_of(api, entry))
    assert response.status == status, await response.text()
    return await response.json()


async def draft(api: Api, entry: str, status: int = 200, **changes: Any) -> Any:
    path = f"/faq/{entry}/draft"
    response = await call(api, "PUT", path, changes, "maintainer", await tag_of(api, entry))
    assert response.status == status, await response.text()
    return await response.json()


async def replayed(api: Api, entry: str) -> None:
    await do(api, entry, "replay")
    async with api.context.db.read() as session:
        row = await session.get(FaqReplay, entry)
    for one in row.worse if row else ():
        await do(api, entry, "accept", text=one["text"])


async def online(api: Api, entry: str) -> str | None:
    answer = await Answers(api.context).answer(entry)
    return answer.text if answer else None


async def test_a_draft_reaches_residents_after_replay_and_second_reader(api: Api) -> None:
    before = await online(api, "CL-09")
    said = await draft(api, "CL-09", answer="走不了路的，可以上门评估。")
    assert said["draft"]["state"] == "draft" and said["published"]["answer"] != said["draft"]["answer"]
    assert "还没回放" in (await do(api, "CL-09", "submit", status=409))["detail"]
    await replayed(api, "CL-09")
    assert "另一个人复核" in (await do(api, "CL-09", "publish", status=409))["detail"]
    await do(api, "CL-09", "submit")
    assert "您写过" in (await do(api, "CL-09", "approve", status=409))["detail"], "never the one who wrote"
    assert await online(api, "CL-09") == before
    assert (await do(api, "CL-09", "send_back", "reader", 422))["field"] == "reason"
    done = await do(api, "CL-09", "approve", "reader")
    assert done["draft"] is None and await online(api, "CL-09") == "走不了路的，可以上门评估。"
    listed = await (await api.get("/faq/CL-09/versions", "maintainer")).json()
    assert [one["state"] for one in listed["items"]] == ["published", "published"]
    await do(api, "CL-09", "roll_back", version=listed["items"][-1]["number"])
    assert await online(api, "CL-09") == before
    await do(api, "CL-09", "withdraw")
    assert await online(api, "CL-09") is None


async def test_a_new_entry_its_list_and_its_phrasings(api: Api) -> None:
    body = {"org": "CL", "question": "助听器怎么申请？", "id": "CL-77"}
    made = await api.post("/faq", body, "maintainer")
    assert made.status == 201 and made.headers["Location"] == "/api/v1/faq/CL-77"
    assert (await api.post("/faq", body, "maintainer")).status == 409, "a repeat makes no second one"
    free = await (await api.post("/faq", {"org": "CL", "question": "还有呢？"}, "maintainer")).json()
    assert free["id"].startswith("CL-") and free["published"] is None
    for change, field in (({"org": "XX"}, "org"), ({"service": "X9"}, "service")):
        refused = await api.post("/faq", {"org": "CL", "question": "a", **change}, "maintainer")
        assert refused.status == 422 and (await refused.json())["field"] == field
    said = await api.post("/faq/CL-77/phrasings", {"text": "想要助听器"}, "maintainer")
    assert {"text": "想要助听器", "state": "adding"} in (await said.json())["phrasings"]
    said = await api.post("/faq/CL-77/phrasings", {"text": "想要助听器", "remove": True}, "maintainer")
    assert (await said.json())["phrasings"] == []
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await (await api.get(f"/faq?limit=2&cursor={cursor}", "maintainer")).json()
        ids += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert ids == sorted({"CL-01", "CL-09", "CL-77", "FL-03", "GH-01", free["id"]})
    drafts = (await (await api.get("/faq?state=draft&org=CL", "maintainer")).json())["items"]
    assert {one["id"] for one in drafts} == {"CL-77", free["id"]}


async def test_a_stale_write_is_refused(api: Api) -> None:
    tag = await tag_of(api, "CL-09")
    await draft(api, "CL-09", answer="新。")
    assert (await call(api, "PUT", "/faq/CL-09/draft", {"answer": "x"}, "maintainer", tag)).status == 412
    assert (await call(api, "PUT", "/faq/CL-09/draft", {"answer": "x"}, "maintainer", None)).status == 428
    assert (await call(api, "POST", "/faq/CL-09/steps", {"do": "discard"}, "maintainer", tag)).status == 412
    assert (await call(api, "POST", "/faq/CL-09/steps", {"do": "burn"}, "maintainer", "*")).status == 422
    assert (await api.get("/faq/NO-1", "maintainer")).status == 404


async def test_who_may_not(api: Api) -> None:
    await record_gap(api.context, "电动轮椅有补贴吗", "unknown")
    for who in ("reviewer", "lead", "auditor"):
        assert (await api.get("/faq", who)).status == 200, who
    for who in ("channel", "convenor"):
        for path in ("/faq", "/faq/CL-09", "/faq/CL-09/versions", "/gaps"):
            assert (await api.get(path, who)).status == 403, (who, path)
    for who in ("channel", "convenor", "reviewer", "lead", "auditor", "helper"):
        for method, path, body in (
            ("POST", "/faq", {"org": "CL", "question": "a"}),
            ("PUT", "/faq/CL-09/draft", {"answer": "a"}),
            ("POST", "/faq/CL-09/steps", {"do": "withdraw"}),
            ("POST", "/faq/CL-09/phrasings", {"text": "a"}),
            ("POST", "/gaps/1", {"do": "not_ours"}),
        ):
            assert (await call(api, method, path, body, who, "*")).status == 403, (who, path)
    for path in ("/faq", "/faq/CL-09", "/gaps"):
        assert (await api.get(path, None)).status == 401
    assert await online(api, "CL-09") is not None


async def test_gaps_become_ways_of_asking(api: Api) -> None:
    await record_gap(api.context, "电动轮椅有补贴吗", "unknown", nearest=[("faq/CL-09", 0.4)])
    await record_gap(api.context, "我叫王建国，电话 13912345678，谁管路灯", "unknown")
    first, second = (await (await api.get("/gaps", "maintainer")).json())["items"]
    assert first["nearest"] == [{"id": "CL-09", "score": 0.4}] and "13912345678" not in second["text"]
    attach = {"do": "attach", "entry": "CL-09"}
    assert (await api.post(f"/gaps/{first['id']}", {"do": "attach"}, "maintainer")).status == 422
    assert (await api.post(f"/gaps/{first['id']}", attach, "maintainer")).status == 200
    assert (await api.post(f"/gaps/{first['id']}", attach, "maintainer")).status == 409
    entry = await (await api.get("/faq/CL-09", "maintainer")).json()
    assert {"text": "电动轮椅有补贴吗", "state": "adding"} in entry["phrasings"]
    done = await (await api.post(f"/gaps/{second['id']}", {"do": "not_ours"}, "maintainer")).json()
    assert done["state"] == "not_ours"
    assert (await (await api.get("/gaps", "maintainer")).json())["items"] == []
