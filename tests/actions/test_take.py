"""What a message gives to an intake, as plain values."""

from datetime import date, datetime

import pytest

from actions.intake.take import Message, Taken, take
from actions.turn import gazetteer
from bot.directory.catalogue import County
from bot.directory.load import load_county
from nlu.entities import extract

NOW = datetime(2026, 11, 24, 9, 36)


@pytest.fixture
async def sample(county) -> County:  # type: ignore[no-untyped-def]
    async with county.db.read() as session:
        return await load_county(session, date(2026, 11, 24))


def given(
    county: County,
    text: str,
    asked: str = "",
    *,
    service: str = "A07",
    proxy: bool = False,
    filled: dict | None = None,
) -> Taken:
    names = tuple(asked.split())
    slots = [s for s in county.asked_slots(county.services[service], proxy=proxy) if s.name != "is_proxy"]
    expected = county.slots[names[0]].type if names else None
    facts = extract(text, gazetteer(county), NOW, expected)
    return take(Message(text, facts, names, filled or {}, county, proxy), slots)


CONTACT = "applicant_name phone village"

CASES = [
    # text, asked, service, proxy, filled, what is taken
    (
        "周远 13912341357 石岭村",
        CONTACT,
        "A07",
        False,
        {},
        {"applicant_name": "周远", "phone": "13912341357", "village": "T01-05"},
    ),
    ("高原 13833334446 石岭村", CONTACT, "C05", False, {}, {"applicant_name": "高原"}),
    (
        "他叫周建国，我是周远",
        CONTACT,
        "A07",
        True,
        {},
        {"beneficiary_name": "周建国", "applicant_name": "周远"},
    ),
    (
        "周建国，78岁",
        "beneficiary_name beneficiary_age",
        "A07",
        True,
        {},
        {"beneficiary_name": "周建国", "beneficiary_age": 78},
    ),
    ("有的", "dis_cert", "A07", False, {}, {"dis_cert": "是"}),
    ("还没办", "dis_cert", "A07", False, {}, {"dis_cert": "否"}),
    ("腿走不了路", "dis_type", "A07", False, {}, {"dis_type": "肢体"}),
    ("想要个电动轮椅", "", "A07", False, {}, {"device_type": "电动轮椅"}),
    ("一家五口", "household_size", "A01", False, {}, {"household_size": 5}),
    (
        "一共80人，打算入会的有60人",
        "org_size member_count",
        "C02",
        False,
        {},
        {"org_size": 80, "member_count": 60},
    ),
    (
        "打算入会60个人，全厂80个人",
        "org_size member_count",
        "C02",
        False,
        {},
        {"member_count": 60, "org_size": 80},
    ),
    ("欠了两万三", "arrear_amount", "A04", False, {}, {"arrear_amount": 23000}),
    (
        "12月9日，大概60人",
        "station contact_name expected_date expected_people",
        "B09",
        False,
        {},
        {"expected_date": "2026-12-09", "expected_people": 60},
    ),
    ("1956年3月生的", "birth", "A05", False, {}, {"birth": "1956-03"}),
    ("电话错了，是13812345678", "", "A07", False, {"phone": "13912341357"}, {"phone": "13812345678"}),
    ("不是肢体，是视力", "", "A07", False, {"dis_type": "肢体"}, {"dis_type": "视力"}),
    ("名字错了，叫张莉", "", "C05", False, {"applicant_name": "张丽"}, {"applicant_name": "张莉"}),
]


@pytest.mark.parametrize("server", ["sqlite"])
@pytest.mark.parametrize(("text", "asked", "service", "proxy", "filled", "wanted"), CASES)
async def test_taken(sample: County, text, asked, service, proxy, filled, wanted) -> None:  # type: ignore[no-untyped-def]
    taken = given(sample, text, asked, service=service, proxy=proxy, filled=filled)
    assert {name: taken.values.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("server", ["sqlite"])
async def test_a_second_number_does_not_replace_the_first_unasked(sample: County) -> None:
    taken = given(sample, "我儿子的号码是13900001111", filled={"phone": "13912341357"})
    assert "phone" not in taken.values


@pytest.mark.parametrize("server", ["sqlite"])
@pytest.mark.parametrize(
    ("text", "why"), [("138123456", "9 位"), ("22345678", "区号"), ("12012345678", "没有这样开头")]
)
async def test_a_number_that_cannot_be_one_is_told_why(sample: County, text: str, why: str) -> None:
    taken = given(sample, text, "phone")
    assert "phone" not in taken.values
    assert why in "".join(taken.problems)


@pytest.mark.parametrize("server", ["sqlite"])
async def test_a_town_alone_asks_for_its_village(sample: County) -> None:
    taken = given(sample, "白鹤镇", "village")
    assert "village" not in taken.values
    assert {code[:3] for code in taken.places["village"]} == {"T04"}


@pytest.mark.parametrize("server", ["sqlite"])
async def test_a_story_about_our_firm_is_not_the_firms_name(sample: County) -> None:
    assert "org_name" not in given(sample, "县医院欠我们公司的钱", service="A22").values


@pytest.mark.parametrize("server", ["sqlite"])
async def test_every_slot_that_the_chat_may_ask_has_its_words(sample: County) -> None:
    from actions.intake.wording import has_wording

    for service in sample.services.values():
        for slot in sample.asked_slots(service, proxy=True):
            assert has_wording(slot.name), slot.name
