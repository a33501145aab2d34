"""Which service a request means: start it, ask back, or ask what it is about."""

from __future__ import annotations

import re

from actions import faq, openings
from actions.intake import start
from actions.turn import Ranking, Turn, button
from bot.directory.catalogue import FALLBACK_SERVICE

MOST_CHOICES = 3
_SURE_REQUEST = 0.8
"""Below this, a request that reads like a question is taken as one where an answer is near."""
_WORTH_ASKING = 0.25
_BARE = re.compile(
    r"^(?:你好|您好|，|,|我|我们|想|要|来|请问|麻烦|帮我|给我)*(?:办|咨询|问|登记|申请|报名|求助|"
    r"反映)(?:个|点|件|一下|一件|一点|下)?"
    r"(?:事|事情|东西|业务|问题|情况)?(?:[。！!，吧了啊呀]|可以吗|行吗)*$"
)
_ASKS = re.compile(
    r"怎么(?:弄|办|申请|搞|报|登记|走)|如何(?:申请|办)|咋(?:弄|办|搞)|要(?:什么|哪些|啥)|多少钱|多久|"
    r"能不能|可不可以|有没有|行不行|[？?]$|(?:找|问|归|去)(?:谁|哪|哪个|哪儿|哪里)(?:个|家|里|儿|管|说|部门|单位)*$"
)
_WANTS_NOW = re.compile(
    r"帮我(?:登记|报|申请|办|约|填|记)|给我(?:登记|报名|办)|替我|我要(?:登记|报名|申请)|登记一下|麻烦"
)


def is_bare(text: str) -> bool:
    """Whether somebody wants something done without saying what."""
    return bool(_BARE.match(text.strip()))


async def request(turn: Turn) -> None:
    """A request in the resident's own words."""
    if _ASKS.search(turn.text) and not _WANTS_NOW.search(turn.text):
        doubtful = turn.said.faq.middling and turn.said.confidence < _SURE_REQUEST
        if turn.said.faq.sure or doubtful:
            await faq.answer(turn)
            return
    await choose(turn, turn.said.services, turn.text)


async def choose(turn: Turn, ranking: Ranking, story: str) -> None:
    """Start the service that is meant, or ask which."""
    best = ranking.best
    if best and ranking.sure and best.key in turn.county.services:
        also = await start.other_services(turn, best.key, story)
        await start.begin(turn, best.key, story, also=also)
        return
    offered = _offered(turn, ranking)
    if ranking.middling and offered:
        listed = "；".join(
            f"{number}. {turn.county.services[code].name}" for number, code in enumerate(offered, 1)
        )
        buttons = [button(turn.county.services[code].name, do="start", service=code) for code in offered]
        turn.say(
            f"您想办的是哪一件？{listed}",
            [*buttons, button("都不是", do="none_of", kind="service")],
            {"ask_back": offered},
        )
        turn.memory["offered"] = {"service": offered}
        return
    if turn.said.faq.sure and turn.said.faq.best:
        await faq.by_ranking(turn, turn.said.faq)
        return
    if len(story.strip()) >= 12:
        await start.begin(turn, FALLBACK_SERVICE, story)
        return
    what(turn)


def _offered(turn: Turn, ranking: Ranking) -> list[str]:
    """The services to choose from: likely enough, and open to residents."""
    best = ranking.best
    if best is None:
        return []
    return [
        c.key
        for c in ranking.candidates
        if c.score >= best.score * _WORTH_ASKING
        and c.key in turn.county.services
        and turn.county.services[c.key].proposed_to is None
    ][:MOST_CHOICES]


def what(turn: Turn) -> None:
    """Ask what the request is about."""
    openings.leave_open(turn, "what")
    turn.say("好。想办什么事？一两句话说清楚就行，比如“给我爸申请轮椅”“老板欠我工资”。")


@openings.taker("what")
async def _what(turn: Turn, _pending: dict) -> bool:
    """The answer to what it is about: whatever it is classed as, it is a request."""
    if turn.said.intent in ("cancel", "human_handoff", "goodbye", "thanks", "deny", "help", "check_ticket"):
        return False
    if turn.said.intent == "ask_faq" and turn.said.faq.sure and not turn.said.services.sure:
        return False
    if turn.said.services.sure or turn.said.services.middling:
        await choose(turn, turn.said.services, turn.text)
        return True
    await start.begin(turn, FALLBACK_SERVICE, turn.text)
    return True
