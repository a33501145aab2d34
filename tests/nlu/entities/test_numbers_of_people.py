"""Phones, identity numbers and ticket numbers."""

import pytest

from nlu.entities import identity

VALID_ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("电话13912341357", ["13912341357"]),
        ("电话139 1234 1357谢谢", ["13912341357"]),
        ("139-1234-1357", ["13912341357"]),
        ("１３９１２３４１３５７", ["13912341357"]),
        ("+86 139 1234 1357", ["13912341357"]),
        ("一三八零零一三八零零零", ["13800138000"]),
        ("幺三八，零零幺三，八零零零", ["13800138000"]),
        ("13604779660 13604770960", ["13604779660", "13604770960"]),
        ("座机0734-6812345转801", ["07346812345"]),
        ("（0734）6812345", ["07346812345"]),
        ("010-62288559", ["01062288559"]),
        ("打12338还是12345，110不管", []),
        ("400-123-4567能打吗", []),
        ("电话:13912341357/13912341358", ["13912341357", "13912341358"]),
        ("坐标-77.034040723966", []),
        ("+45-12-34-56-78", []),
        ("我家六口人一三八号", []),
        ("借了13800000000元", []),
        (f"身份证{VALID_ID}", []),
        ("订单号13912341357880", []),
    ],
)
def test_phone(values, text, phones):
    assert values(text, "phone") == phones


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("电话1391234135", None, "10 digits"),
        ("139123413577", None, "12 digits"),
        ("编剧三，1380013800", None, "10 digits"),
        ("6812345", "phone", "no area code"),
        ("12912341357", "phone", "unknown prefix"),
    ],
)
def test_near_phone_says_why(found, text, expected, reason):
    [entity] = found(text, expected)
    assert (entity.type, entity.data["reason"]) == ("phone_invalid", reason)


@pytest.mark.parametrize(
    "text",
    [
        VALID_ID,
        "11010519491231002x",
        "110105 19491231 002X",
        "我的身份证是１１０１０５１９４９１２３１００２Ｘ。",
    ],
)
def test_identity_number(values, text):
    assert values(text, "id_number") == [VALID_ID]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("110105194912310021", "check digit"),
        ("11010519491331002X", "birth date"),
        ("99010519491231002X", "region"),
    ],
)
def test_invalid_identity_number_says_why(found, number, reason):
    [entity] = found(f"身份证{number}")
    assert (entity.type, entity.data["reason"]) == ("id_number_invalid", reason)


def test_check_digit_after_the_standards_example():
    assert identity.check_digit("34052419800101001") == "X"


@pytest.mark.parametrize(
    "text", ["QT-7K3M-92XF", "qt7k3m92xf", "查QT 7K3M 92XF", "ＱＴ－７Ｋ３Ｍ－９２ＸＦ", "工单7K3M-92XF"]
)
def test_ticket_number(values, text):
    assert values(text, "ticket_number") == ["QT-7K3M-92XF"]


def test_ticket_number_reads_look_alikes(values):
    assert values("qt-7ko3-i2xl", "ticket_number") == ["QT-7K03-12X1"]
