"""Danger: the lines first, then whether the person is safe, then one safe contact; never a form."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from actions import faq, people
from actions.emergency_words import (
    ASKS,
    LINES,
    OPENINGS,
    kind_of,
    safety_buttons,
    service_for,
    speaks_of_danger,
)
from actions.turn import Turn, button
from bot.clock import local
from bot.conversations.consent import CONSENT_VERSION
from bot.conversations.drafts import CANCELLED, FILED, OPEN, Draft, load
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.service import Filing, Tickets

_SURE = 0.8
IF_IN_DANGER = "要是您或家里人现在有危险，马上打 110；受了伤打 120，心里难受打 12356。没有危险就接着来。"
WAITED_FOR, REMEMBERED = timedelta(hours=24), timedelta(days=3)
_SAME_LINES = frozenset({"TY-10", "TY-11"})
"""Entries that say no more than the lines do."""
_HERE = "就在这个对话里联系，不打电话"
_LEADS = {
    "no": "现在就打 110，说清在哪里。能出门先到有人的地方，带上孩子和手机。\n",
    "yes": "好。先把门锁好，手机留在身边；他再来，马上打 110。\n",
    "hush": "不用出声，打字就行；也可以发短信到 12110 报警。\n",
    "alone": "先别一个人待着，叫家里人、邻居或村干部来陪。12356 随时可以打。\n",
}
_SAID = {
    "no": "当事人说：现在不安全",
    "yes": "当事人说：现在安全",
    "hush": "当事人说：不方便说话",
    "alone": "当事人说：一个人",
}
_HARMLESS = re.compile(
    r"开(?:个)?玩笑|说着玩|打错(?:字|了)|发错|不是真的|误会|测试|试一下|我没事|没事了|骗你的|在演|台词|"
    r"剧本|已经没事"
)
_STILL = re.compile(r"不想活|想死|打我|救|怕|还在|又来")
_THEIRS = re.compile(
    r"(?:他|老公|丈夫|男人|男的|前夫|男朋友|公公|继父|后爸|爸爸?|对方|那人|老板|邻居|老师|房东)(?:的)?"
    r"(?:手机|电话|号码|联系方式)?(?:号码?)?(?:就?是|：|:)?\s*$"
)
"""Words right before a number that make it the number of whoever is the danger."""
_PLAINLY_HIS_OWN = re.compile(
    r"微信|短信|qq|QQ|加我|(?:打|找|联系)(?:给)?我(?:妹|姐|妈|朋友|同事|闺蜜|邻居|娘家|老师)|联系我|打给我|打我的?(?:手机|电话)"
)
"""A contact that is one also beside words of danger."""
_CONTACT = re.compile(
    r"微信|短信|qq|QQ|加我|(?:早上|上午|中午|下午|晚上|夜里|"
    r"白天)?[0-9一二三四五六七八九十]+点(?:半)?(?:钟)?(?:以?后|以?前|左右|到)|"
    r"(?:早上|上午|中午|下午|晚上|白天|上班时间?|周[一二三四五六日末])(?:.{0,4}(?:方便|可以|能|联系|打|找))|"
    r"(?:到|在|去|来)[^，。？?]{1,12}(?:找我|见我|碰面)|(?:打|找|联系)(?:给)?我(?:妹|姐|妈|爸|"
    r"朋友|同事|闺蜜|弟|哥|邻居|娘家|老师)"
)
_HERE_SAID = re.compile(
    r"(?:就)?(?:在|用)?(?:这里|这儿|这上面|这个对话|对话里|网上|打字)(?:联系|说|回|找|跟|就行|聊)|"
    r"别打电话.{0,6}(?:这里|打字)|没(?:有)?(?:电话|手机|联系方式)"
)
_FILE_NOW = re.compile(
    r"(?:帮我|快|请|赶紧|马上|你们)?(?:登记|立案|派人|来人|来救|找人来|报上去|上报)|你们管不管"
)
_ELSEWHERE = frozenset(
    {"check_ticket", "withdraw_ticket", "rate_ticket", "human_handoff", "thanks", "goodbye", "help", "greet"}
)


def under_way(turn: Turn) -> bool:
    """Whether the conversation is in an emergency; a long silence ends it, the ticket stays."""
    held = turn.memory.get("emergency")
    if not held:
        return False
    since = datetime.fromisoformat(held["at"])
    if turn.now - since > (REMEMBERED if held.get("number") else WAITED_FOR):
        turn.memory.pop("emergency")
        return False
    return True


def comes_first(turn: Turn) -> bool:
    """Whether danger goes before everything else.

    The pipeline calls danger without any word of it `harm`; where the message is clearly a request or a
    question of another kind (an artificial leg, a grandson who is deaf), that is what it is.
    """
    said = turn.said
    if not said.in_danger:
        return False
    clear = said.intent in ("request_service", "ask_faq") and (said.services.sure or said.faq.sure)
    return not (clear and is_doubtful(turn))


def is_doubtful(turn: Turn) -> bool:
    """Whether the message is flagged by its look alone, without a kind of danger or a word of it."""
    return turn.said.danger in (None, "harm") and not speaks_of_danger(turn.text)


def warn(turn: Turn, draft: Draft) -> None:
    """In a form, for danger that is doubtful: the lines in one sentence, once, and a person called.

    The form goes on, and the conversation does not become private: its result is still told in it.
    """
    people.call_quietly(turn, "danger")
    if not draft.progress.get("warned"):
        draft.progress["warned"] = True
        turn.say(IF_IN_DANGER)


async def open_for(turn: Turn, code: str | None = None, story: str | None = None) -> None:
    """Give the lines at once, open an urgent draft, call a person, ask whether the resident is safe."""
    text = story if story is not None else turn.text
    kind = kind_of(turn.said.danger, text, code)
    service = code or service_for(kind, text)
    turn.talk.private = True
    turn.talk.takeover = turn.talk.takeover or "waiting"
    turn.talk.takeover_reason = "danger"
    turn.memory.pop("pending", None)
    draft = Draft.start(turn.talk.id, service, turn.now)
    draft.urgent = True
    draft.fields["demand_desc"] = text[:2000]
    _add_pictures(turn, draft)
    turn.save(draft)
    turn.memory["emergency"] = {"draft": draft.id, "kind": kind, "asked": 0, "at": turn.now.isoformat()}
    say_lines(turn, kind)
    turn.say(ASKS[kind], safety_buttons(kind), {"urgent": True, "kind": kind})
    if _gives_contact(turn, text):
        draft.fields["safe_contact"] = text.strip()[:300]
        await _file(turn, draft)
    asked = await faq.policy_question(turn)
    if asked and asked.faq.best and asked.faq.best.key not in _SAME_LINES:
        await faq.say_entry(turn, asked.faq.best.key, asked.faq.best.score, quiet=True)


def say_lines(turn: Turn, kind: str) -> None:
    """The telephone lines of a kind of danger."""
    lines = LINES[kind]
    listed = "\n".join(f"{line['number']} {line['name']}：{line['what']}" for line in lines)
    text = f"{OPENINGS[kind]}\n{listed}"
    if not 8 <= local(turn.now).hour < 18:
        text += "\n现在是夜里，这边不一定有人值班，上面的电话一直有人。"
    turn.say(text, [], {"urgent": True, "kind": kind, "lines": lines})


async def follow(turn: Turn) -> bool:
    """A further message in an emergency; False where it belongs elsewhere."""
    held = turn.memory["emergency"]
    if turn.command is not None:
        return await _pressed(turn, held)
    if held.get("number"):
        return await _after_filing(turn, held)
    draft = await _draft(turn, held)
    if draft is None:
        turn.memory.pop("emergency", None)
        return False
    if turn.said.intent in _ELSEWHERE and turn.said.confidence >= _SURE and not turn.said.in_danger:
        return False
    text = turn.text.strip()
    if _HARMLESS.search(text) and not _STILL.search(text) and not turn.said.in_danger:
        draft.state, draft.fields = CANCELLED, {}
        turn.save(draft)
        turn.memory.pop("emergency", None)
        turn.talk.calm_down()
        turn.say("好，没事就好，刚才的不登记了。真遇到危险，先打 110，也可以随时来这里说。")
        return True
    draft.fields["demand_desc"] = f"{draft.fields.get('demand_desc', '')}\n{text}".strip()[:4000]
    _add_pictures(turn, draft)
    turn.save(draft)
    if _gives_contact(turn, text) and "？" not in text:
        draft.fields["safe_contact"] = text[:300]
        await _file(turn, draft)
        return True
    if _HERE_SAID.search(text) or _FILE_NOW.search(text):
        draft.fields["safe_contact"] = _HERE
        await _file(turn, draft)
        return True
    if turn.said.intent == "ask_faq" and turn.said.faq.sure and turn.said.faq.best:
        await faq.say_entry(turn, turn.said.faq.best.key, turn.said.faq.best.score, quiet=True)
    _safety(draft, text)
    _ask_contact(turn, held, _comfort(turn, held, text))
    return True


def _comfort(turn: Turn, held: dict[str, Any], text: str) -> str:
    if turn.said.in_danger or re.search(r"不安全|就在(?:旁边|附近|门口|家)|踹门|砸门|流血|吃了药", text):
        return "现在就打 110，说清在哪里；受伤、吃了药打 120。能出门就先到有人的地方。\n"
    if held["kind"] == "suicide":
        return "我在听，您慢慢说。难受的时候，12356 随时有人听。\n"
    return "您说的我记下了，值班的人看得到。\n"


def _ask_contact(turn: Turn, held: dict[str, Any], lead: str) -> None:
    held["asked"] = held.get("asked", 0) + 1
    who = "他接不到的" if held["kind"] in ("violence", "child") else "方便的"
    text = f"{lead}只要留一个{who}联系方式和方便的时段，别的都不用说。不方便留，就说“在这里联系我”。"
    turn.say(text, [button("在这里联系我", do="contact_here")], {"urgent": True, "kind": held["kind"]})


async def _pressed(turn: Turn, held: dict[str, Any]) -> bool:
    command = turn.command or {}
    do = command.get("do")
    if do not in ("safe", "contact_here"):
        return False
    value = str(command.get("value"))
    if held.get("number"):
        if do == "safe" and value in _SAID:
            await Tickets(turn.context).supplement(held["number"], _SAID[value], resident(turn.talk.id))
        lead = _lead(held["kind"], value) if do == "safe" else ""
        turn.say(
            f"{lead}已经按紧急登记了，值班的人会联系您。有危险马上打 110。",
            [],
            {"urgent": True, "kind": held["kind"]},
        )
        return True
    draft = await _draft(turn, held)
    if draft is None:
        return False
    turn.save(draft)
    if do == "contact_here":
        draft.fields["safe_contact"] = _HERE
        await _file(turn, draft)
        return True
    draft.fields["safe_now"] = "否" if value == "no" else "是" if value == "yes" else None
    if draft.fields["safe_now"] is None:
        draft.fields.pop("safe_now")
    _ask_contact(turn, held, _lead(held["kind"], value))
    return True


def _lead(kind: str, value: str) -> str:
    """What to do now, by the answer to whether one is safe."""
    if value == "yes" and kind == "suicide":
        return "好，有人在身边就好，先别一个人待着。\n"
    return _LEADS.get(value, "")


def _add_pictures(turn: Turn, draft: Draft) -> None:
    """Pictures of the message belong to the matter."""
    if turn.attachments:
        draft.fields["photos"] = [*draft.fields.get("photos", []), *turn.attachments]


def _safety(draft: Draft, text: str) -> None:
    """Note what the resident says of being safe."""
    if re.search(r"不安全|他(?:还)?在(?:旁边|附近|外面|门口|家)", text):
        draft.fields["safe_now"] = "否"
    elif re.search(r"暂时安全|现在安全|我安全|躲(?:起来|出来|在)|跑出来了|在娘家|在朋友家", text):
        draft.fields["safe_now"] = "是"


def _gives_contact(turn: Turn, text: str) -> bool:
    """Whether the words say how to reach the resident safely; a number of whoever is the danger does not."""
    own = [
        fact
        for fact in turn.facts("phone", text=text)
        if fact.type == "phone" and not _THEIRS.search(text[: fact.start])
    ]
    if own:
        return True
    return bool((_PLAINLY_HIS_OWN if speaks_of_danger(text) else _CONTACT).search(text))


async def _file(turn: Turn, draft: Draft) -> None:
    """File at once, without asking for confirmation."""
    held = turn.memory["emergency"]
    service = turn.county.services[draft.service]
    fields = {name: value for name, value in draft.fields.items() if value not in (None, "")}
    photos = fields.pop("photos", ())
    phone = next((str(fact.value) for fact in turn.facts("phone") if fact.type == "phone"), None)
    if phone and service.contact != "safe":
        fields["phone"] = phone
    try:
        filed = await Tickets(turn.context).file(
            Filing(
                key=draft.id,
                service=draft.service,
                fields=fields,
                channel=turn.talk.channel,
                actor=resident(turn.talk.id),
                conversation=turn.talk.id,
                urgent=True,
                attachments=tuple(photos),
            )
        )
    except TicketError:
        turn.say(
            "值班的人已收到提醒，正在接入。有危险马上打 110。", [], {"urgent": True, "kind": held["kind"]}
        )
        return
    draft.state = FILED
    draft.progress["number"] = filed.ticket.number
    turn.save(draft)
    turn.talk.consent = CONSENT_VERSION
    held["number"] = filed.ticket.number
    turn.memory["ticket"] = filed.ticket.number
    lead = turn.county.orgs[service.lead].name
    here = fields.get("safe_contact") == _HERE
    how = "就在这里联系您，不打电话" if here else "只用您给的联系方式，只在您说的时段联系"
    after = [
        f"{lead}{how}",
        "不会联系对您动手的人，也不会往家里打电话"
        if held["kind"] in ("violence", "child")
        else "您说的只有值班的人看得到",
    ]
    if held["kind"] == "violence":
        after.append("要转派出所、法院，先问过您")
    elif held["kind"] == "child":
        after.append("孩子受伤害的，按规定要报警，值班的人会跟您说")
    code = filed.retrieval_code
    spaced = f"{code[:3]} {code[3:]}" if len(code) == 6 else code
    turn.say(
        f"已按紧急登记。工单号 {filed.ticket.number}，取回码 {spaced}。\n"
        + "。\n".join(after)
        + "。\n有危险马上打 110。",
        [],
        {
            "ticket_number": filed.ticket.number,
            "retrieval_code": code,
            "urgent": True,
            "kind": held["kind"],
            "filed": {"headline": "已按紧急登记", "next": after},
        },
    )


async def _after_filing(turn: Turn, held: dict[str, Any]) -> bool:
    """What is said later is added to the ticket; plain questions and other matters go their way."""
    if turn.said.intent in _ELSEWHERE and not turn.said.in_danger:
        return False
    if turn.said.intent == "ask_faq" and turn.said.faq.sure and not turn.said.in_danger:
        return False
    if turn.said.intent == "request_service" and turn.said.services.sure and not turn.said.in_danger:
        return False
    try:
        await Tickets(turn.context).supplement(
            held["number"], turn.text, resident(turn.talk.id), turn.attachments
        )
    except TicketError:
        turn.memory.pop("emergency", None)
        return False
    lead = "现在就打 110；受伤、吃了药打 120。\n" if turn.said.in_danger else ""
    turn.say(f"{lead}加进去了，值班的人看得到。", [], {"urgent": True, "kind": held["kind"]})
    return True


async def _draft(turn: Turn, held: dict[str, Any]) -> Draft | None:
    async with turn.context.db.glance() as session:
        draft = await load(session, turn.context.vault, held["draft"], turn.talk.id)
    return draft if draft is not None and draft.state == OPEN else None
