"""The resident's tickets: progress, supplement, withdrawal, rating, complaint."""

from __future__ import annotations

import re
from typing import Any

from actions import openings, services
from actions.intake import start
from actions.turn import Turn, button
from bot.directory.catalogue import FALLBACK_SERVICE
from bot.tickets import states
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.progress import Progress
from bot.tickets.service import Tickets
from bot.tickets.views import TicketView

MOST_LISTED = 4
_CODE = re.compile(r"(?<!\d)(\d{3})[ \-—]?(\d{3})(?!\d)")
_CORRUPT = re.compile(
    r"贪污|受贿|行贿|索贿|吃拿卡要|腐败|贪官|以权谋私|侵吞|"
    r"(?:干部|书记|主任|村长|镇长|乡长|局长|科长|所长|公务员|领导|工作人员).{0,6}(?:收(?:了)?(?:红包|黑钱|好处)|挪用|吃回扣|克扣)|"
    r"(?:举报|检举).{0,6}(?:书记|主任|干部|村长|镇长|乡长|局长|公务员|领导)"
)
_OWN_MATTER = re.compile(r"联系我|我的|我那|找我|答复我|回复我|投诉|催")
_RATING = (
    ("不满意", re.compile(r"不满意|不好|差(?:评|劲)|没解决|太差|不行")),
    ("基本满意", re.compile(r"基本满意|还(?:行|可以|好)|一般|凑合")),
    ("满意", re.compile(r"满意|好评|很好|挺好|不错|好")),
)


def _tickets(turn: Turn) -> Tickets:
    return Tickets(turn.context)


async def _mine(turn: Turn) -> list[TicketView]:
    return await _tickets(turn).of_conversation(turn.talk.id)


def _named(turn: Turn) -> str | None:
    return next((str(fact.value) for fact in turn.facts() if fact.type == "ticket_number"), None)


def names_ticket(turn: Turn) -> bool:
    """Whether the message holds a ticket number."""
    return ("-" in turn.text or "QT" in turn.text.upper()) and _named(turn) is not None


def _code(turn: Turn) -> str | None:
    match = _CODE.search(turn.text)
    return match[1] + match[2] if match else None


async def check(turn: Turn) -> None:
    """Progress: of this conversation's tickets, else by number and code, asked one after the other."""
    number = _named(turn)
    mine = await _mine(turn)
    if number:
        if any(ticket.number == number for ticket in mine):
            await show(turn, number)
        else:
            await _by_code(turn, number, _code(turn))
        return
    if not mine:
        openings.leave_open(turn, "number")
        turn.say("这个对话里没有登记过。请说工单号，QT 开头的那个。")
    elif len(mine) == 1:
        await show(turn, mine[0].number)
    else:
        turn.say(
            "您登记过几件，看哪一件？"
            + "；".join(f"{t.service_name} {t.number}" for t in mine[:MOST_LISTED]),
            [
                button(f"{t.service_name} {t.state_name}", do="progress", number=t.number)
                for t in mine[:MOST_LISTED]
            ],
        )


