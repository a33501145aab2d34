"""A list that checks rights whose detail does not: every token, every ticket, every address of it."""

import json

from bot.directory.roles import Role
from bot.directory.tokens import create_token
from tests.api.test_tickets import WHO, Api
from tests.tickets.conftest import ENQUIRY, SAFE, WHEELCHAIR

DETAILS = ("", "/transitions", "/attachments")
ELSE = "QT-0000-0000"


async def test_what_is_listed_opens_and_nothing_else_does(api: Api) -> None:
    async with api.context.db.write() as session:
        for name, role, org in (("partner", Role.CHANNEL, None), ("kx", Role.ORGANISATION, "KX")):
            api.tokens[name] = await create_token(session, role, org, name, api.desk.now(), None)
    numbers = [
        (await api.file(*one))["number"] for one in (("A07", WHEELCHAIR), ("A24", ENQUIRY), ("A11", SAFE))
    ]
    numbers.append((await api.file("A07", who="partner"))["number"])
    for number in numbers[:3]:
        await api.step(number, "reviewer", "awaiting_sign", "派")
    seen = {}
    for who in (*WHO, "partner", "kx"):
        answer = await api.get("/tickets?limit=200", who)
        listed = (
            {item["number"] for item in (await answer.json())["items"]} if answer.status == 200 else set()
        )
        told = await api.get("/events?after=0&limit=200", who)
        events = {event["ticket"] for event in (await told.json())["items"]} if told.status == 200 else set()
        assert events <= listed, f"{who} hears of what he does not see"
        for number in numbers:
            for detail in DETAILS:
                answer = await api.get(f"/tickets/{number}{detail}", who)
                assert (answer.status == 200) == (number in listed), (who, number, detail, answer.status)
            for path, body in (
                ("/notes", {"text": "看看", "internal": True}),
                ("/acts", {"do": "contacted", "outcome": "reached"}),
                ("/transitions", {"to": "withdrawn", "note": "x"}),
            ):
                answer = await api.post(f"/tickets/{number}{path}", body, who, If_Match='"1"')
                text = await answer.text()
                if number not in listed:
                    assert answer.status in (403, 404), (who, path, answer.status, text)
                    assert "13907351357" not in text and number not in json.dumps(text)
        seen[who] = listed
    assert seen["reviewer"] == seen["auditor"] == set(numbers)
    assert seen["channel"] == set(numbers[:3]) and seen["partner"] == {numbers[3]}
    assert seen["lead"] == seen["helper"] == {numbers[0]} and seen["kx"] == {numbers[1]}
    assert seen["other"] == seen["maintainer"] == set()


async def test_a_search_finds_nothing_that_is_not_listed(api: Api) -> None:
    number = (await api.file())["number"]
    for who in ("lead", "other", "helper"):
        for query in (number, number[:7], "13907351357", "轮椅"):
            answer = await api.get(f"/tickets?q={query}", who)
            assert (await answer.json())["items"] == [], (who, query)
