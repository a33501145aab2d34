"""Terms are the county's own over the defaults, and never below the law's minimum."""

from pathlib import Path

import pytest

from bot.retention.rules import RULES
from bot.retention.terms import TermsError, read_terms
from bot.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, state_dir=tmp_path)


def test_every_rule_has_a_term_and_every_term_a_rule(settings: Settings) -> None:
    assert set(read_terms(settings)) == set(RULES)


def test_county_sets_its_own(settings: Settings, tmp_path: Path) -> None:
    defaults = read_terms(settings)
    (tmp_path / "retention.yml").write_text("terms:\n  gaps: 30\n")
    assert read_terms(settings) == {**defaults, "gaps": 30}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("terms:\n  conversations: 179\n", "at least 180"),
        ("terms:\n  access_log: 30\n", "at least 180"),
        ("terms:\n  gap: 30\n", "gap is no kind"),
        ("terms:\n  gaps: soon\n", "whole number"),
        ("terms:\n  gaps: 0\n", "whole number"),
        ("gaps: 30\n", "mapping"),
        ("terms: [\n", "retention.yml"),
    ],
)
def test_wrong_terms_are_refused(settings: Settings, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "retention.yml").write_text(text)
    with pytest.raises(TermsError, match=reason):
        read_terms(settings)