async def show(turn: Turn, number: str) -> None:
    """The progress of one of this conversation's tickets."""
    try:
        progress = await _tickets(turn).progress(number, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。".replace("。。", "。"))
        return
    say_progress(turn, progress, own=True)


def say_progress(turn: Turn, progress: Progress, own: bool) -> None:
    """Progress in words, with what may be done now."""
    lines = [f"{progress.service}（{progress.number}）：{progress.headline}"]
    if progress.explanation:
        lines.append(progress.explanation)
    now = next((step for step in progress.steps if step.status == "now"), None)
    if now:
        lines.append(f"现在：{now.title}" + (f"，{now.detail}" if now.detail else ""))
    if progress.messages:
        last = progress.messages[-1]
        lines.append(f"{last.author}说：{last.text}")
    if progress.result:
        lines.append(f"办理结果：{progress.result}")
    buttons = []
    if own and progress.can_rate:
        buttons += [
            button(title, do="rate", number=progress.number, rating=title) for title in states.RATINGS
        ]
    if own and progress.can_supplement:
        buttons.append(button("补充", do="supplement", number=progress.number))
    if own and progress.can_withdraw:
        buttons.append(button("不办了，撤回", do="withdraw", number=progress.number))
    turn.say("\n".join(lines), buttons, {"progress": progress.as_json()})
    if own:
        turn.memory["about"] = {"ticket": progress.number}
        turn.memory["ticket"] = progress.number


async def already_filed(turn: Turn) -> None:
    """A confirmation said again: the same ticket once more."""
    number = turn.memory["ticket"]
    turn.say(
        f"已经登记好了，工单号 {number}，不用再提交。",
        [button("看进度", do="progress", number=number)],
        {"ticket_number": number},
    )


async def _by_code(turn: Turn, number: str, code: str | None) -> None:
    if code is None:
        openings.leave_open(turn, "code", number=number)
        turn.say("再说一下取回码，6 位数字，登记时给您的。")
        return
    try:
        progress = await _tickets(turn).track(number, code, f"conversation:{turn.talk.id}")
    except TicketError as error:
        if error.code != "locked":
            openings.leave_open(turn, "code", number=number)
        turn.say(f"{error.message}".rstrip("。") + "。")
        return
    say_progress(turn, progress, own=False)


@openings.taker("number")
async def _number(turn: Turn, _pending: dict[str, Any]) -> bool:
    number = _named(turn)
    if number is None:
        if re.search(r"(?:忘|丢|找不到|没有|没得|不记得|不知道)", turn.text):
            turn.say(
                "号码找不到也能查：用登记时的那个对话打开，或带身份证到就近的村（社区）服务点，也可以转人工。",
                [button("转人工", do="intent", intent="human_handoff")],
            )
            return True
        return False
    await _by_code(turn, number, _code(turn))
    return True


@openings.taker("code")
async def _code_said(turn: Turn, pending: dict[str, Any]) -> bool:
    code = _code(turn)
    if code is None:
        if re.fullmatch(r"[\d\s]{2,12}", turn.text.strip()):
            openings.leave_open(turn, "code", number=pending["number"])
            turn.say("取回码是 6 位数字，请再看一下。")
            return True
        if re.search(r"(?:忘|丢|找不到|没有|没得|不记得|不知道)", turn.text):
            turn.say(
                "取回码找不到也能查：用登记时的那个对话打开，或带身份证到就近的村（社区）服务点，也可以转人工。",
                [button("转人工", do="intent", intent="human_handoff")],
            )
            return True
        return False
    await _by_code(turn, pending["number"], code)
    return True


async def _one(turn: Turn, what: str, allowed: tuple[str, ...] | None = None) -> str | None:
    """The ticket that a message means: named, the only one, or asked for by buttons (then None)."""
    mine = await _mine(turn)
    number = _named(turn)
    if number and any(ticket.number == number for ticket in mine):
        return number
    open_ones = [t for t in mine if allowed is None or t.state in allowed]
    if not open_ones:
        turn.say(
            "这个对话里没有能这样办的工单。只有登记时的那个对话能改；取回码只能看进度和评价。"
            if mine or number
            else "这个对话里没有登记过的事。想办什么，直接说就行。"
        )
        return None
    if len(open_ones) == 1:
        return open_ones[0].number
    last = turn.memory.get("ticket")
    if what != "withdraw" and any(t.number == last for t in open_ones):
        return str(last)
    turn.say(
        "是哪一件？" + "；".join(f"{t.service_name} {t.number}" for t in open_ones[:MOST_LISTED]),
        [
            button(f"{t.service_name} {t.state_name}", do=what, number=t.number)
            for t in open_ones[:MOST_LISTED]
        ],
    )
    return None


async def supplement(turn: Turn) -> None:
    """补充: the text itself, or asked for."""
    number = await _one(turn, "supplement", states.OPEN)
    if number is None:
        return
    bare = re.fullmatch(
        r"(?:我)?(?:想|要)?(?:补充|补|加)(?:一下|一句|材料|照片|点|些|工单|内容|情况|说明)*[。！!吧]*",
        turn.text.strip(),
    )
    if bare and not turn.attachments:
        ask_supplement(turn, number)
        return
    await _add(turn, number)


def ask_supplement(turn: Turn, number: str) -> None:
    """Ask what is to be added."""
    openings.leave_open(turn, "supplement", number=number)
    turn.say("好，要补充什么，直接说；照片也可以发。")


@openings.taker("supplement")
async def _supplement_said(turn: Turn, pending: dict[str, Any]) -> bool:
    if turn.said.intent in ("cancel", "human_handoff"):
        return False
    await _add(turn, pending["number"])
    return True


async def _add(turn: Turn, number: str) -> None:
    try:
        ticket = await _tickets(turn).supplement(number, turn.text, resident(turn.talk.id), turn.attachments)
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    turn.memory["ticket"] = number
    turn.say(
        f"补充到 {number} 了，{ticket.lead.name}看得到。", [button("看进度", do="progress", number=number)]
    )


async def withdraw(turn: Turn) -> None:
    """撤回: which one, then a yes."""
    number = await _one(turn, "withdraw", states.BEFORE_CLOSE)
    if number:
        ask_withdraw(turn, number)


def ask_withdraw(turn: Turn, number: str) -> None:
    """Ask for a yes: it cannot be undone."""
    openings.leave_open(turn, "withdraw", number=number)
    turn.say(
        f"撤回 {number}，就不再办了，要办得重新登记。确定撤回吗？",
        [button("确定撤回", do="withdraw_yes", number=number), button("先不撤", do="withdraw_no")],
    )


@openings.taker("withdraw")
async def _withdraw_said(turn: Turn, pending: dict[str, Any]) -> bool:
    text = turn.text.strip()
    if turn.said.intent == "deny" or re.match(r"不撤|先不|算了|不(?:了|用)", text):
        turn.say("好，不撤，照常办。")
        return True
    if turn.said.intent in ("affirm", "withdraw_ticket") or re.match(r"确定|是|对|好|撤", text):
        await do_withdraw(turn, pending["number"])
        return True
    return False


async def do_withdraw(turn: Turn, number: str) -> None:
    """Withdraw; where the matter is of high privacy a person checks first."""
    mine = {ticket.number: ticket for ticket in await _mine(turn)}
    ticket = mine.get(number)
    if ticket is None:
        turn.say("没有找到这张工单。")
        return
    if ticket.high_privacy:
        turn.talk.takeover = turn.talk.takeover or "waiting"
        turn.talk.takeover_reason = turn.talk.takeover_reason or "withdraw"
        try:
            await _tickets(turn).supplement(number, "本人提出撤回，请核实后办理。", resident(turn.talk.id))
        except TicketError:
            pass
        turn.say("收到。这类事撤回前，值班员会先跟您确认，确认的是您本人的意思才撤。", [], {"private": True})
        return
    try:
        await _tickets(turn).step(number, states.WITHDRAWN, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    turn.say(f"{number} 已撤回，不再办了。想再办，随时重新登记。")


async def rate(turn: Turn) -> None:
    """评价: the ticket that waits for it, by words or buttons."""
    number = await _one(turn, "rate_ask", (states.AWAITING_RATING, states.CLOSED))
    if number is None:
        return
    rating = next((name for name, pattern in _RATING if pattern.search(turn.text)), None)
    if rating is None or re.search(r"怎么|哪里|想", turn.text):
        ask_rating(turn, number)
    else:
        await do_rate(turn, number, rating)


def ask_rating(turn: Turn, number: str) -> None:
    """Ask how the matter was handled."""
    openings.leave_open(turn, "rating", number=number)
    turn.say(
        f"{number} 办得怎么样？（满意、基本满意、不满意）",
        [button(title, do="rate", number=number, rating=title) for title in states.RATINGS],
    )


@openings.taker("rating")
async def _rating_said(turn: Turn, pending: dict[str, Any]) -> bool:
    rating = next((name for name, pattern in _RATING if pattern.search(turn.text)), None)
    if rating is None:
        return False
    await do_rate(turn, pending["number"], rating)
    return True


async def do_rate(turn: Turn, number: str, rating: str, reason: str | None = None) -> None:
    """Rate; unsatisfied asks why, which has the matter redone."""
    if rating == states.UNSATISFIED and reason is None:
        openings.leave_open(turn, "reason", number=number)
        turn.say("哪里没办好？说一句，我们重新办。不想说就说“不说了”。")
        return
    try:
        ticket = await _tickets(turn).rate(number, rating, reason or None, resident(turn.talk.id))
    except TicketError as error:
        turn.say(f"{error.message}。")
        return
    redone = ticket.state not in (states.CLOSED, states.AWAITING_RATING)
    thanks = "已经转回去重新办，办完再告诉您。" if redone else "谢谢您的评价。"
    turn.say(f"记下了：{rating}。{thanks}", [button("看进度", do="progress", number=number)])


@openings.taker("reason")
async def _reason(turn: Turn, pending: dict[str, Any]) -> bool:
    text = turn.text.strip()
    silent = bool(re.match(r"不说了?|没有|算了|不想说|没什么", text))
    await do_rate(turn, pending["number"], states.UNSATISFIED, "" if silent else text)
    return True


async def complain(turn: Turn) -> None:
    """A complaint: corruption goes to 12388 unstored, one about a ticket urges it, others are taken in."""
    mine = [ticket for ticket in await _mine(turn) if ticket.state in states.OPEN]
    number = _named(turn)
    ticket = next(
        (t for t in mine if t.number == number),
        mine[0] if len(mine) == 1 and _about_slowness(turn.text) else None,
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
        {"private": True, "forget": True},
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
    mine = [ticket for ticket in await _mine(turn) if ticket.state in states.BEFORE_CLOSE]
    last = turn.memory.get("ticket")
    ticket = next((t for t in mine if t.number == last), mine[0] if mine else None)
    if ticket is None:
        return False
    await urge(turn, ticket.number)
    return True


def _about_slowness(text: str) -> bool:
    return bool(re.search(r"催|怎么还|没(?:人|动静|消息|回音|联系)|拖|慢|这么久|还没|不管|没下文", text))


async def urge(turn: Turn, number: str) -> None:
    """催一下: the complaint goes to the ticket as what the resident said."""
    try:
        await _tickets(turn).supplement(number, f"催办：{turn.text}".strip("："), resident(turn.talk.id))
        progress = await _tickets(turn).progress(number, resident(turn.talk.id))
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
