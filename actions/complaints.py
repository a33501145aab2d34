"""Complaints: corruption has its own door, slowness urges the ticket, the rest is taken in."""

from __future__ import annotations

import re

from actions import faq, services
from actions.intake import start
from actions.matters import mine, named_ticket, tickets_of
from actions.turn import Turn, button
from bot.directory.catalogue import FALLBACK_SERVICE
from bot.tickets import states
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError

_CORRUPT = re.compile(
    r"贪污|受贿|行贿|索贿|吃拿卡要|腐败|贪官|以权谋私|侵吞|"
    r"(?:干部|书记|主任|村长|镇长|乡长|局长|科长|所长|公务员|领导|工作人员).{0,6}(?:收(?:了)?(?:红包|"
    r"黑钱|好处)|挪用|吃回扣|克扣)|"
    r"(?:举报|检举).{0,6}(?:书记|主任|干部|村长|镇长|乡长|局长|公务员|领导)"
)
_ASKS_WHERE = re.compile(r"电话|热线|号码|找谁|怎么(?:投诉|举报|反映)|哪里(?:投诉|举报)")
_OWN_MATTER = re.compile(r"联系我|我的|我那|找我|答复我|回复我|投诉|催")


async def complain(turn: Turn) -> None:
    """A complaint: corruption goes to 12388 unstored, one about a ticket urges it, others are taken in."""
    if turn.said.faq.sure and _ASKS_WHERE.search(turn.text):
        await faq.by_ranking(turn, turn.said.faq)
        return
    own = [ticket for ticket in await mine(turn) if ticket.state in states.OPEN]
    number = named_ticket(turn)
    ticket = next(
        (t for t in own if t.number == number),
        own[0] if len(own) == 1 and _about_slowness(turn.text) else None,
    )
    if ticket is not None:
        await urge(turn, ticket.number)
        return
    if re.fullmatch(
        r"(?:我)?(?:要|想)?(?:投诉|举报|反映(?:问题|情况)?|提意见)[。！!吧一下]*", turn.text.strip()
    ):
        await start.begin(turn, FALLBACK_SERVICE)
        return
    if (
        turn.said.services.sure
        and turn.said.services.best
        and turn.said.services.best.key != FALLBACK_SERVICE
    ):
        await services.request(turn)
        return
    await start.begin(turn, FALLBACK_SERVICE, turn.text)


def is_corruption(text: str) -> bool:
    """Whether a message reports corruption: that has a door of its own."""
    return bool(_CORRUPT.search(text))


def point_to_inspection(turn: Turn) -> None:
    """12388, and nothing is kept of it here."""
    turn.say(
        "反映干部贪腐、违纪的事，请直接打 12388，或上 12388.gov.cn 举报。这里不登记，也不转给任何单位。",
        [],
        {"private": True, "forget": "message"},
    )


def is_urging(turn: Turn) -> bool:
    """Whether the message urges a matter that this conversation has under way."""
    if not turn.memory.get("ticket") or not _about_slowness(turn.text):
        return False
    return turn.said.intent == "complain" or (
        turn.said.intent in ("request_service", "ask_faq", "inform", "out_of_scope")
        and bool(_OWN_MATTER.search(turn.text))
    )


async def urge_last(turn: Turn) -> bool:
    """Urge the open ticket that was spoken of last; False where there is none."""
    own = [ticket for ticket in await mine(turn) if ticket.state in states.BEFORE_CLOSE]
    last = turn.memory.get("ticket")
    ticket = next((t for t in own if t.number == last), own[0] if own else None)
    if ticket is None:
        return False
    await urge(turn, ticket.number)
    return True


def _about_slowness(text: str) -> bool:
    return bool(re.search(r"催|怎么还|没(?:人|动静|消息|回音|联系)|拖|慢|这么久|还没|不管|没下文", text))


async def urge(turn: Turn, number: str) -> None:
    """催一下: the complaint goes to the ticket as what the resident said."""
    try:
        await tickets_of(turn).supplement(number, f"催办：{turn.text}".strip("："), resident(turn.talk.id))
        progress = await tickets_of(turn).progress(number, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    turn.say(
        f"已经替您催了，{number} 的主办单位看得到。现在：{progress.headline}。",
        [
            button("看进度", do="progress", number=number),
            button("转人工", do="intent", intent="human_handoff"),
        ],
    )
