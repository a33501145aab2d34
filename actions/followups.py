"""那要带什么材料, 多久能办好, 去哪儿办, 我妈也能吗: questions about what was just spoken of."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import yaml

from actions.turn import Turn, button
from bot.directory.catalogue import County, Service
from bot.knowledge.answers import Answers
from bot.settings import ROOT
from bot.tickets.actors import resident
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets
from nlu.normalise import normalise

LONGEST = 20
_ASPECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "materials",
        re.compile(
            r"(?:带|交|准备|要|需要|备|提供)(?:些|点)?(?:什么|啥子?|么子|哪些)(?:材料|东西|资料|证件|"
            r"手续|证明|表)?|"
            r"(?:什么|哪些|啥)(?:材料|证件|资料|手续|证明)|材料(?:呢|有哪些|要什么)|"
            r"(?:要|用|带|需要)(?:不要)?(?:带)?(?:身份证|户口本|证明|申请书|银行卡|病历|照片|复印件|原件)"
        ),
    ),
    (
        "days",
        re.compile(
            r"多久|好久|几天|几个月|多长时间|要等|快不快|(?:什么时候|几时|啥时候|哪天|几号)(?:能|可以|"
            r"会)?(?:办|好|下来|到|有|拿|批)"
        ),
    ),
    (
        "fee",
        re.compile(
            r"(?:要|收|花|交)(?:不要|不收)?(?:多少|几多)?(?:钱|费)|收费|免费|多少钱|费用|押金|手续费|垫钱"
        ),
    ),
    (
        "phone",
        re.compile(
            r"电话|号码|联系方式|热线|座机|怎么联系(?:他们|你们|那边)|(?:给|找)(?:我)?(?:个|谁)?联系人"
        ),
    ),
    (
        "where",
        re.compile(
            r"(?:去|到|在|找|上)(?:哪里|哪儿|哪个|哪|谁|什么地方)(?:里)?|哪里办|哪个(?:部门|单位|窗口)|"
            r"谁(?:来)?(?:管|办)|"
            r"(?:村里|镇里|县里|网上|手机上?|就近)(?:能|可以)?(?:不能)?(?:办|弄|搞)"
        ),
    ),
    (
        "next",
        re.compile(
            r"^(?:那|那么)?(?:然后|接下来|下一步|之后|以后|后面|后头|第一步|具体)(?:呢|怎么|要|该|还|"
            r"流程|是|搞|弄|做)|"
            r"先做(?:哪|什么)|怎么开始|(?:不批|退回|不给办|没结果).{0,4}怎么办"
        ),
    ),
    ("outcome", re.compile(r"一定能(?:批|办|拿|有)|(?:批|办)得?(?:下来|成)吗|能不能批")),
    (
        "who",
        re.compile(
            r"^(?:那)?(?:我|像我)?(?:老?爸|妈|爷爷|奶奶|老公|老婆|儿子|女儿|弟弟?|妹妹?|哥哥?|姐姐?|"
            r"邻居|父亲|母亲|孩子|小孩|老人|别人|"
            r"外公|外婆|儿媳|农村户口|外地|临时工|退休|个体户|骑手|男的|女的|没上班|"
            r"这样)[^？?]{0,8}(?:能|可以|行|算|有|享受|要得|够)[^？?]{0,6}$|"
            r"能(?:替|帮|给).{1,4}办|够(?:不够)?条件"
        ),
    ),
)
_NAMES = {"duration": "days", "place": "where", "eligibility_other": "who"}
_LIKE = 0.5
"""From this share of common pairs of characters a question counts as one of the listed ones."""
LINES = {"ZGH": "12351", "FL": "12338", "TXW": "12355", "CL": "12385"}


def aspect_of(text: str) -> str | None:
    """What a short question asks about; None where it is no follow-up."""
    text = normalise(text).strip()
    if not text or len(text) > LONGEST:
        return None
    found = next((name for name, pattern in _ASPECTS if pattern.search(text)), None)
    return found or _nearest(text)


def _nearest(text: str) -> str | None:
    """The aspect of the listed follow-up that is most like the text."""
    pairs = _pairs(text)
    likeness, aspect = max((_share(pairs, listed), aspect) for listed, aspect in _listed())
    return aspect if likeness >= _LIKE else None


@lru_cache(maxsize=1)
def _listed() -> list[tuple[frozenset[str], str]]:
    raw = yaml.safe_load((ROOT / "data" / "seed" / "phrasings" / "followups.yml").read_text("utf-8"))
    return [
        (_pairs(normalise(text)), _NAMES.get(name, name)) for name, texts in raw.items() for text in texts
    ]


def _pairs(text: str) -> frozenset[str]:
    core = re.sub(r"[，。？！?!\s]|^那", "", text)
    return frozenset(core[place : place + 2] for place in range(len(core) - 1))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


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
    return (
        f"“{service.name}”由{county.orgs[service.lead].name}办{with_help}。"
        "在这里登记就行，不用先跑窗口；也可以去就近的村（社区）服务点。"
    )


def _who(_county: County, service: Service) -> str:
    return (
        f"“{service.name}”面向{service.group}。符合的都可以申请，家里人也能代办，够不够条件由工作人员核对。"
    )


def _outcome(county: County, service: Service) -> str:
    who = service.decider or county.orgs[service.lead].name
    return f"能不能批由{who}按规定审，我不能先答应您。登记了，结果会告诉您。"


def _fee(county: County, service: Service) -> str:
    return (
        f"在这里登记、申请不收钱。办的过程里有没有要自己出的，{county.orgs[service.lead].name}会先跟您说清。"
    )


def _phone(county: County, service: Service) -> str:
    line = LINES.get(service.lead, "12345")
    return f"登记以后，{county.orgs[service.lead].name}打给您。急着问可以打 {line}，也可以转人工。"


def _next(county: County, service: Service) -> str:
    return (
        f"在这里登记，审核派单后由{county.orgs[service.lead].name}联系您，一步步告诉您怎么办。"
        f"一般要准备：{service.materials}。没批下来，也会说清为什么、还能找谁。"
    )


SAYS: dict[str, Callable[[County, Service], str]] = {
    "materials": _materials,
    "days": _days,
    "where": _where,
    "who": _who,
    "outcome": _outcome,
    "fee": _fee,
    "phone": _phone,
    "next": _next,
}
