"""Places of the grid."""

import pytest


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我是石岭村的", ["T01-05"]),
        ("家在石岭", ["T01-05"]),
        ("青陂镇的石岭村", ["T01-05"]),
        ("青陂石岭那边", ["T01-05"]),
        ("青陂镇", ["T01"]),
        ("石领村", ["T01-05"]),
        ("北苑党群服务站", ["S4"]),
        ("县群团中心在哪", ["C0"]),
        ("老屋漏雨了", []),
        ("党员去社区服务", []),
        ("嫁到石岭来的", ["T01-05"]),
        ("住石领", ["T01-05"]),
        ("住龙潭坪的老屋村", ["T07-05"]),
        ("农村户口", []),
        ("龙潭坪新塘村", ["T07-09"]),
        ("新塘村的，属于青陂镇", ["T01-09", "T01"]),
    ],
)
def test_place(values, text, codes):
    assert values(text, "place") == codes


def test_double_name_gives_candidates(found):
    [entity] = found("新塘村的")
    assert entity.data["candidates"] == ["T01-09", "T07-09"]


def test_name_of_town_and_village_prefers_the_town_and_offers_all(found):
    [entity] = found("我住石磨")
    assert entity.value == "T03"
    assert set(entity.data["candidates"]) == {"T03", "T03-01", "T03-07"}


def test_prefix_and_village_are_one_entity(found):
    [entity] = found("在青陂镇的石岭村呢")
    assert entity.text == "青陂镇的石岭村"


@pytest.mark.parametrize("text", ["石岭", "是领", "在石岭那边"])
def test_bare_answer_to_a_form(values, text):
    assert values(text, "place", expected="place") == ["T01-05"]
