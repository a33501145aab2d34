"""Nobody reads a placeholder; what is missing is said."""

import pytest

from bot.directory.seed import read_seed
from bot.knowledge.rendering import fill, honest_note
from bot.settings import ROOT

ENTRIES = read_seed(ROOT / "data" / "seed").faq


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_no_entry_shows_a_placeholder(entry) -> None:
    text, missing = fill(entry.answer, entry.figures)
    assert "【" not in text and "】" not in text
    assert len(text) >= 15 and text[-1] in "。；？！"
    assert not any(pair in text for pair in ("，，", "，。", "。。", "（）"))
    note = honest_note(missing, confirmed=entry.confirmed)
    assert bool(note) == (bool(missing) or not entry.confirmed)
    assert note is None or "待填" not in note


def test_known_figure_stands_in_the_text() -> None:
    text, missing = fill("可以领。每月【生活补贴】元，按月发。", {"生活补贴": "80"})
    assert text == "可以领。每月80元，按月发。" and missing == []


def test_clause_of_a_missing_figure_is_left_out_and_named() -> None:
    text, missing = fill("可以领。按月发，每月【生活补贴】元。全县统一（见【文件】）。", {"生活补贴": None})
    assert text == "可以领。按月发。全县统一。" and missing == ["生活补贴", "文件"]
    assert (
        honest_note(missing, confirmed=True) == "生活补贴、文件由本地定，核定后再公布。想现在问，可以转人工。"
    )


def test_line_that_held_nothing_else_goes_with_its_figure() -> None:
    text, missing = fill("可以领。\n\n按月发。\n本县【标准】。\n\n【受理点】。\n\n去镇上办。", {})
    assert text == "可以领。\n\n按月发。\n\n去镇上办。" and missing == ["标准", "受理点"]


def test_note_names_the_owner_of_several_figures_once() -> None:
    note = honest_note(["医疗互助的缴费额", "医疗互助的给付比例", "低保线", "评残医院"], confirmed=True)
    assert note is not None and note.startswith("医疗互助的缴费额、给付比例、低保线、评残医院由本地定")


def test_doubtful_entry_says_so() -> None:
    assert "核对" in (honest_note([], confirmed=False) or "")
    assert honest_note([], confirmed=True) is None
