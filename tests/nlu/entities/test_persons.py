"""Personal names."""

import pytest


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我叫张建国", ["张建国"]),
        ("我叫王强家在青陂镇", ["王强"]),
        ("我姓周，叫周远", ["周远"]),
        ("我叫建国", ["建国"]),
        ("联系人 欧阳小红 18912345678", ["欧阳小红"]),
        ("姓名：李秀英，女", ["李秀英"]),
        ("我儿子刘洋洋今年三岁", ["刘洋洋"]),
        ("帮李秀英申请轮椅", ["李秀英"]),
        ("工友陈志强、刘小军没拿到钱", ["陈志强", "刘小军"]),
        ("张建国", ["张建国"]),
        ("我叫阿依古丽·买买提", ["阿依古丽·买买提"]),
        ("我叫古丽娜尔", ["古丽娜尔"]),
        ("罗家明 四十九 石岭村", ["罗家明"]),
        ("石岭村的黄翠花", ["黄翠花"]),
        ("与当事人关系", []),
        ("我张罗大家选代表", []),
        ("派出所开了张告诫书", []),
        ("王婶家的低保，老李想问，张主任说找小王", []),
        ("叫我小王就行", []),
        ("你叫什么名字", []),
        ("周三下午来，高兴得很，万一不行", []),
        ("石岭村", []),
        ("残疾证在哪里办", []),
    ],
)
def test_person(values, text, names):
    assert values(text, "person") == names


@pytest.mark.parametrize("text", ["建国", "就叫建国吧", "我叫建国"])
def test_given_name_answers_a_form(values, text):
    assert values(text, "person", expected="person") == ["建国"]


@pytest.mark.parametrize("text", ["不想说", "为什么要名字", "等一下"])
def test_refusal_is_no_name(values, text):
    assert values(text, "person", expected="person") == []


def test_form_of_address_is_marked(found):
    [entity] = found("王女士", "person")
    assert entity.data["address"]
