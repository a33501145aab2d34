"""Long messages in parts."""

from nlu.parts import PART, WHOLE, parts_of


def test_a_short_message_stays_whole():
    assert parts_of("残疾证怎么办。要钱吗？") == ["残疾证怎么办。要钱吗？"]


def test_a_story_is_read_by_sentences_and_nothing_is_lost():
    story = "我家住在山里，路远得很。" * 12 + "请问残疾证怎么办？"
    parts = parts_of(story)
    assert len(story) > WHOLE and "".join(parts) == story
    assert all(len(part) <= PART for part in parts)
    assert parts[-1].endswith("请问残疾证怎么办？")


def test_text_without_any_mark_is_cut():
    parts = parts_of("哎" * 500)
    assert "".join(parts) == "哎" * 500 and max(map(len, parts)) <= PART
