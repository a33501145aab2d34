"""Weighing reasons: pure, on the sample county."""

from datetime import date
from pathlib import Path

import pytest

from bot.context import Context
from bot.directory.catalogue import CENTRE, County
from bot.tickets.proposing.candidates import Evidence, accused, candidates

DAY = date(2026, 11, 24)


@pytest.fixture
def server() -> str:
    return "sqlite"


@pytest.fixture
async def directory(county: Context, tmp_path: Path) -> County:
    return await county.directory.county()


def test_a_likely_service_names_its_lead_with_the_reason(directory: County) -> None:
    [best] = candidates(directory, Evidence("轮椅坏了", services=[("A07", 0.8), ("A01", 0.1)]), DAY)
    assert best.org == "CL" and best.service == "A07" and best.score == pytest.approx(0.72)
    assert best.reasons == ("说的像“康复辅助器具适配申请”（80%），目录里由县残联主办",)


def test_reasons_add_up_and_earlier_decisions_outweigh_a_weak_likeness(directory: County) -> None:
    known = Evidence(
        "路灯坏了",
        services=[("A07", 0.4)],
        alike=[("KX", 0.9), ("KX", 0.8), ("CL", 0.6)],
        town="青石镇",
        from_town={"KX": 3, "CL": 1},
    )
    first, second = candidates(directory, known, DAY)
    assert (first.org, second.org) == ("KX", "CL") and first.score > second.score
    assert any("3 件相近的诉求，2 件派给了县科协" in reason for reason in first.reasons)
    assert any("青石镇一年来 4 件综合诉求，3 件派给了县科协" in reason for reason in first.reasons)
    alone = candidates(directory, Evidence("路灯坏了", services=[("A07", 0.4)]), DAY)
    assert alone[0].score < second.score


def test_nothing_telling_stays_with_the_centre(directory: County) -> None:
    [best] = candidates(directory, Evidence("你好", services=[("A07", 0.1)]), DAY)
    assert best.org == CENTRE and best.score == 0 and "看不出归哪个单位" in best.reasons


def test_who_is_complained_about_is_never_proposed(directory: County) -> None:
    text = "我要投诉县残联，去了三次都推诿"
    assert accused(directory, text) == {"CL"}
    assert accused(directory, "县残联帮我配的轮椅坏了") == set()
    known = Evidence(text, services=[("A07", 0.9), ("A01", 0.5)])
    found = candidates(directory, known, DAY)
    assert "CL" not in [one.org for one in found]
    assert any("投诉的是县残联，不派给它" in reason for reason in found[0].reasons)


def test_joint_reasons_of_high_privacy_say_so(directory: County) -> None:
    [best, *_] = candidates(directory, Evidence("丈夫打我", services=[("A11", 0.9)]), DAY)
    assert "属高敏，派单前先改事项" in best.reasons[0]
