"""Greetings, thanks, chat, help, and what is not ours."""

from __future__ import annotations

import re

from actions import changes, faq, matters, services
from actions.intake import start
from actions.turn import Turn, button

HOTLINES = "TY-10"
_SURE_DESPITE_DOOR = 0.9
_ABUSE = re.compile(
    r"傻[逼比屌]|[草操艹]你|妈的|他妈|滚蛋|去死|废物|垃圾(?:机器|东西|玩意)|智障(?:机器|东西|吧)|白痴|"
    r"蠢货|脑残|王八蛋|狗东西|cnm|sb|SB"
)
_DOORS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"身份证|户口|上户|落户|居住证|护照|通行证|港澳"),
        "户籍和证件归公安派出所，可以打 12345 问到具体窗口",
    ),
    (re.compile(r"医保|报销|异地就医|新农合"), "医保的事打 12393"),
    (re.compile(r"社保|养老金|退休金|失业金|养老保险|认证"), "社保和就业的事打 12333"),
    (re.compile(r"公积金"), "公积金的事打 12329"),
    (
        re.compile(r"驾照|驾驶证|违章|扣分|电动车|上牌|车牌|年检"),
        "车辆和驾照归交警，可以打 12345 问到具体窗口",
    ),
    (re.compile(r"税|发票"), "税务的事打 12366"),
    (re.compile(r"电费|停电|电表"), "用电的事打 95598"),
    (re.compile(r"假货|退货|消费者|缺斤|过期食品|奸商"), "消费投诉打 12315"),
    (
        re.compile(r"路灯|水管|停水|自来水|燃气|垃圾|下水道|村道|马路|噪音|广场舞|物业|停车|流浪狗|违建"),
        "市政、物业、环境的事打 12345",
    ),
    (re.compile(r"结婚证|离婚证|婚姻登记|低保|殡葬|养老院"), "婚姻登记和低保归民政，可以打 12345 转县民政局"),
    (re.compile(r"宅基地|房产证|不动产|土地证|公证"), "房产、土地的事打 12345 转自然资源局"),
    (re.compile(r"营业执照|注册公司|注销"), "营业执照归市场监管局，打 12315 或 12345"),
    (re.compile(r"快递|邮政"), "快递的事打 12305"),
    (re.compile(r"上小学|入学|学位|划片|转学|择校"), "入学的事归县教育局，可以打 12345 转"),
    (re.compile(r"退役|优待证|退伍"), "退役军人的事归退役军人事务局，可以打 12345 转"),
    (re.compile(r"起诉|立案|开庭|判决"), "法院的事打 12368"),
    (re.compile(r"疫苗|挂号|医院|看病"), "就医的事打 12320 或直接问医院"),
)


def is_abuse(turn: Turn) -> bool:
    """Whether a short message is abuse and nothing else."""
    return len(turn.text) <= 16 and bool(_ABUSE.search(turn.text)) and not turn.said.services.sure


async def greet(turn: Turn) -> None:
    """您好, what can be done here, and what was left unfinished."""
    if await start.offer_any_kept(turn):
        return
    turn.say("您好，想问什么、想办什么，直接说就行。比如“残疾人证怎么办”“给我爸申请轮椅”。", _menu())


def _menu() -> list[dict[str, str]]:
    return [
        button("能办什么", do="intent", intent="help"),
        button("查进度", do="intent", intent="check_ticket"),
        button("转人工", do="intent", intent="human_handoff"),
    ]


async def goodbye(turn: Turn) -> None:
    """再见."""
    turn.say("好，有事随时来说。")


async def thanks(turn: Turn) -> None:
    """不客气."""
    turn.say("不客气。还有什么要问的，直接说。")


async def chitchat(turn: Turn) -> None:
    """A word back, kindly; abuse is not answered in kind."""
    if _ABUSE.search(turn.text):
        turn.say("看得出您很着急。把要办的事说一说，我尽力；想跟人说，就说“转人工”。", [faq.HUMAN])
        return
    if turn.said.faq.sure and turn.said.faq.best and len(turn.text) >= 8:
        await faq.by_ranking(turn, turn.said.faq)
        return
    turn.say("我是群团服务的助手，能答政策、帮您登记和查进度。想问什么、想办什么，直接说就行。", _menu())


