"""Weighing what speaks for an organisation: pure, on plain values, with a sentence for every reason.

Each reason is a chance that it alone makes the organisation the right one; together they are the chance that
not all of them are wrong. Whoever a complaint is about is never proposed to handle it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.directory.catalogue import CENTRE, FALLBACK_SERVICE, County
from bot.tickets.routing import standing_in

TRUST_SERVICE, TRUST_ENTRY, TRUST_LIKE, TRUST_TOWN = 0.9, 0.35, 0.8, 0.1
"""How far each kind of reason is believed."""
LEAST = 0.3
"""Below this nobody is proposed and the centre keeps the matter."""
MOST = 3
AGAINST = ("投诉", "举报", "态度", "推诿", "不作为", "乱作为", "刁难", "吃拿卡要", "骂人", "服务差")


@dataclass(frozen=True)
class Evidence:
    """What is known of a complaint."""

    text: str
    services: Sequence[tuple[str, float]] = ()
    """Service code and probability."""
    entries: Sequence[tuple[str, str, float]] = ()
    """Organisation, question and probability of FAQ entries."""
    alike: Sequence[tuple[str, float]] = ()
    """Whom earlier complaints of like wording went to, with their likeness."""
    town: str | None = None
    """The name of its town."""
    from_town: Mapping[str, int] = field(default_factory=dict)
    """How many earlier complaints of that town went to each."""


@dataclass(frozen=True)
class Candidate:
    """An organisation that may lead; `score` is a probability, `service` the matter that it looks like."""

    org: str
    score: float
    reasons: tuple[str, ...]
    service: str | None = None


def accused(county: County, text: str) -> set[str]:
    """The organisations that a complaint is about."""
    if not any(word in text for word in AGAINST):
        return set()
    names = {org.code: {org.name, org.name.removeprefix("县")} for org in county.orgs.values()}
    return {code for code, called in names.items() if any(name in text for name in called)}


def candidates(county: County, known: Evidence, day: date) -> list[Candidate]:
    """Who may lead, best first; the centre where nothing speaks for anybody."""
    chances: defaultdict[str, list[float]] = defaultdict(list)
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    matters: dict[str, str] = {}

    def speak(org: str, chance: float, reason: str) -> None:
        stands = standing_in(county, org, day)
        if stands is not None and stands != CENTRE and chance > 0:
            chances[stands].append(min(chance, 0.99))
            reasons[stands].append(reason)

    for code, score in known.services:
        service = county.services.get(code)
        if service is None or code == FALLBACK_SERVICE:
            continue
        secret = "，属高敏，派单前先改事项" if service.high_privacy else ""
        says = f"说的像“{service.name}”（{_percent(score)}），目录里由{_name(county, service.lead)}主办"
        speak(service.lead, TRUST_SERVICE * score, says + secret)
        matters.setdefault(standing_in(county, service.lead, day) or "", code)
    for org, question, score in known.entries:
        speak(org, TRUST_ENTRY * score, f"接近{_name(county, org)}的问答“{question}”（{_percent(score)}）")
    whole = sum(likeness for _, likeness in known.alike)
    for org in dict.fromkeys(org for org, _ in known.alike):
        own = [likeness for one, likeness in known.alike if one == org]
        chance = TRUST_LIKE * (sum(own) / whole) * max(own)
        speak(org, chance, f"以前 {len(known.alike)} 件相近的诉求，{len(own)} 件派给了{_name(county, org)}")
    total = sum(known.from_town.values())
    for org, count in known.from_town.items():
        says = f"{known.town}一年来 {total} 件综合诉求，{count} 件派给了{_name(county, org)}"
        speak(org, TRUST_TOWN * count / total, says)

    barred = accused(county, known.text)
    found = [
        Candidate(org, _together(chances[org]), tuple(reasons[org]), matters.get(org))
        for org in chances
        if org not in barred
    ]
    best = sorted((one for one in found if one.score >= LEAST), key=lambda one: (-one.score, one.org))[:MOST]
    named = "、".join(_name(county, org) for org in sorted(barred))
    if not best:
        why = (f"投诉的是{named}，不派给它",) if barred else ("看不出归哪个单位",)
        return [Candidate(CENTRE, 0.0, (*why, "先由服务中心办"))]
    if barred:
        first = best[0]
        said = (*first.reasons, f"投诉的是{named}，不派给它")
        best[0] = Candidate(first.org, first.score, said, first.service)
    return best


def _together(chances: list[float]) -> float:
    wrong = 1.0
    for chance in chances:
        wrong *= 1 - chance
    return round(1 - wrong, 3)


def _percent(score: float) -> str:
    return f"{round(100 * score)}%"


def _name(county: County, code: str) -> str:
    return county.orgs[code].name if code in county.orgs else code
