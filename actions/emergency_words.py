"""What is said in an emergency, by kind of danger: lines, first words, the question whether one is safe."""

from __future__ import annotations

import re

from actions.turn import button


def _line(number: str, name: str, what: str, strong: bool = True) -> dict[str, object]:
    return {"number": number, "name": name, "what": what, "strong": strong}


_POLICE = _line("110", "报警", "制止施暴、帮您就医")
_HURT = _line("120", "急救", "受了伤、吃了药")

LINES: dict[str, list[dict[str, object]]] = {
    "violence": [_POLICE, _HURT, _line("12338", "妇女维权", "问怎么办、找庇护", False)],
    "child": [
        _line("110", "报警", "孩子有危险，马上打"),
        _HURT,
        _line("12355", "青少年热线", "孩子自己也能打", False),
        _line("12345", "未成年人保护", "反映孩子没人管、受欺负", False),
    ],
    "suicide": [
        _line("12356", "心理援助热线", "可以不说名字"),
        _line("12355", "青少年热线", "有心事、受欺负都能说", False),
        _line("120", "急救", "受了伤、吃了药"),
        _line("110", "报警", "有危险马上打"),
    ],
    "harm": [_line("110", "报警", "有人身危险"), _HURT, _line("119", "火警", "着火、被困", False)],
}

OPENINGS = {
    "violence": "先保安全：现在就打 110。",
    "child": "先保孩子安全：现在就打 110。",
    "suicide": "听到您这么说，很担心您。您愿意说出来，这很重要。现在就有人能听您说：",
    "harm": "先保安全：有危险现在就打电话。",
}

ASKS = {
    "violence": "您做得对。值班员已收到提醒。您现在安全吗？不用填表，我们不会联系他，也不会往家里打电话。",
    "child": "您说出来是对的。值班员已收到提醒。孩子现在安全吗？不用填表，先保住孩子。",
    "suicide": "值班员已收到提醒。您现在安全吗？身边有家里人或村干部能陪着吗？",
    "harm": "值班员已收到提醒。您现在安全吗？不用填表。",
}

_BUTTONS = {
    "violence": (("不安全，他就在附近", "no"), ("暂时安全", "yes"), ("不方便说", "hush")),
    "child": (("孩子现在有危险", "no"), ("暂时安全", "yes"), ("不方便说", "hush")),
    "suicide": (("有人陪着", "yes"), ("一个人", "alone")),
    "harm": (("不安全", "no"), ("暂时安全", "yes")),
}

_CHILD = re.compile(r"孩子|小孩|娃|儿童|未成年|学生|幼儿|宝宝|女儿|儿子|侄|孙|[1-9一二三四五六七八九十]岁")
_SUICIDE = re.compile(
    r"不想活|想死|自杀|自残|轻生|活着没意思|活不下去|跳楼|割腕|喝农药|结束生命|了结|解脱|撑不下去|遗书|"
    r"安眠药|一了百了"
)
_VICTIM_CHILD = re.compile(
    r"(?:打|虐待|猥亵|性侵|关|饿|欺负|摸|骂|踢|烫|绑|卖|丢|不管)(?:了|着|过|自己|他|她)?.{0,6}(?:孩子|"
    r"小孩|娃|女儿|儿子|学生|侄|孙)|"
    r"(?:孩子|小孩|娃|女儿|儿子|学生|侄子|侄女|孙子|孙女|男孩|女孩).{0,10}(?:被|挨|遭|一个人|没人管|"
    r"没人看|失踪|不见|走丢|淹)"
)
_VICTIM_ADULT = re.compile(
    r"(?:打|揍|掐|砍|踢|扇|家暴)(?:了|过|着|得)?(?:我|俺)(?!孩子|娃|女儿|儿子|弟|妹)|(?:老公|丈夫|男人|"
    r"前夫|男朋友|他).{0,6}(?:又)?(?:打|揍|掐|动手)(?!.{0,3}(?:孩子|娃))|"
    r"(?:我|被).{0,3}(?:挨打|被打|家暴)"
)
_YOUNG_VICTIM = re.compile(
    r"(?:爸爸?|妈妈?|爹|后妈|继父|老师|同学|学长|叔叔)[^，。]{0,8}(?:打|掐|摸|关|欺负)(?:了|过|着)?我"
    r"(?=.*(?:学校|上学|初[一二三中]|高[一二三中]|年级|1[0-7]岁|十[一二三四五六七]岁|作业|考试|同学|老师))|"
    r"我(?:才|今年)?(?:1[0-7]|十[一二三四五六七]?|[七八九7-9])岁[^。]*(?:打|掐|摸|关|欺负)(?:了|过|着)?我"
)
_ALARM = re.compile(
    r"救命|救救|砍|捅|掐|着火|起火|煤气|中毒|流血|出血|晕倒|昏迷|没气|淹|绑|强奸|猥亵|追着|堵门|踹门|刀|跳下去|农药"
)
_BEATEN = frozenset({"violence", "child"})
_CHILD_FIRST = re.compile(
    r"[^，。]{0,8}(?:孩子|小孩|娃|女儿|儿子|学生|女孩|男孩|侄子|侄女|孙子|孙女)[^，。]{0,12}被?[^，。]{0,6}打"
)
_YOUNG = re.compile(
    r"学校|老师|同学|上学|高考|中考|考试|作业|初[一二三中]|高[一二三中]|爸妈|大学|宿舍|班主任|1[0-9]岁|"
    r"十[一二三四五六七八九]岁|孩子"
)


def safety_buttons(kind: str) -> list[dict[str, str]]:
    """The answers to whether one is safe."""
    return [button(title, do="safe", value=value) for title, value in _BUTTONS[kind]]


def speaks_of_danger(text: str) -> bool:
    """Whether the words themselves speak of danger to life or limb."""
    return bool(
        _SUICIDE.search(text)
        or _VICTIM_ADULT.search(text)
        or _VICTIM_CHILD.search(text)
        or _ALARM.search(text)
    )


def kind_of(named: str | None, text: str, code: str | None = None) -> str:
    """The kind of danger: as the pipeline names it, but who is beaten decides between woman and child.

    She who hides with her child is herself the victim; the child next door is not.
    """
    if _SUICIDE.search(text) and not _VICTIM_ADULT.search(text):
        return "suicide"
    guessed = guess_kind(text, code)
    if named not in LINES or (named in _BEATEN and guessed in _BEATEN):
        return guessed
    return str(named)


def guess_kind(text: str, code: str | None = None) -> str:
    """The kind of danger, where the pipeline did not name it."""
    if code == "D05":
        return "child"
    if code in ("A11", "D03"):
        return "violence"
    if _SUICIDE.search(text):
        return "suicide"
    if _YOUNG_VICTIM.search(text):
        return "child"
    if _VICTIM_ADULT.search(text) and not _CHILD_FIRST.match(text):
        return "violence"
    if _VICTIM_CHILD.search(text):
        return "child"
    return "violence" if re.search(r"打|揍|掐|砍|家暴|动手|杀|逼|关|威胁|跟踪", text) else "harm"


def service_for(kind: str, text: str) -> str:
    """The service under which the danger is filed."""
    if kind == "child":
        return "D05"
    if kind == "suicide":
        return "A16" if _YOUNG.search(text) else "A17"
    return "A11" if kind == "violence" else "Z01"
