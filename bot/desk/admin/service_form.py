"""The editor's form: what is chosen among, and reading it back into a service's content."""

import re
from dataclasses import dataclass
from typing import Any

from multidict import MultiMapping

from bot.desk.admin.catalogue import EMPTY
from bot.desk.admin.common import AdminError, number, text
from bot.desk.formats import short_label
from bot.directory.catalogue import County, Slot

HOW = {"required": "必须问到", "asked": "问，可跳过", "later": "以后由人问"}
CONTACTS = {
    "personal": "居民个人：姓名、电话、住址、诉求",
    "station": "村站点单：村站、联系人、日期、人数、场地",
    "organisation": "单位：联系人、电话、单位名称、诉求",
    "safe": "只留一个安全的联系方式（人在危险里时）",
}
PRIVACY = {"普通": "普通", "敏感": "敏感：村站看不到", "高敏": "高敏：不推送，不留记录"}
DAYS_ARE = {"建议承诺": "承诺的", "含法定时限": "法律定的，不能延", "紧急": "紧急，昼夜计时"}
DAYS_RUN = {"working": "工作日", "natural": "自然日"}
STARTS = {"dispatch": "派单起", "event": "活动那天起"}
TYPES = {
    "person": "姓名",
    "phone": "电话",
    "place": "地点",
    "place_or_text": "地点",
    "text": "一句话",
    "date": "日期",
    "month": "年月",
    "integer": "数字",
    "choice": "按钮选",
    "yes_no": "是或否",
    "amount": "金额",
    "photo": "照片",
    "identity_number": "身份证号",
}
LINES = re.compile(r"[\r\n]+")
NAMES = re.compile(r"[、，,；;\r\n]+")
MOST_PHRASINGS, LONGEST_PHRASING = 300, 120


@dataclass(frozen=True)
class Chosen:
    """A field of the builder."""

    slot: Slot
    label: str
    kind: str
    how: str


def chosen(county: County, content: dict[str, Any]) -> list[Chosen]:
    """The fields of a content in the order in which they are asked."""
    return [
        Chosen(slot, short_label(slot.label), TYPES[slot.type], how)
        for how in HOW
        for name in content[how]
        if (slot := county.slots.get(name)) is not None
    ]


def addable(county: County, content: dict[str, Any]) -> list[tuple[str, str]]:
    """The slots that may still be added, by name: code and label with its kind."""
    taken = {*content["required"], *content["asked"], *content["later"]}
    for kind in (content["contact"], "proxy", "later"):
        taken |= set(county.contact_kinds.get(kind, ()))
    rest = [slot for slot in county.slots.values() if slot.name not in taken]
    return sorted(
        ((s.name, f"{short_label(s.label)}（{TYPES[s.type]}）") for s in rest), key=lambda one: one[1]
    )


def read(county: County, form: MultiMapping[Any]) -> dict[str, Any]:
    """The content of a posted form, missing parts allowed; AdminError for what is no value at all."""
    fields = list(zip(form.getall("slot", []), form.getall("how", []), strict=False))
    if any(how not in HOW for _, how in fields):
        raise AdminError("字段要选怎么问。")
    names = list(dict.fromkeys(name for name, _ in fields if name in county.slots))
    how_of = dict(fields)
    content = {
        "name": text(form, "name", 60),
        "category": text(form, "category", 40),
        "lead": text(form, "lead", 16),
        "privacy": _among(form, "privacy", PRIVACY),
        "helpers": [org for org in form.getall("helpers", []) if org in county.orgs],
        "local": _parts(NAMES, text(form, "local", 300)),
        "contacts": _parts(NAMES, text(form, "contacts", 600)),
        "group": text(form, "group", 120),
        "contact": _among(form, "contact", CONTACTS),
        **{how: [name for name in names if how_of[name] == how] for how in HOW},
        "days": int(number(form, "days", 1, 365, "天数")),
        "days_are": _among(form, "days_are", DAYS_ARE),
        "waits_outside": "waits_outside" in form,
        "materials": text(form, "materials", 500),
        "closing": text(form, "closing", 500),
        "decider": text(form, "decider", 120) or None,
        "window": text(form, "window", 120) or None,
        "note": text(form, "note", 500) or None,
        "proposed_to": "reviewer" if "proposed_to" in form else None,
        "days_run": _among(form, "days_run", DAYS_RUN),
        "legal_days": int(number(form, "legal_days", 1, 3650, "法定最长"))
        if text(form, "legal_days", 6)
        else None,
        "starts": _among(form, "starts", STARTS),
        "phrasings": phrasings(text(form, "phrasings", MOST_PHRASINGS * LONGEST_PHRASING)),
    }
    return {name: content[name] for name in EMPTY}


def phrasings(typed: str) -> list[str]:
    """One phrasing a line, each once."""
    found = list(dict.fromkeys(_parts(LINES, typed)))
    if len(found) > MOST_PHRASINGS:
        raise AdminError(f"说法最多 {MOST_PHRASINGS} 句。", "phrasings")
    long = next((one for one in found if len(one) > LONGEST_PHRASING), None)
    if long is not None:
        raise AdminError(f"这句太长了，最多 {LONGEST_PHRASING} 个字：{long[:20]}…", "phrasings")
    return found


def _parts(between: re.Pattern[str], typed: str) -> list[str]:
    return [part.strip() for part in between.split(typed) if part.strip()]


def _among(form: MultiMapping[Any], name: str, choices: dict[str, str]) -> str:
    value = text(form, name, 24)
    if value not in choices:
        raise AdminError("这一项要从名单里选。", name)
    return value
