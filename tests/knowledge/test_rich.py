"""The safe subset of answers: what is refused, and that nothing typed becomes markup."""

import pytest

from bot.directory.seed import read_seed
from bot.knowledge.rich import as_html, problems
from bot.settings import ROOT


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("找<b>县残联</b>", "网页标签"),
        ("<script>alert(1)</script>", "网页标签"),
        ("看 javascript:alert(1)", "不能放的链接"),
        ("看 http://a.cn", "https://"),
        ("看[这里](https://a.cn)", "直接写网址"),
        ("**要带**户口本", "不能加粗"),
        ("# 材料", "写标题"),
        ("比例是【】", "本县标准的名字"),
        ("比例是【补贴比例", "没有配上"),
    ],
)
def test_what_looks_like_markup_is_refused_in_words(answer: str, said: str) -> None:
    (found,) = problems(answer)
    assert said in found


def test_the_counties_own_answers_pass() -> None:
    assert {
        row.id: problems(row.answer) for row in read_seed(ROOT / "data" / "seed").faq if problems(row.answer)
    } == {}


def test_lists_phones_and_links_are_fine_and_pressed() -> None:
    text = "1. 打 12345 或 0734-8812345。\n- 看 https://www.cdpf.org.cn/a?b=1&c=2，或去残联。"
    assert problems(text) == []
    shown = as_html(text)
    assert '<a href="tel:12345">' in shown and '<a href="tel:0734-8812345">' in shown
    assert 'href="https://www.cdpf.org.cn/a?b=1&amp;c=2" rel="noopener noreferrer"' in shown


def test_nothing_typed_becomes_markup() -> None:
    assert "<img" not in as_html('<img src=x onerror=alert(1)> https://a.cn/"onmouseover="x')
    assert '"onmouseover' not in as_html('https://a.cn/"onmouseover="x')
