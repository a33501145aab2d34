"""The replay: who fares worse with a draft is found, who fares better too, and the rest is left alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from actions import faq as conversation
from bot.knowledge import replay as replays
from bot.knowledge.replay import Change, Done, questions, replay
from nlu.retrieval import corpus
from nlu.retrieval.index import Item, Published, in_memory

IDS = ("CL-01", "CL-02", "CL-07", "CL-09", "CL-18", "GH-01", "GH-02", "FL-03")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module")
def published(cache: Path) -> Published:
    items = [item for item in corpus.faq_items() if item.key.removeprefix("faq/") in IDS]
    return in_memory([replace(item, phrasings=item.phrasings[:8]) for item in items], cache)


def entry(published: Published, key: str) -> Item:
    return next(item for item in published.items if item.key == f"faq/{key}")


def heard(published: Published, draft: Item, cache: Path) -> tuple[replays.Found, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    return replay(published, draft, cache, lambda done, total: told.append((done, total))), told


def test_a_draft_that_says_what_is_online_changes_nothing(published: Published, cache: Path) -> None:
    found, _ = heard(published, entry(published, "CL-09"), cache)
    assert (found.better, found.worse) == ((), ())
    assert found.total == sum(len({i.title, *i.phrasings}) for i in published.items)


def test_a_draft_that_takes_anothers_questions_makes_them_worse(published: Published, cache: Path) -> None:
    """The wheelchair entry that claims the certificate's phrasings answers them wrongly."""
    wheelchair, certificate = entry(published, "CL-09"), entry(published, "CL-01")
    greedy = replace(wheelchair, title=certificate.title, phrasings=certificate.phrasings)
    found, told = heard(published, greedy, cache)
    hurt = {change.text for change in found.worse}
    assert hurt & set(wheelchair.phrasings), "its own questions are lost"
    assert all(change.step < 0 for change in found.worse)
    assert told[0] == (0, 2 * found.asked) and told[-1] == (2 * found.asked, 2 * found.asked)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_more_ways_of_asking_make_like_questions_better(published: Published, cache: Path) -> None:
    whole = next(item for item in corpus.faq_items() if item.key == "faq/GH-02")
    poor = replace(entry(published, "GH-02"), phrasings=())
    items = [poor if item.key == poor.key else item for item in published.items]
    found, _ = heard(in_memory(items, cache), whole, cache)
    assert found.better and len(found.better) > len(found.worse)


def test_a_phrasing_that_is_taken_out_is_still_asked(published: Published, cache: Path) -> None:
    wheelchair = entry(published, "CL-09")
    found, _ = heard(published, replace(wheelchair, phrasings=wheelchair.phrasings[1:]), cache)
    assert found.total == len(questions(published.items))


def test_the_first_entry_of_an_empty_index_is_replayed(published: Published, cache: Path) -> None:
    empty = in_memory([], cache)
    found, _ = heard(empty, entry(published, "CL-09"), cache)
    assert found.worse == () and found.total == 9


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        (Done("answer", ("A",), 0.9), Done("answer", ("B",), 0.9), -3),
        (Done("answer", ("A",), 0.9), Done("ask_back", ("A", "B"), 0.5), -1),
        (Done("ask_back", ("A", "B"), 0.5), Done("ask_back", ("B", "C"), 0.5), -1),
        (Done("unknown", (), 0.1), Done("answer", ("B",), 0.9), -1),
        (Done("answer", ("B",), 0.9), Done("unknown", (), 0.1), 1),
        (Done("ask_back", ("A", "B"), 0.5), Done("answer", ("A",), 0.9), 1),
        (Done("answer", ("A",), 0.731), Done("ask_back", ("A", "B"), 0.729), 0),
    ],
)
def test_what_is_worse_for_a_question_of_entry_a(before: Done, after: Done, step: int) -> None:
    assert Change("x", ("A",), before, after).step == step


def test_asking_back_offers_what_the_conversation_offers() -> None:
    assert (replays.WORTH_ASKING, replays.MOST_CHOICES) == (
        conversation._WORTH_ASKING,
        conversation.MOST_CHOICES,
    )
