"""A person instead of the assistant: on duty now, or calling back."""

from __future__ import annotations

from datetime import time

from actions import openings
from actions.turn import Turn, button
from bot.clock import local
from bot.tickets.timing import calendar_of

OPENS, CLOSES = time(8, 30), time(17, 30)


def on_duty(turn: Turn) -> bool:
    """Whether the centre is staffed: working days, 08:30 to 17:30."""
    there = local(turn.now)
    return calendar_of(turn.county).is_working(there.date()) and OPENS <= there.time() < CLOSES


def call_quietly(turn: Turn, reason: str) -> None:
    """Have the conversation wait for a person without a word about it; the assistant goes on meanwhile."""
    if turn.talk.takeover is None:
        turn.talk.takeover, turn.talk.takeover_reason = "waiting", reason


async def hand_over(turn: Turn, reason: str = "asked") -> None:
    """Let the conversation wait for a person; outside office hours take a call-back."""
    call_quietly(turn, reason)
    if on_duty(turn):
        turn.say("好，已经叫值班员过来。您先把事情说一说，他看得到前面的话，不用再讲一遍。")
        return
    openings.leave_open(turn, "callback")
    turn.say(
        "现在没有人值班，工作日 08:30—17:30 有人。您留个电话和方便的时段，上班后给您回电。有危险马上打 110。",
        [button("不用了", do="intent", intent="goodbye")],
    )


async def human(turn: Turn) -> None:
    """转人工."""
    await hand_over(turn)


@openings.taker("callback")
async def _callback(turn: Turn, _pending: dict) -> bool:
    facts = turn.facts("phone")
    bad = next((fact for fact in facts if fact.type == "phone_invalid"), None)
    if any(fact.type == "phone" for fact in facts):
        turn.talk.takeover, turn.talk.takeover_reason = "waiting", "callback"
        turn.say("记下了。上班后值班员给您回电，前面说的话他都看得到。")
        return True
    if bad is not None:
        openings.leave_open(turn, "callback")
        turn.say("这个号码不全，手机号要 11 位，请再说一遍。")
        return True
    return False
