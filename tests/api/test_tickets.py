"""The contract of `/api/v1/tickets`, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.api.app import add_api
from bot.context import Context
from bot.directory.roles import Role
from bot.directory.tokens import create_token
from bot.tickets.service import Tickets
from tests.tickets.conftest import SAFE, WHEELCHAIR, Desk, at


@dataclass
class Api:
    """A client with tokens of every role."""

    client: TestClient
    context: Context
    desk: Desk
    tokens: dict[str, str]
    keys: int = 0

    async def get(self, path: str, who: str | None = "reviewer", **headers: str) -> ClientResponse:
        return await self.client.get(f"/api/v1{path}", headers=self._headers(who, headers))

    async def post(
        self, path: str, body: Any, who: str | None = "reviewer", **headers: str
    ) -> ClientResponse:
        return await self.client.post(f"/api/v1{path}", json=body, headers=self._headers(who, headers))

    def _headers(self, who: str | None, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {**named, **({"Authorization": f"Bearer {self.tokens[who]}"} if who else {})}

    async def file(
        self, service: str = "A07", fields: dict[str, Any] | None = None, who: str = "channel"
    ) -> Any:
        self.keys += 1
        body = {"service": service, "fields": fields or WHEELCHAIR}
        response = await self.post("/tickets", body, who, Idempotency_Key=f"k{self.keys}")
        assert response.status == 201, await response.text()
        return await response.json()

    async def step(
        self, number: str, who: str, to: str, note: str | None = None, **more: Any
    ) -> ClientResponse:
        tag = (await self.get(f"/tickets/{number}", "administrator")).headers["ETag"]
        body = {"to": to, "note": note, **more}
        return await self.post(f"/tickets/{number}/transitions", body, who, If_Match=tag)


WHO = {
    "channel": (Role.CHANNEL, None),
    "reviewer": (Role.REVIEWER, None),
    "second": (Role.REVIEWER, None),
    "administrator": (Role.ADMINISTRATOR, None),
    "auditor": (Role.AUDITOR, None),
    "maintainer": (Role.MAINTAINER, None),
    "convenor": (Role.CONVENOR, None),
    "lead": (Role.ORGANISATION, "CL"),
    "helper": (Role.ORGANISATION, "HSZ"),
    "other": (Role.ORGANISATION, "WL"),
}


@pytest.fixture
async def api(county: Context) -> AsyncIterator[Api]:
    desk = Desk(county, Tickets(county), at("2026-11-24 09:42"))
    county.clock = desk.now
    tokens = {}
    async with county.db.write() as session:
        for name, (role, org) in WHO.items():
            tokens[name] = await create_token(session, role, org, name, desk.now(), None)
        tokens["expired"] = await create_token(session, Role.REVIEWER, None, "old", at("2026-01-01 08:00"), 1)
    app = web.Application()
    add_api(app, county)
    async with TestClient(TestServer(app)) as client:
        yield Api(client, county, desk, tokens)


async def test_from_filing_to_rating(api: Api) -> None:
    filed = await api.file()
    number, code = filed["number"], filed["retrieval_code"]
    assert filed["state"] == "in_review" and filed["lead"] == {"code": "CL", "name": "县残联"}
    assert filed["fields"]["device_type"] == "轮椅" and filed["grid"] == "T01-05"
    for who, to, note, more in (
        ("reviewer", "awaiting_sign", "请尽快", {}),
        ("lead", "in_progress", "收到", {}),
        ("lead", "awaiting_info", "请发残疾人证照片", {}),
        ("lead", "in_progress", "电话里补了", {}),
        ("helper", "done", "轮椅到库", {"org": "HSZ"}),
        ("lead", "awaiting_close", "配发轮椅一台", {}),
        ("second", "awaiting_rating", "核过", {}),
    ):
        response = await api.step(number, who, to, note, **more)
        assert response.status == 200, (to, await response.text())
        said = await response.json()
        if not more:
            assert said["state"] == to
    progress = await (await api.get(f"/track/{number}?code={code}", None)).json()
    assert progress["state"] == "awaiting_rating" and progress["result"] == "配发轮椅一台"
    assert "周建国" not in str(progress)
    response = await api.post(f"/track/{number}/rating", {"code": code, "rating": "满意"}, None)
    assert response.status == 200 and (await response.json())["state"] == "closed"
    view = await (await api.get(f"/tickets/{number}", "administrator")).json()
    assert [event["type"] for event in view["events"]][-1] == "rated"
    assert view["assignments"] == [
        {"org": "CL", "role": "lead", "state": "done", "due": view["assignments"][0]["due"]},
        {"org": "HSZ", "role": "helper", "state": "done", "due": view["assignments"][1]["due"]},
    ]


async def test_filing_is_idempotent(api: Api) -> None:
    body = {"service": "A07", "fields": WHEELCHAIR}
    first = await api.post("/tickets", body, "channel", Idempotency_Key="same")
    again = await api.post("/tickets", body, "channel", Idempotency_Key="same")
    assert (first.status, again.status) == (201, 200)
    assert await first.json() == await again.json()
    assert first.headers["ETag"] and first.headers["Location"].endswith((await first.json())["number"])
    other = {"service": "A07", "fields": {**WHEELCHAIR, "device_type": "拐杖"}}
    assert (await api.post("/tickets", other, "channel", Idempotency_Key="same")).status == 422
    mine = await api.post("/tickets", body, "reviewer", Idempotency_Key="same")
    assert mine.status == 201, "the key counts for its token alone"
    assert (await api.post("/tickets", body, "channel")).status == 422


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": None}, "phone"),
        ({"dis_type": "别的"}, "dis_type"),
        ({"device_type": ""}, "device_type"),
        ({"colour": "red"}, "colour"),
        ({"applicant_name": {"a": 1}}, "applicant_name"),
    ],
)
@pytest.mark.parametrize("server", ["sqlite"])
async def test_wrong_fields_are_named(api: Api, change: dict[str, Any], field: str) -> None:
    body = {"service": "A07", "fields": {**WHEELCHAIR, **change}}
    response = await api.post("/tickets", body, "channel", Idempotency_Key="x")
    said = await response.json()
    assert response.status == 422 and said["field"] == field
    assert response.content_type == "application/problem+json"


async def test_who_may_not(api: Api) -> None:
    number = (await api.file())["number"]
    one = f"/tickets/{number}"
    assert (await api.get(one, None)).status == 401
    assert (await api.get(one, "expired")).status == 401
    for who, status in (
        ("administrator", 200), ("reviewer", 200), ("auditor", 200), ("convenor", 200), ("channel", 200),
        ("lead", 403), ("helper", 403), ("other", 403), ("maintainer", 403),
    ):  # fmt: skip
        assert (await api.get(one, who)).status == status, who
    for who in ("auditor", "maintainer", "convenor"):
        body = {"service": "A07", "fields": WHEELCHAIR}
        assert (await api.post("/tickets", body, who, Idempotency_Key="x")).status == 403
    for who in ("lead", "helper", "other", "auditor", "maintainer", "channel", "convenor"):
        assert (await api.step(number, who, "awaiting_sign", "派")).status == 403, who
    assert (await api.step(number, "reviewer", "awaiting_sign", "派")).status == 200
    for who in ("helper", "other", "reviewer", "auditor"):
        assert (await api.step(number, who, "in_progress", "签")).status == 403, who


async def test_masked_for_the_auditor_and_helper(api: Api) -> None:
    number = (await api.file())["number"]
    await api.step(number, "reviewer", "awaiting_sign", "派")
    for who in ("auditor", "helper", "channel"):
        fields = (await (await api.get(f"/tickets/{number}", who)).json())["fields"]
        assert fields["phone"] == "139****1357" and fields["applicant_name"] == "周*国", who
    for who in ("lead", "reviewer", "administrator"):
        fields = (await (await api.get(f"/tickets/{number}", who)).json())["fields"]
        assert fields["phone"] == "13907351357", who


async def test_preconditions(api: Api) -> None:
    number = (await api.file())["number"]
    path, body = f"/tickets/{number}/transitions", {"to": "awaiting_sign", "note": "派"}
    assert (await api.post(path, body)).status == 428
    assert (await api.post(path, body, If_Match='"99"')).status == 412
    tag = (await api.get(f"/tickets/{number}")).headers["ETag"]
    assert (await api.get(f"/tickets/{number}", If_None_Match=tag)).status == 304
    assert (await api.post(path, {"to": "closed", "note": "x"}, If_Match=tag)).status in (403, 409)
    assert (await api.post(path, {"to": "awaiting_rating", "note": "x"}, If_Match=tag)).status == 409
    assert (await api.post(path, {"to": "answered"}, If_Match=tag)).status == 422
    assert (await api.post(path, {"to": "nonsense"}, If_Match=tag)).status == 422
    ok = await api.post(path, body, If_Match=tag)
    assert ok.status == 200 and ok.headers["ETag"] != tag
    assert (await api.post(path, body, If_Match=tag)).status == 412
    assert (await api.post("/tickets/QT-0000-0000/transitions", body, If_Match=tag)).status == 404
    unchanged = (await api.get(f"/tickets/{number}", "lead")).headers["ETag"]
    assert unchanged == ok.headers["ETag"], "reading changes nothing"


async def test_other_addresses_and_methods(api: Api) -> None:
    response = await api.client.delete("/api/v1/tickets")
    assert response.status == 405 and set(response.headers["Allow"].split(",")) >= {"GET", "POST"}
    assert response.content_type == "application/problem+json"
    response = await api.get("/nothing")
    assert response.status == 404 and response.content_type == "application/problem+json"
    response = await api.client.post(
        "/api/v1/tickets",
        data="{",
        headers={**api._headers("channel", {}), "Idempotency-Key": "x", "Content-Type": "application/json"},
    )
    assert response.status == 422
    for text in ("\x00", "\ud800"):
        body = {"service": "A07", "fields": {**WHEELCHAIR, "demand_desc": text}}
        assert (await api.post("/tickets", body, "channel", Idempotency_Key="n")).status == 422


async def test_wrong_code_and_unknown_number_look_alike(api: Api) -> None:
    filed = await api.file()
    wrong = "000000" if filed["retrieval_code"] != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        one = await api.get(f"/track/{filed['number']}?code={wrong}", None)
        two = await api.get(f"/track/QT-0000-0000?code={wrong}", None)
        assert one.status == two.status == 404
        assert await one.json() == await two.json()
        assert f"还可以试 {left} 次" in (await one.json())["detail"]
    locked = await api.get(f"/track/{filed['number']}?code={filed['retrieval_code']}", None)
    assert locked.status == 429 and int(locked.headers["Retry-After"]) > 0
    api.desk.go(minutes=16)
    ok = await api.get(f"/track/{filed['number']}?code={filed['retrieval_code']}", None)
    assert ok.status == 200


async def test_one_source_cannot_try_many_numbers(api: Api) -> None:
    statuses = [(await api.get(f"/track/QT-0000-00{n:02}?code=1", None)).status for n in range(25)]
    assert statuses[:20] == [404] * 20 and set(statuses[20:]) == {429}


async def test_unsatisfied_twice_goes_to_consultation(api: Api) -> None:
    number = await api.desk.rated()
    code = api.desk.tickets.code(number)
    bad = {"code": code, "rating": "不满意", "reason": "轮椅推不动"}
    assert (await (await api.post(f"/track/{number}/rating", bad, None)).json())["state"] == "in_progress"
    await api.step(number, "lead", "awaiting_close", "换了一台")
    await api.step(number, "second", "awaiting_rating", "核过")
    assert (await (await api.post(f"/track/{number}/rating", bad, None)).json())["state"] == "consultation"
    assert (await api.post(f"/track/{number}/rating", {"code": code, "rating": "还行"}, None)).status == 422


async def test_lists_show_what_one_may_see(api: Api) -> None:
    numbers = [(await api.file())["number"] for _ in range(3)]
    private = (await api.file("A11", SAFE))["number"]
    await api.step(numbers[0], "reviewer", "awaiting_sign", "派")

    async def listed(who: str, query: str = "") -> list[str]:
        said = await (await api.get(f"/tickets{query}", who)).json()
        return [item["number"] for item in said["items"]]

    assert await listed("reviewer") == [private, *numbers[::-1]]
    assert await listed("lead") == await listed("helper") == [numbers[0]]
    assert await listed("other") == await listed("maintainer") == []
    assert len(await listed("channel")) == 4
    assert await listed("reviewer", "?state=in_review&service=A07") == numbers[:0:-1]
    assert await listed("reviewer", f"?q={numbers[1].lower().replace('-', '')}") == [numbers[1]]
    assert await listed("reviewer", "?q=139 0735 1357") == numbers[::-1]
    assert await listed("reviewer", "?overdue=true") == []
    assert await listed("reviewer", "?grid=T01") == numbers[::-1]

    for order in ("newest", "oldest", "due"):
        seen: list[str] = []
        path: str | None = f"?limit=1&order={order}"
        while path:
            response = await api.get(f"/tickets{path}")
            said = await response.json()
            seen += [item["number"] for item in said["items"]]
            assert bool(said["next_cursor"]) == ("Link" in response.headers)
            path = f"?limit=1&order={order}&cursor={said['next_cursor']}" if said["next_cursor"] else None
        assert sorted(seen) == sorted([*numbers, private])
    assert (await api.get("/tickets?cursor=zzz")).status == 422
    assert (await api.get("/tickets?limit=0")).status == 422
    masked = (await (await api.get("/tickets")).json())["items"][1]["fields"]
    assert masked["phone"] == "139****1357"


async def test_proposals_are_for_reviewers(api: Api) -> None:
    fields = {key: WHEELCHAIR[key] for key in ("applicant_name", "phone", "village", "demand_desc")}
    number = (await api.file("Z01", fields))["number"]
    said = await (await api.get(f"/tickets/{number}/proposal")).json()
    assert (
        said["items"][0]["org"] == {"code": "ZX", "name": "群团综合服务中心"} and said["items"][0]["reasons"]
    )
    for who in ("lead", "helper", "other", "auditor", "maintainer", "convenor", "channel"):
        assert (await api.get(f"/tickets/{number}/proposal", who)).status == 403, who
    assert (await api.get(f"/tickets/{number}/proposal", None)).status == 401
    assert (await api.get("/tickets/QT-0000-0000/proposal")).status == 404


async def test_duplicates_are_for_reviewers(api: Api) -> None:
    first, second = [(await api.file())["number"] for _ in range(2)]
    private = [(await api.file("A11", SAFE))["number"] for _ in range(2)]
    [found] = (await (await api.get(f"/tickets/{second}/duplicates")).json())["items"]
    assert found["number"] == first and found["older"] and "同一事项" in found["reasons"]
    for number in private:
        assert (await (await api.get(f"/tickets/{number}/duplicates")).json())["items"] == []
    for who in ("lead", "helper", "other", "auditor", "maintainer", "convenor", "channel"):
        assert (await api.get(f"/tickets/{second}/duplicates", who)).status == 403, who
    await api.step(second, "reviewer", "merged", "同一件", into=first)
    assert (await (await api.get(f"/tickets/{first}/duplicates")).json())["items"] == []
