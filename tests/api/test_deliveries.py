"""Deliveries that failed, over the API: who reads them, retrying, how the receivers do."""

from sqlalchemy import update

from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.circuit import note_failure
from bot.tickets.models import Outbox
from tests.api.test_tickets import Api


async def test_failed_deliveries_are_listed_and_retried(api: Api) -> None:
    row = DeliveryTarget(org="CL", kind="webhook", address="https://example.org/hook")
    async with api.context.db.write() as session:
        session.add(row)
    numbers = []
    for _ in range(3):
        numbers.append((await api.file())["number"])
        await api.step(numbers[-1], "reviewer", "awaiting_sign", "派")
    async with api.context.db.write() as session:
        failed = (
            update(Outbox).where(Outbox.kind == "webhook").values(state="failed", error="500", attempts=20)
        )
        await session.execute(failed)
        for _ in range(5):
            await note_failure(session, "webhook", str(row.id), api.desk.now(), "500")

    first = await (await api.get("/deliveries?limit=2")).json()
    rest = await (await api.get(f"/deliveries?limit=2&cursor={first['next_cursor']}")).json()
    items = [*first["items"], *rest["items"]]
    assert [one["ticket"] for one in items] == numbers and rest["next_cursor"] is None
    assert {(one["org"], one["error"], one["attempts"]) for one in items} == {("CL", "500", 20)}
    [target] = (await (await api.get("/targets")).json())["items"]
    assert target["circuit"] == "open" and target["failures"] == 5 and target["until"]

    path = f"/deliveries/{items[0]['id']}/retry"
    for who in ("lead", "helper", "auditor", "maintainer", "channel", "convenor"):
        assert (await api.get("/deliveries", who)).status == 403, who
        assert (await api.get("/targets", who)).status == 403, who
        assert (await api.post(path, {}, who)).status == 403, who
    assert (await api.get("/deliveries", None)).status == 401
    again = await api.post(path, {})
    assert again.status == 200 and (await again.json())["state"] == "waiting"
    assert (await api.post(path, {})).status == 409
    assert (await api.post("/deliveries/99999/retry", {})).status == 404
    assert [one["id"] for one in (await (await api.get("/deliveries")).json())["items"]] == [
        one["id"] for one in items[1:]
    ]
    [target] = (await (await api.get("/targets")).json())["items"]
    assert target["circuit"] == "half_open", "the retry is the trial"
    waiting = (await (await api.get("/deliveries?state=waiting")).json())["items"]
    assert items[0]["id"] in [one["id"] for one in waiting]
    for query in ("?state=done", "?cursor=x", "?limit=0"):
        assert (await api.get(f"/deliveries{query}")).status == 422
