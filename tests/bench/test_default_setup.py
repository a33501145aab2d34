"""The alternative of the benchmarks learns from the same data; figures are what they are called."""

from pathlib import Path

import yaml

from bench import default_setup
from bench.measure import Times, percentile
from nlu.retrieval import corpus


def test_it_learns_from_the_same_sentences(tmp_path: Path) -> None:
    default_setup.make(tmp_path / "project", epochs=2)
    project = tmp_path / "project"
    said = {
        block["intent"]: {line[2:] for line in block["examples"].splitlines()}
        for block in yaml.safe_load((project / "data" / "nlu.yml").read_text("utf-8"))["nlu"]
    }
    for item in corpus.faq_items():
        assert len(said[item.key]) >= len(set(item.phrasings)) * 0.95
    ours = {intent for intent, _ in corpus.all_rasa_examples()} - set(default_setup.REPLACED)
    assert ours <= set(said)
    domain = yaml.safe_load((project / "domain.yml").read_text("utf-8"))
    ruled = {
        rule["steps"][0].get("intent")
        for rule in yaml.safe_load((project / "data" / "rules.yml").read_text("utf-8"))["rules"]
    }
    assert set(domain["intents"]) <= ruled
    assert "epochs: 2" in (project / "config.yml").read_text("utf-8")


def test_every_question_has_an_answer_and_every_slot_a_question() -> None:
    domain = default_setup.domain(["faq", "greet"])
    assert {f"utter_{item.key}" for item in corpus.faq_items()} <= set(domain["responses"])
    assert len(domain["forms"][default_setup.FORM]["required_slots"]) == 5
    assert all(f"utter_ask_{slot}" in domain["responses"] for slot in domain["slots"])


def test_percentile_is_the_nearest_rank() -> None:
    assert percentile([5, 1, 4, 2, 3], 95) == 5
    assert percentile(range(1, 101), 95) == 95
    assert percentile([7], 50) == 7
    assert Times([3, 1, 2]).median == 2