async def help_(turn: Turn) -> None:
    """What the assistant can do."""
    turn.say(
        "我能帮您四件事：\n1. 答政策：工会、妇联、残联、团委等管的事，直接问。\n"
        "2. 登记：说清要办什么，我问几句就替您登记，给您工单号。\n"
        "3. 查进度、补充、撤回、评价：说“查进度”。\n4. 转人工：说“转人工”，工作日 08:30—17:30 有人。",
        [button("查进度", do="intent", intent="check_ticket"), faq.HUMAN],
    )


async def out_of_scope(turn: Turn) -> None:
    """Not ours: name the right door; but look first whether the FAQ or a service knows it after all."""
    if _ABUSE.search(turn.text):
        await chitchat(turn)
        return
    door = next((text for pattern, text in _DOORS if pattern.search(turn.text)), None)
    best = turn.said.faq.best
    if turn.said.faq.sure and best and (door is None or best.score >= _SURE_DESPITE_DOOR):
        await faq.by_ranking(turn, turn.said.faq)
        return
    if turn.said.services.sure and door is None:
        await services.request(turn)
        return
    if door:
        turn.say(
            f"这件事不归我们管。{door}。别的群团的事，您接着问。",
            [button("各热线电话", do="faq", id=HOTLINES), faq.HUMAN],
            {"gap": True, "door": door},
        )
        return
    if turn.said.faq.middling and await faq.ask_back(turn, turn.said.faq):
        return
    await faq.not_known(turn)


async def affirm(turn: Turn) -> None:
    """A yes outside of any form: to what was offered last, if anything was."""
    sibling = turn.memory.get("sibling")
    submits = bool(re.search(r"确认|提交", turn.text))
    if sibling and not submits:
        await start.begin_sibling(turn, sibling["draft"], sibling["codes"][0])
    elif turn.memory.get("kept"):
        await start.resume(turn, turn.memory["kept"])
    elif turn.memory.get("ticket") and submits:
        await matters.already_filed(turn)
    else:
        about = turn.memory.get("about") or {}
        if about.get("service") and not about.get("ticket") and re.search(r"登记|办|要", turn.text):
            await start.begin(turn, about["service"], "")
            return
        turn.say("好。想问什么、想办什么，直接说就行。")


async def deny(turn: Turn) -> None:
    """A no outside of any form."""
    if turn.memory.pop("sibling", None):
        turn.say("好，那件先不登记。要办的时候说一声。")
        return
    if turn.memory.pop("offered", None):
        await none_of(turn)
        return
    turn.say("好。哪里没说对，您再说一遍，或者说“转人工”。", [faq.HUMAN])


async def none_of(turn: Turn) -> None:
    """None of what was asked back: the question is a gap, a request becomes free text."""
    offered = turn.memory.pop("offered", None) or {}
    if "service" in offered or (turn.command or {}).get("kind") == "service":
        services.what(turn)
        return
    await faq.not_known(turn, turn.earlier[-1] if turn.earlier else "")


async def cancel(turn: Turn) -> None:
    """取消 where nothing is running."""
    turn.say("现在没有正在登记的事。想撤回已经登记的，说“撤回工单”。")


async def correct(turn: Turn) -> None:
    """A correction outside of the form concerns a filed ticket: it becomes a supplement."""
    if turn.memory.get("ticket"):
        await changes.supplement(turn)
        return
    turn.say("好，您说说哪里不对，我来改。")


async def skip(turn: Turn) -> None:
    """跳过 where nothing is asked."""
    turn.say("好。想问什么、想办什么，直接说就行。")


async def inform(turn: Turn) -> None:
    """A bare fact or story outside of any form: a request if it sounds like one."""
    if turn.said.services.sure:
        await services.request(turn)
    elif turn.said.faq.sure:
        await faq.by_ranking(turn, turn.said.faq)
    elif turn.facts() and any(fact.type == "ticket_number" for fact in turn.facts()):
        await matters.check(turn)
    elif await start.offer_any_kept(turn):
        return
    elif turn.said.services.middling:
        await services.request(turn)
    else:
        services.what(turn)
