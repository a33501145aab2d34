"""Ranking and deciding over the sample county's own questions."""

import pytest

from nlu.retrieval import corpus
from nlu.retrieval.index import default_root, in_memory
from nlu.retrieval.matcher import Matcher


@pytest.fixture(scope="module")
def matcher():
    chosen = [
        i
        for i in corpus.items()
        if i.key in {"faq/CL-01", "faq/GH-17", "faq/HSZ-03", "service/A05", "service/A07"}
    ]
    return Matcher(in_memory(chosen, default_root() / "cache"))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("那個殘疾本本要到哪裡去辦", "faq/CL-01"),
        ("老板跑了工钱没人给去哪告", "faq/GH-17"),
        ("捐骨髓要啥条件", "faq/HSZ-03"),
        ("残疾正怎么班", "faq/CL-01"),
    ],
)
def test_colloquial_questions_find_their_entry(matcher, text, key):
    best = matcher.rank(text)[0]
    assert best.key == key
    assert matcher.decide([best]) == "answer"


def test_requests_find_their_service(matcher):
    assert matcher.rank("帮我爸申请个轮椅", "service")[0].key == "service/A07"


def test_a_question_about_something_else_is_not_answered(matcher):
    assert matcher.decide(matcher.rank("公积金怎么提取")) != "answer"


def test_scores_are_probabilities_and_repeatable(matcher):
    first, again = matcher.rank("残疾证在哪办"), matcher.rank("残疾证在哪办")
    assert first == again
    assert 0 <= sum(m.score for m in first) <= 1 + 1e-6
    assert [m.score for m in first] == sorted((m.score for m in first), reverse=True)


def test_a_long_story_is_matched_by_its_telling_sentence(matcher):
    story = "我家住在山里，种了几亩田，养了两头猪，日子过得紧巴巴的。" * 6
    best = matcher.rank(story + "那个残疾证到底在哪里办？" + story)[0]
    assert best.key == "faq/CL-01"
