"""Rules of the measures that the ledger of `ledger.py` does not meet, on plain values."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.reports import answers, parts
from bot.reports.cases import Case, Outcome
from bot.reports.facts import Answer, Matter, Part, Round
from bot.tickets.deadlines import WorkClock
from tests.tickets.conftest import at

CLOCK = WorkClock()
SENT, SIGN_DUE, DUE, NOW = (at(f"2026-11-{day}") for day in ("02 09:00", "03 09:00", "09 17:30", "20 12:00"))
PART = Part(
    org="KX", role="lead", state="in_progress", dispatched_at=SENT, sign_due=SIGN_DUE,
    signed_at=at("2026-11-02 10:00"), deemed=False, returned=0, upheld=False, rounds=(Round(DUE, None, None),),
)  # fmt: skip
MATTER = Matter(
    number="M", service="A02", kind="aid", waits_outside=False, lead="KX", place="T01", grid="T01-05", person="p",
    channel="web", urgent=False, state="in_progress", created_at=SENT, closed_at=None, paused_at=None,
    contact_due=SIGN_DUE, contacted_at=None, anonymous=False, policy=False, parts=(PART,),
)  # fmt: skip
ANSWER = Answer(NOW, "KX", "满意", "solved", by_resident=True, recorded=False, void=False)


def judged(measure: Any, matter: Matter, as_of: datetime = NOW) -> list[tuple[str, str | None]]:
    found: list[Case] = list(measure(matter, as_of, CLOCK))
    return [(case.outcome.value, case.reason) for case in found]


def with_part(matter: Matter = MATTER, **changed: Any) -> Matter:
    return replace(matter, parts=(replace(PART, **changed),))


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        (with_part(state="return_review", signed_at=None, returned=1), ("hit", None)),
        (with_part(signed_at=SIGN_DUE, deemed=True), ("miss", None)),
        (with_part(signed_at=SIGN_DUE), ("hit", None)),
        (with_part(signed_at=None, state="awaiting_sign"), ("miss", None)),
        (with_part(signed_at=None, state="awaiting_sign", delivery_failed=True), ("out", "delivery_failed")),
        (with_part(signed_at=SENT), ("out", "by_decision")),
        (with_part(signed_at=None, ended="decided", ended_at=at("2026-11-02 12:00")), ("out", "moved")),
        (
            with_part(
                replace(MATTER, paused_at=at("2026-11-02 12:00")), signed_at=None, state="awaiting_sign"
            ),
            ("out", "paused"),
        ),
    ],
)
def test_signature(matter: Matter, expected: tuple[str, str | None]) -> None:
    assert judged(parts.signed_in_time, matter) == [expected]


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        (MATTER, ("miss", None)),  # open and late
        (replace(MATTER, paused_at=at("2026-11-06 09:00")), ("out", "paused")),
        (replace(MATTER, paused_at=at("2026-11-10 09:00")), ("miss", None)),  # late before the clock stood
        (with_part(ended="decided", ended_at=at("2026-11-06 09:00")), ("out", "moved")),
        (with_part(ended="decided", ended_at=at("2026-11-12 09:00")), ("miss", None)),  # taken away too late
        (with_part(replace(MATTER, state="consultation"), signed_at=None), ("out", "consulting")),
        (replace(MATTER, state="merged"), ("out", "merged")),
        (replace(MATTER, state="withdrawn", closed_at=DUE), ("out", "withdrawn")),
    ],
)
def test_result(matter: Matter, expected: tuple[str, str | None]) -> None:
    assert judged(parts.done_in_time, matter) == [expected]


def test_a_lead_waits_for_its_late_helper_and_is_not_blamed() -> None:
    helper = replace(PART, org="HSZ", role="helper", rounds=(Round(at("2026-11-06 17:30"), None, None),))
    waiting = replace(MATTER, parts=(PART, helper))
    assert judged(parts.done_in_time, waiting) == [("out", "helper_late")]
    # The helper came one working day late; the lead, due on Monday 17:30, has until Tuesday 17:30.
    came = replace(helper, rounds=(Round(at("2026-11-06 17:30"), None, at("2026-11-09 17:30")),))
    for done, expected in (("10 17:30", "hit"), ("11 08:31", "miss")):
        lead = replace(PART, rounds=(Round(DUE, None, at(f"2026-11-{done}")),))
        assert judged(parts.done_in_time, replace(MATTER, parts=(lead, came))) == [(expected, None)]
    # Round the clock for what is urgent: 24 hours on Saturday and Sunday count.
    urgent = replace(MATTER, urgent=True)
    lead = replace(PART, rounds=(Round(DUE, None, at("2026-11-12 17:30")),))
    assert judged(parts.done_in_time, replace(urgent, parts=(lead, came))) == [("hit", None)]


def test_a_round_that_a_decision_replaced_counts_if_it_was_late() -> None:
    late = Round(DUE, None, None, ended_at=at("2026-11-12 09:00"), ended="decided")
    early = replace(late, ended_at=at("2026-11-05 09:00"))
    now = Round(at("2026-11-19 17:30"), None, at("2026-11-19 09:00"))
    assert judged(parts.done_in_time, with_part(rounds=(late, now))) == [("miss", None), ("hit", None)]
    assert judged(parts.done_in_time, with_part(rounds=(early, now))) == [("out", "moved"), ("hit", None)]


def test_contact() -> None:
    assert judged(parts.response, replace(MATTER, anonymous=True)) == [("out", "anonymous")]
    assert judged(parts.response, replace(MATTER, contacted_at=SIGN_DUE)) == [("hit", None)]
    assert judged(parts.response, replace(MATTER, contact_due=None)) == []
    later = replace(PART, org="WL", dispatched_at=at("2026-11-04 09:00"))
    both = replace(MATTER, parts=(PART, later))
    assert [case.org for case in parts.response(both, NOW, CLOCK)] == ["KX"]


def test_returns_that_nobody_has_decided_are_in_neither_numerator() -> None:
    waiting = with_part(state="return_review", returned=1)
    assert judged(parts.rejected_return, waiting) == [("miss", None)]
    assert judged(parts.misdispatched, waiting) == [("miss", None)]
    assert judged(parts.rejected_return, with_part(returned=1)) == [("hit", None)]
    assert judged(parts.misdispatched, with_part(returned=1, upheld=True)) == [("hit", None)]


@pytest.mark.parametrize(
    ("matter", "answer", "expected"),
    [
        (MATTER, ANSWER, ("hit", None)),
        (MATTER, replace(ANSWER, solved="partly"), ("half", None)),
        (MATTER, replace(ANSWER, solved="no"), ("miss", None)),
        (MATTER, replace(ANSWER, solved=None, rating=None), ("out", "silent")),
        (replace(MATTER, waits_outside=True), ANSWER, ("out", "waiting_outside")),
        (replace(MATTER, kind="order"), ANSWER, ("out", "order")),
        (replace(MATTER, kind="membership"), ANSWER, ("out", "membership")),
        (replace(MATTER, policy=True), replace(ANSWER, solved="no"), ("out", "policy")),
        (replace(MATTER, policy=True), ANSWER, ("hit", None)),
        (MATTER, replace(ANSWER, void=True), ("out", "abuse")),
        (MATTER, replace(ANSWER, by_resident=False), ("out", "unrecorded")),
        (MATTER, replace(ANSWER, by_resident=False, recorded=True), ("hit", None)),
    ],
)
def test_solved(matter: Matter, answer: Answer, expected: tuple[str, str | None]) -> None:
    assert judged(answers.solved, replace(matter, answers=(answer,))) == [expected]


def test_raised_again_needs_the_same_person_service_and_place() -> None:
    closed = replace(MATTER, state="closed", closed_at=at("2026-11-09 09:00"))
    again = replace(MATTER, number="N", created_at=at("2026-12-09 09:00"))
    for other, outcome in (
        (again, Outcome.HIT),
        (replace(again, created_at=at("2026-12-09 09:01")), Outcome.MISS),
        (replace(again, created_at=at("2026-11-08 09:00")), Outcome.MISS),
        (replace(again, person="q"), Outcome.MISS),
        (replace(again, service="A01"), Outcome.MISS),
        (replace(again, grid="T02-01"), Outcome.MISS),
        (replace(again, channel="test"), Outcome.MISS),
    ):
        (case,) = answers.raised_again([closed, other])
        assert (case.number, case.outcome, case.at) == ("M", outcome, at("2026-12-09 09:00"))
    (unknown,) = answers.raised_again([replace(closed, person=None)])
    assert unknown.reason == "unknown_person"
