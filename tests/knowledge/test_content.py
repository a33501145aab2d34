"""The county's first answers have the form that a chat needs."""

import re
from collections import Counter

import pytest

from bot.directory.seed import read_seed
from bot.knowledge.rendering import MARKER, UNNAMED, fill
from bot.settings import ROOT

SEED = read_seed(ROOT / "data" / "seed")
ENTRIES = SEED.faq
JOINT = {service.code for service in SEED.services if service.proposed_to}
UNSPACED = re.compile(r"[一-鿿][A-Za-z0-9]|[A-Za-z0-9%][一-鿿]")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_first_sentence_is_short_and_stands_alone(entry) -> None:
    first, *rest = fill(entry.answer, entry.figures)[0].split("\n\n")
    sentence = re.split(r"(?<=[。；？！])", first)[0]
    assert len(sentence) <= 40 and sentence[-1] == "。"
    assert rest, "conditions and the place to go stand in paragraphs of their own"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_figures_are_named_in_answer_and_list_alike(entry) -> None:
    names = MARKER.findall(entry.answer)
    assert UNNAMED not in names
    assert set(names) == set(entry.figures)
    assert not any("、" in name or len(name) > 16 for name in names), "the honest line joins the names"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_no_half_sentence_is_left_without_the_figures(entry) -> None:
    """With the figures as without them, lines are whole sentences and paragraphs are one blank line apart."""
    for figures in ({}, dict.fromkeys(entry.figures, "某数")):
        text, _ = fill(entry.answer, figures)
        assert "\n\n\n" not in text
        for line in filter(None, text.split("\n")):
            assert line[-1] in "。；：？" and len(line) >= 4
            assert not re.search(r"是[，。]", line)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_typography(entry) -> None:
    text = MARKER.sub("", entry.answer)
    assert not UNSPACED.search(text)
    assert not re.search(r"[!！你,;?()]|尊敬", text)


def test_button_titles_fit_and_differ() -> None:
    assert [e.id for e in ENTRIES if not e.short or len(e.short) > 12] == []
    assert [title for title, n in Counter(e.short for e in ENTRIES).items() if n > 1] == []


def test_joint_services_are_never_offered() -> None:
    assert [entry.id for entry in ENTRIES if entry.service in JOINT] == []
