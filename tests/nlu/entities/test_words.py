"""Groups, relations, yes and no, and the catalogue's choices."""

from pathlib import Path

import pytest
import yaml

from nlu.entities import match_choice
from nlu.entities.lexicon import table

CATALOGUE = Path(__file__).resolve().parents[3] / "data" / "seed" / "services.yml"


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("我是送外卖的", ["新就业形态劳动者"]),
        ("留守儿童没人管", ["留守儿童"]),
        ("村里的残疾人", ["残疾人"]),
        ("青年节放假吗", []),
        ("妇联在哪", []),
    ],
)
def test_group(values, text, groups):
    assert values(text, "beneficiary_group") == groups


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("我爸六十七了", ["父亲"]),
        ("帮邻居问一下", ["邻居"]),
        ("给我婆婆办轮椅", ["婆婆"]),
        ("给孩子报名", ["孩子"]),
        ("孩子们都喜欢", []),
    ],
)
def test_relation(values, text, relations):
    assert values(text, "relation") == relations


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("有的", "是"),
        ("没错", "是"),
        ("残疾证办了", "是"),
        ("没有", "否"),
        ("还没办", "否"),
        ("不是的", "否"),
        ("没办过", "否"),
        ("他出去了，暂时安全", "是"),
        ("不方便", "否"),
    ],
)
def test_yes_no(values, text, value):
    assert values(text, "yes_no", expected="yes_no") == [value]


@pytest.mark.parametrize("text", ["有没有什么要求？", "什么意思", "在哪里办", "不清楚", "看情况"])
def test_a_question_or_doubt_is_no_answer(values, text):
    assert values(text, "yes_no", expected="yes_no") == []


def test_yes_in_a_sentence_is_no_answer_unless_asked(values):
    assert values("是我想办残疾证", "yes_no") == []


LEVELS = ["一级", "二级", "三级", "四级", "不清楚"]
KINDS = ["视力", "听力", "言语", "肢体", "智力", "精神", "多重", "还没评定"]
WORK = ["合同制", "平台或网约", "灵活就业", "零工", "临时工", "其他"]
MOBILITY = ["能自己来", "要人陪", "来不了，要上门"]
VENUE = ["室内有投影", "室内没有投影", "室外", "还没定"]


@pytest.mark.parametrize(
    ("text", "choices", "choice"),
    [
        ("二级", LEVELS, "二级"),
        ("两级", LEVELS, "二级"),
        ("二", LEVELS, "二级"),
        ("第三个", LEVELS, "三级"),
        ("不知道几级", LEVELS, "不清楚"),
        ("腿有问题", KINDS, "肢体"),
        ("看不见", KINDS, "视力"),
        ("耳朵聋", KINDS, "听力"),
        ("又聋又哑", KINDS, "多重"),
        ("还没去评", KINDS, "还没评定"),
        ("送外卖的", WORK, "平台或网约"),
        ("打零工", WORK, "零工"),
        ("不是零工", WORK, None),
        ("不能自己来", MOBILITY, "来不了，要上门"),
        ("要儿子带", MOBILITY, "要人陪"),
        ("没得投影仪", VENUE, "室内没有投影"),
        ("你好", LEVELS, None),
    ],
)
def test_choice(text, choices, choice):
    assert match_choice(text, choices) == choice


def _choices() -> set[str]:
    slots = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["slots"]
    return {choice for slot in slots.values() for choice in slot.get("choices", ())}


def test_every_choice_of_the_catalogue_has_words():
    assert _choices() <= set(table("choices"))


def test_every_choice_of_the_catalogue_matches_itself():
    slots = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["slots"]
    for slot in slots.values():
        for choice in slot.get("choices", ()):
            assert match_choice(f"{choice}吧", slot["choices"]) == choice
