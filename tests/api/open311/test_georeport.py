"""GeoReport v2 over HTTP, in both formats, against what the specification prescribes."""

import re
from typing import Any

import pytest
from aiohttp import ClientResponse

from tests.api.open311.specification import check, read_xml
from tests.api.test_tickets import Api
from tests.tickets.conftest import SAFE

FORM = {
    "service_code": "A07",
    "last_name": "周",
    "first_name": "建国",
    "phone": "139 0735 1357",
    "email": "jianguo@example.org",
    "address_id": "T01-05",
    "description": "父亲周大山中风后走不了路，电话 13612345678，家在半山上三组 12 号。",
    "attribute[dis_cert]": "true",
    "attribute[dis_type]": "肢体",
    "attribute[device_type]": "轮椅",
}
ORDER = {
    "service_code": "B08",
    "first_name": "吴秀英",
    "phone": "13555550000",
    "address_string": "",
    "attribute[topic]": "柑橘黄龙病",
    "attribute[audience]": "老人",
}
PLANTED = (
    "周建国",
    "建国",
    "周大山",
    "13907351357",
    "13612345678",
    "吴秀英",
    "13555550000",
    "三组",
    "example.org",
    "丈夫",
    "13700002222",
)
both = pytest.mark.parametrize("form", ["json", "xml"])
one_server = pytest.mark.parametrize("server", ["sqlite"])


async def get(api: Api, path: str, **query: str) -> ClientResponse:
    return await api.client.get(f"/open311/v2/{path}", params=query)


async def post(
    api: Api, values: dict[str, str], form: str = "json", who: str | None = "channel", **headers: str
) -> ClientResponse:
    data = {**values, **({"api_key": api.tokens[who]} if who else {})}
    return await api.client.post(f"/open311/v2/requests.{form}", data=data, headers=headers)


async def read(name: str, response: ClientResponse, form: str, status: int = 200) -> Any:
    """The records of an answer that fits the specification."""
    text = await response.text()
    assert response.status == status, text
    assert response.content_type == {"json": "application/json", "xml": "text/xml"}[form]
    assert (response.charset or "").lower() == "utf-8"
    value = await response.json() if form == "json" else read_xml(name, text)
    check(name, value)
    return value


@both
@one_server
async def test_the_catalogue(api: Api, form: str) -> None:
    services = await read("services", await get(api, f"services.{form}"), form)
    codes = [one["service_code"] for one in services]
    assert "A07" in codes and "Z01" in codes
    assert not [code for code in codes if code.startswith("D")], "joint services are no choice for residents"
    for code in codes:
        found = await read("definition", await get(api, f"services/{code}.{form}"), form)
        orders = [one["order"] for one in found["attributes"]]
        assert orders == list(range(1, len(orders) + 1)) and found["service_code"] == code
        for one in found["attributes"]:
            assert ("values" in one) == one["datatype"].endswith("valuelist")
    wheelchair = await read("definition", await get(api, f"services/A07.{form}"), form)
    required = [one["code"] for one in wheelchair["attributes"] if one["required"]]
    assert required == ["dis_cert", "dis_type", "device_type"]
    notice = wheelchair["attributes"][0]
    assert not notice["variable"] and "address_id" in notice["description"]


@both
async def test_filing_and_following(api: Api, form: str) -> None:
    [posted] = await read("posted", await post(api, FORM, form), form)
    number = posted["service_request_id"]
    assert re.search(r"取回码 \d{6}", posted["service_notice"])
    view = await (await api.get(f"/tickets/{number}")).json()
    assert view["fields"]["phone"] == "13907351357" and view["fields"]["applicant_name"] == "周建国"
    assert view["fields"]["dis_cert"] is True and view["grid"] == "T01-05" and view["channel"] == "open311"
    [found] = await read("requests", await get(api, f"requests/{number}.{form}"), form)
    assert found["status"] == "open" and found["agency_responsible"] == "县残联"
    [token] = await read("tokens", await get(api, f"tokens/{number}.{form}"), form)
    assert token == {"service_request_id": number, "token": number}
    await api.step(number, "reviewer", "answered", "可以借用轮椅")
    [found] = await read("requests", await get(api, f"requests/{number}.{form}"), form)
    assert found["status"] == "closed" and found["status_notes"] == "直接答复"


