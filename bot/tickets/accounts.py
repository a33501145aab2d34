"""What a step leaves on record for the figures: when a part ended and why, its rounds, what was answered."""

import re
from datetime import datetime

from bot.tickets import states as s
from bot.tickets.errors import Missing
from bot.tickets.models import Assignment, Rating
from bot.tickets.work import Work, moment

SOURCE = "source"
"""The purpose of the keyed hash of an address."""
EMPTY_REPLY = re.compile(
    "(已|我们|我单位)?(收到|阅|知悉|知晓|了解|办理?|同意|无意见|没意见|好的?|是|嗯|无|协办)了?"
)
"""Replies that say nothing of the matter."""


def end_part(work: Work, part: Assignment, why: str) -> None:
    """An organisation is out: when and why stay on record for the figures."""
    part.clock = {**part.clock, "before": part.state, "ended_at": work.at.isoformat(), "ended": why}
    part.state = s.CANCELLED


def end_round(work: Work, part: Assignment, why: str) -> None:
    """Keep what a part's clock said before it starts anew: the figures count every round."""
    rounds = list(part.clock.get("rounds", ()))
    due = part.due.isoformat() if part.due else None
    if not rounds or rounds[-1]["due"] != due:
        closed = work.ticket.closed_at if part.role == s.LEAD else None
        rounds.append(
            {
                "due": due,
                "unextended": part.clock.get("unextended"),
                "done_at": part.done_at.isoformat() if part.done_at else None,
                "closed_at": closed.isoformat() if closed else None,
                "silent": bool(part.clock.get("silent")),
                "substantive": part.clock.get("substantive", True),
                "ended_at": work.at.isoformat(),
                "ended": why,
            }
        )
    ours = ("unextended", "silent", "substantive")
    part.clock = {**{k: v for k, v in part.clock.items() if k not in ours}, "rounds": rounds}


def add_rating(work: Work, rating: str | None, solved: str | None) -> None:
    """Keep an answer, or silence, for the figures."""
    if solved is not None and solved not in s.SOLVED:
        raise Missing("solved", f"解决没有是 {'、'.join(s.SOLVED_NAMES.values())} 之一")
    data = work.ask.data
    source = data.get("_source")
    work.session.add(
        Rating(
            ticket=work.ticket.id,
            at=work.at,
            org=work.ticket.lead,
            rating=rating,
            solved=solved,
            actor=work.actor.key,
            recording=str(data["recording"])[:80] if data.get("recording") else None,
            source=work.context.vault.lookup(SOURCE, str(source)) if source else None,
        )
    )


def is_substantive(reply: str) -> bool:
    """Whether a helper's reply says more than that it was seen."""
    plain = re.sub(r"[\s，。；！、,.;!]", "", reply)
    return len(plain) > 1 and not EMPTY_REPLY.fullmatch(plain)


def safe_window(work: Work) -> datetime | None:
    """When the safe window of a matter of high privacy opens: nobody may be called before it."""
    return moment(work.ask.data.get("safe_from")) if work.high_privacy else None
