"""BM25 over the query's own maximum."""

from nlu.retrieval.bm25 import Bm25
from nlu.retrieval.grams import characters, sounds


def test_scores_are_comparable_across_queries():
    index = Bm25(characters(text) for text in ("残疾证怎么办", "最低工资是多少"))
    same, foreign = (
        index.scores(characters("残疾证怎么办")),
        index.scores(characters("残疾证照片太丑要换相馆重拍")),
    )
    assert same[0] > 2 * foreign[0] > 2 * foreign[1]


def test_unknown_words_only_give_nothing():
    assert Bm25([characters("残疾证")]).scores(characters("天气")).tolist() == [0.0]


def test_homophone_typos_sound_the_same():
    assert sounds("残疾正") == sounds("残疾证")
