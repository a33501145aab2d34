"""The intent classifier over a handful of examples."""

import pytest

from nlu.kernel import KernelClassifier

SAID = {
    "ask": ["轮椅怎么申请", "残疾证在哪办", "产假有几天", "低保要什么条件", "入团要多大"],
    "request": ["帮我爸申请个轮椅", "给我妈办残疾证", "我要报名当志愿者", "替我登记低保", "请派人来讲课"],
    "check": ["我的轮椅批下来没有", "单子到哪一步了", "申请有结果没", "上次报的怎么还没信", "查一下进度"],
}


@pytest.fixture(scope="module")
def model():
    return KernelClassifier().fit(
        [t for texts in SAID.values() for t in texts], [k for k in SAID for _ in SAID[k]]
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [("助听器怎么申请", "ask"), ("帮我妈申请个助听器", "request"), ("助听器批下来没有", "check")],
)
def test_near_pairs_differ_by_what_the_speaker_wants(model, text, label):
    found = model.probabilities(text)
    assert next(iter(found)) == label
    assert sum(found.values()) == pytest.approx(1)


def test_a_stored_model_reads_the_same(model, tmp_path):
    model.save(tmp_path)
    again = KernelClassifier.load(tmp_path)
    for text in ("助听器怎么申请", "有没有消息"):
        assert again.probabilities(text) == pytest.approx(model.probabilities(text), abs=2e-3)