async def test_nothing_of_a_person_is_ever_shown(api: Api) -> None:
    numbers = []
    for values in (FORM, {**ORDER, "address_id": "T01-05"}):
        [made] = await read("posted", await post(api, values), "json")
        numbers.append(made["service_request_id"])
    private = (await api.file("A11", SAFE))["number"]
    await api.step(numbers[1], "reviewer", "answered", "联系 吴秀英 13555550000")
    for who in (None, "channel", "administrator", "lead"):
        key = {"api_key": api.tokens[who]} if who else {}
        for path in ("requests", f"requests/{numbers[0]}", f"requests/{numbers[1]}", "services/A07"):
            for form in ("json", "xml"):
                text = await (await get(api, f"{path}.{form}", **key)).text()
                assert not [word for word in PLANTED if word in text], (who, path)
                assert "T01-05" not in text, "no place nearer than its town"
    listed = [one["service_request_id"] for one in await (await get(api, "requests.json")).json()]
    assert listed == [numbers[1]], "without a key, matters of ordinary privacy alone"
    for number in (private, "QT-0000-0000", "nonsense"):
        await read("errors", await get(api, f"requests/{number}.json"), "json", 404)
        await read("errors", await get(api, f"tokens/{number}.xml"), "xml", 404)
    mine = await (await get(api, "requests.json", api_key=api.tokens["channel"])).json()
    assert {one["service_request_id"] for one in mine} == {*numbers, private}
    other = await (await get(api, "requests.json", api_key=api.tokens["other"])).json()
    assert [one["service_request_id"] for one in other] == [numbers[1]]
    assert (await get(api, f"requests/{private}.json", api_key=api.tokens["other"])).status == 404


@one_server
async def test_the_list_is_narrowed(api: Api) -> None:
    numbers = []
    for _day in range(3):
        [made] = await (await post(api, {**ORDER, "address_id": "T01-05"})).json()
        numbers.append(made["service_request_id"])
        api.desk.go(days=40)
    await api.step(numbers[2], "reviewer", "answered", "已答复")

    async def listed(**query: str) -> list[str]:
        found = await read("requests", await get(api, "requests.json", **query), "json")
        return [one["service_request_id"] for one in found]

    assert await listed() == [numbers[2], numbers[1]], "90 days"
    assert await listed(status="closed") == [numbers[2]]
    assert await listed(status="open,closed") == [numbers[2], numbers[1]]
    assert await listed(service_code="A24,B09") == []
    assert await listed(start_date="2026-11-01T00:00:00+08:00", end_date="2026-11-30T00:00:00Z") == [
        numbers[0]
    ]
    assert await listed(page="2", page_size="1") == [numbers[1]]
    assert await listed(service_request_id=f"{numbers[0]},{numbers[2]}", status="open") == [
        numbers[0],
        numbers[2],
    ]
    for query in (
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z"},
        {"status": "done"},
        {"page_size": "0"},
    ):
        await read("errors", await get(api, "requests.xml", **query), "xml", 400)


@both
@one_server
async def test_refusals(api: Api, form: str) -> None:
    for who in (None, "auditor", "maintainer", "convenor", "expired"):
        [said] = await read("errors", await post(api, FORM, form, who), form, 403)
        assert said["code"] == 403 and "api_key" in said["description"]
    await read("errors", await get(api, f"requests.{form}", api_key="made-up"), form, 403)
    for change, code, names in (
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "X99"}, 404, "X99"),
        ({"service_code": "D03"}, 404, "D03"),
        ({"phone": "12"}, 400, "联系电话"),
        ({"phone": ""}, 400, "联系电话"),
        ({"address_id": "T99"}, 400, "address_id"),
        ({"address_id": "", "lat": "26.1", "long": "112.9"}, 400, "address_string"),
        ({"attribute[device_type]": ""}, 400, "attribute[device_type]"),
        ({"attribute[dis_type]": "别的"}, 400, "attribute[dis_type]"),
        ({"attribute[dis_cert]": "也许"}, 400, "dis_cert"),
        ({"attribute[colour]": "red"}, 400, "colour"),
    ):
        [said] = await read("errors", await post(api, {**FORM, **change}, form), form, code)
        assert said["code"] == code and names in said["description"], change
    await read("errors", await get(api, f"services/X99.{form}"), form, 404)
    await read("errors", await api.client.delete(f"/open311/v2/requests.{form}"), form, 405)
    await read("errors", await api.client.post(f"/open311/v2/requests.{form}", json=FORM), form, 415)
    await read("errors", await get(api, f"nothing.{form}"), form, 404)


@one_server
async def test_a_key_of_its_own_files_once_and_places_have_names(api: Api) -> None:
    headers = {"Idempotency-Key": "same"}
    first, again = [await (await post(api, FORM, **headers)).json() for _ in range(2)]
    other = await (await post(api, FORM)).json()
    assert first == again and other[0]["service_request_id"] != first[0]["service_request_id"]
    county = await api.context.directory.county()
    place = county.place_name("T01-05")
    for text in (place, f"{place.replace(' ', '')}三组 12 号"):
        [made] = await (await post(api, {**FORM, "address_id": "", "address_string": text})).json()
        view = await (await api.get(f"/tickets/{made['service_request_id']}")).json()
        assert view["grid"] == "T01-05", text


@both
@one_server
async def test_discovery_and_pace(api: Api, form: str) -> None:
    found = await read("discovery", await api.client.get(f"/open311/discovery.{form}"), form)
    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    statuses = [(await get(api, f"requests.{form}")).status for _ in range(70)]
    assert statuses[:50] == [200] * 50 and statuses[-1] == 429
    slow = await get(api, f"requests.{form}")
    await read("errors", slow, form, 429)
    assert int(slow.headers["Retry-After"]) > 0
    assert (await get(api, f"requests.{form}", api_key=api.tokens["channel"])).status == 200
