"""Files and signed call-backs over HTTP."""

import io
import json
import secrets
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from PIL import Image

from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.signing import sign
from bot.tickets.delivery.targets import secret_context
from tests.api.test_tickets import Api, api  # noqa: F401
from tests.tickets.conftest import ADMIN


def photo() -> bytes:
    """A picture that says where it was taken."""
    image = Image.new("RGB", (40, 30), "teal")
    exif = image.getexif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "at home"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def send(api: Api, number: str, who: str, raw: bytes, name: str = "家门口.jpg") -> ClientResponse:  # noqa: F811
    form = FormData(quote_fields=False)
    form.add_field("file", raw, filename=name, content_type="application/octet-stream")
    headers = api._headers(who, {})
    return await api.client.post(f"/api/v1/tickets/{number}/attachments", data=form, headers=headers)


async def test_rule_14_pictures_lose_their_position_and_are_shown_to_few(api: Api) -> None:  # noqa: F811
    number = (await api.file())["number"]
    await api.step(number, "reviewer", "awaiting_sign", "派")
    added = await send(api, number, "lead", photo())
    assert added.status == 201, await added.text()
    path = f"/tickets/{number}/attachments"
    file = (await added.json())["id"]
    got = await api.get(f"{path}/{file}", "reviewer")
    image = Image.open(io.BytesIO(await got.read()))
    assert not dict(image.getexif()) and b"at home" not in await got.read()
    assert (
        got.headers["X-Content-Type-Options"] == "nosniff"
        and "sandbox" in got.headers["Content-Security-Policy"]
    )
    for who in ("helper", "auditor", "other", "maintainer", "channel"):
        assert (await api.get(f"{path}/{file}", who)).status == 403, who
    other = (await api.file())["number"]
    assert (await api.get(f"/tickets/{other}/attachments/{file}", "reviewer")).status == 404
    assert (await api.get(f"{path}/99999999999999", "reviewer")).status == 404
    listed = await (await api.get(path, "lead")).json()
    assert listed["items"][0]["name"] == "家门口.jpg"
    assert (await (await api.get(path, "auditor")).json())["items"][0]["name"] == "已隐去"


@pytest.mark.parametrize(
    "raw",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.4",
        b"",
        b"GIF89a<script>",
    ],
)
@pytest.mark.parametrize("server", ["sqlite"])
async def test_what_is_no_picture_is_refused(api: Api, raw: bytes) -> None:  # noqa: F811
    number = (await api.file())["number"]
    response = await send(api, number, "reviewer", raw, "x.jpg")
    assert response.status == 422 and (await response.json())["field"] == "file"


async def test_who_may_not_add_files(api: Api) -> None:  # noqa: F811
    number = (await api.file())["number"]
    for who in ("lead", "other", "auditor", "convenor", "channel"):
        assert (await send(api, number, who, photo())).status == 403, who


async def call_back(api: Api, target: int, number: str, body: Any, **change: Any) -> ClientResponse:  # noqa: F811
    path = f"/api/v1/callbacks/{target}/{number}"
    raw = json.dumps(body).encode()
    given = {"secret": "shared", "at": int(api.desk.now().timestamp()), "id": secrets.token_hex(16), **change}
    headers = {
        "X-County-Timestamp": str(given["at"]),
        "X-County-Delivery": given["id"],
        "X-County-Signature": sign(
            given["secret"], "POST", change.get("path", path), raw, given["at"], given["id"]
        ),
    }
    return await api.client.post(path, data=change.get("sent", raw), headers=headers)


async def test_receivers_move_their_own_part_alone(api: Api) -> None:  # noqa: F811
    targets = {}
    for org in ("CL", "HSZ", "WL"):
        row = DeliveryTarget(org=org, kind="webhook", address="https://example.org/hook")
        row.secret = api.context.vault.seal("shared", secret_context(row))
        async with api.context.db.write() as session:
            session.add(row)
        targets[org] = row.id
    number = (await api.file())["number"]
    await api.step(number, "reviewer", "awaiting_sign", "派")
    assert (await call_back(api, targets["WL"], number, {"to": "in_progress"})).status == 403
    assert (await call_back(api, targets["CL"], number, {"to": "waived", "note": "x"})).status == 422
    same = secrets.token_hex(16)
    signed = await call_back(api, targets["CL"], number, {"to": "in_progress"}, id=same)
    assert signed.status == 200 and (await signed.json())["state"] == "in_progress"
    done = {"to": "done", "note": "轮椅到库"}
    helper = await call_back(api, targets["HSZ"], number, done)
    assert [a["state"] for a in (await helper.json())["assignments"]] == ["in_progress", "done"]
    for change in (
        {"secret": "other"},
        {"at": int(api.desk.now().timestamp()) - 301},
        {"at": int(api.desk.now().timestamp()) + 301},
        {"path": f"/api/v1/callbacks/{targets['HSZ']}/{number}"},
        {"sent": b'{"to": "awaiting_close"}'},
    ):
        assert (await call_back(api, targets["CL"], number, done, **change)).status == 401, change
    assert (await call_back(api, targets["CL"], number, done, id=same)).status == 409, "a replay"
    assert (await call_back(api, targets["CL"], number, done)).status == 200


async def test_a_signature_is_good_for_one_time_one_id_and_one_call(api: Api) -> None:  # noqa: F811
    row = DeliveryTarget(org="CL", kind="webhook", address="https://example.org/hook")
    row.secret = api.context.vault.seal("shared", secret_context(row))
    async with api.context.db.write() as session:
        session.add(row)
    number, other = (await api.file())["number"], (await api.file())["number"]
    for one in (number, other):
        await api.step(one, "reviewer", "awaiting_sign", "派")
    path, raw = f"/api/v1/callbacks/{row.id}/{number}", b'{"to": "in_progress"}'
    at, delivery = int(api.desk.now().timestamp()), secrets.token_hex(16)
    right = {
        "X-County-Timestamp": str(at),
        "X-County-Delivery": delivery,
        "X-County-Signature": sign("shared", "POST", path, raw, at, delivery),
    }

    async def sent(to: str = path, method: str = "POST", **change: str | None) -> int:
        headers = {**right, **{f"X-County-{name.title()}": value for name, value in change.items()}}
        headers = {name: value for name, value in headers.items() if value is not None}
        async with api.client.request(method, to, data=raw, headers=headers) as response:
            return response.status

    for retimed in (at + 1, at - 1, f"{at}0", f"{at}.0", f"+{at}", "", "٣", -at):
        assert await sent(timestamp=str(retimed)) == 401, f"re-timed to {retimed!r}"
    for renamed in (secrets.token_hex(16), delivery.upper(), delivery[:-1], "", "x" * 65):
        assert await sent(delivery=renamed) == 401, f"renamed to {renamed!r}"
    for forged in (
        None,
        "",
        "v1=",
        "v2=" + right["X-County-Signature"][3:],
        right["X-County-Signature"].upper(),
        "é",
    ):
        assert await sent(signature=forged) == 401, forged
    assert await sent(path.replace(number, other)) == 401, "another ticket"
    assert await sent(path + "?x=1") == 401, "another query"
    assert await sent(method="GET") == 405
    assert (await api.desk.tickets.view(number, ADMIN, masked=True)).state == "awaiting_sign"
    assert await sent() == 200
    assert await sent() == 409, "a replay"
    api.desk.go(minutes=6)
    assert await sent() == 401, "a replay that is too old"
