"""Whole messages: several facts at once, positions, long stories, and the evaluation."""

import time

from nlu.entities.evaluate import evaluate


def test_several_facts_in_one_sentence(found):
    text = "我是石岭村的张建国，电话 139 1234 1357，我爸六十七了想办残疾证，下周三上午来"
    assert [(e.type, e.value) for e in found(text)] == [
        ("place", "T01-05"),
        ("person", "张建国"),
        ("phone", "13912341357"),
        ("relation", "父亲"),
        ("age", 67),
        ("date", "2026-12-02"),
    ]


def test_positions_count_in_the_text_as_written(found):
    text = "  電話：１３９ １２３４ １３５７，，，我叫陳美玲"
    phone, person = (e for e in found(text) if e.type in ("phone", "person"))
    assert phone.text == "１３９ １２３４ １３５７"
    assert (person.text, person.value) == ("陳美玲", "陈美玲")


def test_long_story_is_read_quickly_and_to_its_end(found):
    story = "老板只给了两万块就不管了，家里还有两个孩子，公公婆婆都七十多了。" * 15 + "我叫谭小红。"
    found(story[-60:])
    started = time.perf_counter()
    entities = found(story)
    assert time.perf_counter() - started < 1
    assert entities[-1].value == "谭小红"
    assert sum(e.type == "amount" for e in entities) == 15


def test_nothing_in_nothing(found):
    assert found("") == []
    assert found("？？？") == []


def test_evaluation_counts_by_type_and_accepts_second_readings(gazetteer):
    lines = [
        {
            "text": "下周三来石岭村，电话13912341357",
            "now": "2026-11-24T09:30:00",
            "entities": [
                {"entity": "date", "text": "下周三", "value": "2026-12-03", "also": ["2026-12-02"]},
                {"entity": "place", "text": "石岭村", "value": "T01-01"},
            ],
        }
    ]
    report = evaluate(lines, gazetteer)
    assert report.scores["date"].f1 == 1
    assert report.scores["place"].f1 == 0
    assert "phone" not in report.scores
    assert len(report.errors) == 1
