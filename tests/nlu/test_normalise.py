"""One spelling for matching."""

import pytest

from nlu.normalise import normalise, normalise_aligned


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("１３９－１２３４", "139-1234"),
        ("我要辦殘疾證！！！", "我要办残疾证！"),
        ("你好，请问：在哪？", "你好，请问：在哪？"),
        ("  我\u3000 要\tABC ", "我 要 ABC"),
        ("我 要 办 证", "我要办证"),
        ("石岭村 张建国 139", "石岭村 张建国 139"),
        ("零\u200b宽", "零宽"),
        ("", ""),
    ],
)
def test_normalise(text, plain):
    assert normalise(text) == plain


@pytest.mark.parametrize(
    "text", ["  我 要 办 殘疾證！！！謝謝", "１３９　１２３４。。。", "乾乾淨淨  發　了"]
)
def test_alignment_points_at_the_original(text):
    plain, index = normalise_aligned(text)
    assert len(plain) == len(index)
    assert index == sorted(set(index))
    assert all(normalise(text[i]) in (char, "") for char, i in zip(plain, index, strict=True))
