"""Which questions an intake asks, and how many."""

from datetime import date

import pytest

from actions.intake import cues, plan, whom
from actions.intake.show import hide_numbers, mask_phone
from actions.turn import Understood, gazetteer
from bot.conversations.drafts import Draft
from bot.directory.catalogue import County
from bot.directory.load import load_county
from nlu.entities import extract
from tests.actions.test_take import NOW

SAMPLES = {"choice": "x", "yes_no": "是"}


@pytest.fixture
async def sample(county) -> County:  # type: ignore[no-untyped-def]
    async with county.db.read() as session:
        return await load_county(session, date(2026, 11, 24))


def _draft(service: str, proxy: bool = False) -> Draft:
    draft = Draft.start("c", service, NOW)
    draft.proxy = proxy
    draft.fields["demand_desc"] = "x"
    return draft


@pytest.mark.parametrize("server", ["sqlite"])
async def test_later_slots_are_never_asked(sample: County) -> None:
    for service in sample.services.values():
        for proxy in (False, True):
            asked = {slot.name for slot in plan.slots_of(sample, service, _draft(service.code, proxy))}
            assert not asked & {*service.later, *sample.contact_kinds["later"]} - {
                *service.required,
                *service.asked,
            }


@pytest.mark.parametrize("server", ["sqlite"])
async def test_every_intake_ends_in_few_questions(sample: County) -> None:
    """Answered in full each time: at most six questions, and half of the services need four or fewer."""
    counts = {}
    for service in (s for s in sample.services.values() if s.contact != "safe"):
        draft, questions = _draft(service.code, service.contact == "personal"), 0
        while group := plan.next_group(sample, service, draft):
            questions += 1
            draft.fields.update({slot.name: SAMPLES.get(slot.type, "x") for slot in group})
            assert questions < 20
        counts[service.code] = questions
    assert max(counts.values()) <= 6, counts
    assert sorted(counts.values())[len(counts) // 2] <= 4, counts


@pytest.mark.parametrize("server", ["sqlite"])
async def test_what_must_be_had_is_asked_before_what_may_be_skipped(sample: County) -> None:
    service, draft = sample.services["A01"], _draft("A01")
    must = plan.must_have(sample, service, draft)
    seen_optional = False
    while group := plan.next_group(sample, service, draft):
        optional = not {slot.name for slot in group} & must
        assert optional or not seen_optional
        seen_optional = seen_optional or optional
        draft.fields.update({slot.name: "x" for slot in group})


@pytest.mark.parametrize("server", ["sqlite"])
@pytest.mark.parametrize(
    ("text", "service", "relation"),
    [
        ("想给我爸申请一个轮椅", "A07", "父亲"),
        ("我妈瘫在床上，想办残疾证", "A05", "母亲"),
        ("我二级肢残，想报补贴", "A06", None),
        ("老公打我", "A11", None),
        ("孩子考上大学了，我在厂里上班，想申请助学", "A03", None),
        ("帮我儿子申请助学", "A18", "儿子"),
        ("我儿子四岁孤独症", "A08", "儿子"),
    ],
)
async def test_for_whom(sample: County, text: str, service: str, relation: str | None) -> None:
    facts = extract(text, gazetteer(sample), NOW)
    assert whom.find(text, facts, sample.services[service]).relation == relation


@pytest.mark.parametrize(
    ("text", "confirming", "move"),
    [
        ("算了，不办了", False, "cancel"),
        ("取消吧", False, "cancel"),
        ("先存着，明天再填", False, "keep"),
        ("跳过", False, "skip"),
        ("不想说", False, "skip"),
        ("转人工", False, "human"),
        ("没错，提交吧", True, "confirm"),
        ("对的", True, "confirm"),
        ("对的", False, None),
        ("不对", True, "deny"),
        ("改前面的", False, "edit"),
        ("我在取消收费的那个停车场上班", False, None),
        ("没有", False, None),
        ("石岭村", False, None),
    ],
)
def test_moves(text: str, confirming: bool, move: str | None) -> None:
    assert cues.move(text, Understood(text), confirming) == move


def test_numbers_are_masked() -> None:
    assert mask_phone("13912341357") == "139****1357"
    assert hide_numbers("打13912341357，证430422195603151216") == "打139****1357，证4304**********1216"
