"""Danger and what only looks like it, learned from a few of the project's examples."""

import pytest

from nlu.danger import DangerClassifier, kind_of
from nlu.retrieval.corpus import DATA, faq_items, load_yaml


@pytest.fixture(scope="module")
def judge():
    examples = load_yaml(DATA / "danger" / "danger.yml")
    calm = [text for item in faq_items() for text in item.phrasings[::9] if not item.key.startswith("faq/FL")]
    return DangerClassifier().fit(examples["danger"][::4], examples["harmless"][::4], calm)


@pytest.mark.parametrize(
    "text", ["我老公又打我了，快救救我", "我不想活了，站在楼顶上", "孩子被后妈关起来不给饭吃"]
)
def test_danger_is_told(judge, text):
    assert judge.look(text).urgent


@pytest.mark.parametrize("text", ["工会怎么加入", "今天累死了哈哈", "轮椅在哪里领"])
def test_harmless_words_are_not(judge, text):
    assert not judge.look(text).urgent


def test_one_dangerous_sentence_in_a_long_story_is_enough(judge):
    story = "我家在山里，种了几亩田，养了两头猪，平时就是做饭带孩子。" * 5
    told = judge.look(story + "昨晚他又拿刀要砍死我。" + story)
    assert told.urgent and told.score > 1.5 * judge.look(story).score


def test_a_stored_model_judges_the_same(judge, tmp_path):
    judge.save(tmp_path)
    again = DangerClassifier.load(tmp_path)
    for text in ("他拿刀堵门", "困死了"):
        assert again.look(text) == judge.look(text)


def test_kinds():
    assert kind_of("我不想活了") == "suicide"
    assert kind_of("孩子被后妈打得一身伤") == "child"
    assert kind_of("老公拿刀要砍我") == "violence"
