"""Sums, ages and head-counts."""

import pytest

from nlu.entities.numerals import parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三千二", 3200),
        ("一万五", 15000),
        ("1.2万", 12000),
        ("一千零五", 1005),
        ("二百五", 250),
        ("七十八万五百零六", 780506),
        ("五亿零六", 500000006),
        ("三五万", 30000),
        ("十几万", 100000),
        ("二零二六", 2026),
        ("一点五万", 15000),
    ],
)
def test_numeral(text, value):
    assert parse(text).plain == value


@pytest.mark.parametrize("text", ["", "万", "石岭", "三五", "一二"])
def test_not_one_number(text):
    number = parse(text)
    assert number is None or number.high is not None or text == "三五"


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("欠我三千二没给", [3200]),
        ("一个月一万五", [15000]),
        ("两万多块", [20000]),
        ("15元", [15]),
        ("三块五", [3.5]),
        ("50元6角三分", [50.63]),
        ("人民币 8千元", [8000]),
        ("￥300", [300]),
        ("每月工资4500，欠了三个月", [4500]),
        ("2到3万", [20000]),
        ("万把块钱", [10000]),
        ("扣了六百五", [650]),
        ("2k一个月", [2000]),
        ("工资一天一百八", [180]),
        ("36.57亿元", [3657000000]),
        ("12万人", []),
        ("万一不行，千万不要一块去", []),
        ("三块地", []),
        ("身上青一块紫一块", []),
        ("一元二次方程", []),
        ("10美元", []),
        ("五角大楼", []),
        ("一家五口人", []),
    ],
)
def test_amount(values, text, amounts):
    assert values(text, "amount") == amounts


def test_rough_amount_says_so(found):
    [entity] = found("两三万块")
    assert entity.data == {"high": 30000, "approx": True}


def test_bare_sum_answers_a_form(values):
    assert values("大概3000", "amount", expected="amount") == [3000]


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("我爸六十七了", [67]),
        ("今年67", [67]),
        ("刚满三岁", [3]),
        ("他爸八十多", [80]),
        ("半岁", [0.5]),
        ("十个月大", [0.83]),
        ("三岁半", [3.5]),
        ("七十有二", [72]),
        ("我妈72，腿脚不好", [72]),
        ("罗建明 四十九 石岭村", [49]),
        ("二十六了还能入团吗", [26]),
        ("快3个月了", []),
        ("已经2年了", []),
        ("打110还是120", []),
        ("六口人", []),
    ],
)
def test_age(values, text, ages):
    assert values(text, "age") == ages


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("一家五口人", [(5, "口")]),
        ("三十来个人", [(30, "个人")]),
        ("40名职工", [(40, "名")]),
        ("三个孩子", [(3, "个")]),
        ("一口气", []),
        ("后六位", []),
    ],
)
def test_count(found, text, counts):
    assert [(e.value, e.data["unit"]) for e in found(text) if e.type == "count"] == counts


@pytest.mark.parametrize(("text", "value"), [("三", 3), ("大概三十个吧", 30), ("我们来二十五六个", 25)])
def test_bare_number_answers_a_form(values, text, value):
    assert values(text, "count", expected="integer") == [value]
    assert values("三", "count") == []
