"""那要带什么材料, 多久能办好, 去哪儿办, 我妈也能吗: questions about what was just spoken of."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions.turn import Turn, button
from bot.directory.catalogue import County, Service
from bot.knowledge.answers import Answers
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets

LONGEST = 20
_ASPECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "materials",
        re.compile(
            r"(?:带|交|准备|要|需要|备)(?:些|点)?(?:什么|啥|么子|哪些)(?:材料|东西|资料|证件|手续)?|(?:什么|哪些|啥)(?:材料|证件|资料|手续)|材料(?:呢|有哪些|要什么)"
        ),
    ),
    (
        "days",
        re.compile(
            r"多久|几天|多长时间|(?:什么时候|几时|啥时候|哪天)(?:能|可以|会)?(?:办|好|下来|到|有结果|批)|要等(?:多|几)|快不快"
        ),
    ),
    (
        "where",
        re.compile(
            r"(?:去|到|在|找)(?:哪里|哪儿|哪个|哪|谁|什么地方)(?:里)?(?:办|交|申请|登记|问|找)?|哪里办|哪个(?:部门|单位)管|谁(?:来)?(?:管|办)"
        ),
    ),
    (
        "who",
        re.compile(
            r"^(?:那)?(?:我)?(?:爸|妈|爷爷|奶奶|老公|老婆|儿子|女儿|弟弟?|妹妹?|哥哥?|姐姐?|邻居|父亲|母亲|孩子|老人|别人|外公|外婆)(?:.{0,4})?(?:也)?(?:能|可以|行|算|有)(?:.{0,6})?(?:吗|么|不|嘛)|能(?:替|帮|给).{1,4}办"
        ),
    ),
    ("outcome", re.compile(r"一定能(?:批|办|拿|有)|(?:批|办)得?(?:下来|成)吗|能不能批")),
)


def aspect_of(text: str) -> str | None:
    """What a short question asks about; None where it is no follow-up."""
    if len(text) > LONGEST:
        return None
    return next((name for name, pattern in _ASPECTS if pattern.search(text)), None)


async def answer(turn: Turn) -> bool:
    """Answer from what the conversation was about last; False where the question stands by itself."""
    about = turn.memory.get("about") or {}
    aspect = aspect_of(turn.text.strip())
    if not aspect or not about or _stands_alone(turn, about):
        return False
    if about.get("ticket") and aspect == "days":
        return await _progress(turn, str(about["ticket"]))
    service = turn.county.services.get(str(about.get("service", "")))
    if service:
        return about_service(turn, service)
    if about.get("faq") and aspect == "where":
        found = await Answers(turn.context).answer(str(about["faq"]))
        if found:
            turn.say(f"这件事由{found.handler}办。", [button("转人工", do="intent", intent="human_handoff")])
            return True
    return False


def about_service(turn: Turn, service: Service, lead: str = "") -> bool:
    """Answer an aspect of a service from the catalogue."""
    aspect = aspect_of(turn.text.strip())
    text = SAYS[aspect](turn.county, service) if aspect else None
    if not text:
        return False
    buttons = [] if turn.in_form else [button(f"登记办理：{service.name}", do="start", service=service.code)]
    turn.say(lead + text, buttons, {"service": service.code, "service_name": service.name})
    return True


def _stands_alone(turn: Turn, about: dict[str, object]) -> bool:
    """Whether the question names its own matter, and a different one."""
    best = turn.said.faq.best
    text = re.sub(r"^(?:那|这个|那个|这|它)", "", turn.text.strip())
    return bool(turn.said.faq.sure and best and best.key != about.get("faq") and len(text) >= 9)


async def _progress(turn: Turn, number: str) -> bool:
    try:
        progress = await Tickets(turn.context).progress(number, resident(turn.talk.id))
    except TicketError:
        return False
    turn.say(
        f"{progress.headline}。{progress.explanation}".replace("。。", "。"),
        [button("看进度", do="progress", number=number)],
    )
    return True


def _materials(_county: County, service: Service) -> str:
    return f"“{service.name}”一般要准备：{service.materials}。没备齐也可以先登记，后面再补。"


def _days(_county: County, service: Service) -> str:
    if service.urgent:
        return f"“{service.name}”按紧急办理，当天就有人联系您。"
    unit = "天" if "法定" in service.days_are else "个工作日"
    text = f"“{service.name}”一般 {service.days} {unit}内办结。"
    return text + (f"最后由{service.decider}定，要等他们的结果。" if service.decider else "")


def _where(county: County, service: Service) -> str:
    helpers = "、".join([county.orgs[code].name for code in service.helpers] + list(service.local))
    with_help = f"，{helpers}协办" if helpers else ""
    return f"“{service.name}”由{county.orgs[service.lead].name}办{with_help}。在这里登记就行，不用先跑窗口；也可以去就近的村（社区）服务点。"


def _who(_county: County, service: Service) -> str:
    return (
        f"“{service.name}”面向{service.group}。符合的都可以申请，家里人也能代办，够不够条件由工作人员核对。"
    )


def _outcome(county: County, service: Service) -> str:
    who = service.decider or county.orgs[service.lead].name
    return f"能不能批由{who}按规定审，我不能先答应您。登记了，结果会告诉您。"


SAYS: dict[str, Callable[[County, Service], str]] = {
    "materials": _materials,
    "days": _days,
    "where": _where,
    "who": _who,
    "outcome": _outcome,
}
