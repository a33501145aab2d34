"""Take from a message every field that it gives, asked for or not, and say what is wrong with the rest.

Pure: plain values in, plain values out. Each kind of slot has its taker in a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from actions.intake.wording import wording
from bot.directory.catalogue import County, Slot
from nlu.entities import Entity, match_choice
from nlu.entities.persons import name_end

LONGEST_TEXT = 2000
_CHANGE = re.compile(r"错了|不对|不是|改成|改为|改一下|换成|应该是|更正|写错|说错|记错|打错")
_DENIED = re.compile(r"(?:不是|而非|不要写|别写)[^，。,]{0,2}$")
_SHY_CHOICES = frozenset({"want_help", "venue", "ent_size", "edu_level"})
"""Choices that a story touches without meaning them: taken only when asked."""
_ORDINAL = re.compile(r"^(?:我)?(?:选|是|要)?第?([一二三四五六七八九1-9])(?:个|项|号)?$")
_DONT_KNOW = re.compile(r"^(?:不(?:知道|清楚|晓得|记得)|搞不清|说不(?:清|准|好)|忘了?|没注意)[了啊呀哦。.]*$")


@dataclass
class Taken:
    """What a message gave: `values` by slot, `problems` in words, `places` to choose among."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)
    """Slot -> grid codes that the answer may mean."""
    notes: list[str] = field(default_factory=list)
    """What else was understood, in words to say first."""


@dataclass(frozen=True)
class Message:
    """A message as the takers see it."""

    text: str
    facts: list[Entity]
    asked: tuple[str, ...]
    """Slots that the last question asked for."""
    filled: dict[str, Any]
    county: County
    proxy: bool = False
    relation: str | None = None
    hints: dict[str, list[str]] = field(default_factory=dict)
    """Slot -> grid codes that an earlier answer left open: 白鹤镇 without its village."""
    named: frozenset[str] = frozenset()
    """Filled slots that the message gives anew by name: 电话是 138…, 我叫…"""

    @property
    def changing(self) -> bool:
        """Whether the message says that something was wrong, or gives what was given before."""
        return bool(self.named) or bool(_CHANGE.search(self.text))

    def of(self, kind: str) -> list[Entity]:
        """The facts of a kind, without those that the message denies (不是 139…)."""
        return [
            fact for fact in self.facts if fact.type == kind and not _DENIED.search(self.text[: fact.start])
        ]

    def wants(self, slot: Slot) -> bool:
        """Whether a value for this slot is to be taken: it is asked, still empty, or being corrected."""
        return slot.name in self.asked or slot.name not in self.filled or self.changing


Taker = Callable[[Message, list[Slot], Taken], None]


def take(message: Message, slots: list[Slot]) -> Taken:
    """Everything that the message gives for these slots of the intake."""
    taken = Taken()
    by_type: dict[str, list[Slot]] = {}
    for slot in slots:
        if message.wants(slot):
            by_type.setdefault(slot.type, []).append(slot)
    for kind, taker in TAKERS:
        if by_type.get(kind):
            taker(message, by_type[kind], taken)
    return taken


def _persons(message: Message, slots: list[Slot], taken: Taken) -> None:
    """Names: 我叫 is the speaker, 我爸叫 the person concerned; a bare name answers what was asked first."""
    open_slots = [slot.name for slot in slots]
    asked_for = any(name in message.asked for name in open_slots)
    for fact in message.of("person") or (_likely_names(message) if asked_for else []):
        before = message.text[max(0, fact.start - 8) : fact.start]
        own = re.search(
            r"我(?:自己|本人)?(?:叫|是|姓名|的名字)[^，。,]{0,2}$|申请人|联系人.{0,2}$|本人.{0,2}$", before
        )
        other = re.search(
            r"(?:爸|妈|父亲|母亲|他|她|老人|孩子|儿子|女儿|当事人|爷爷|奶奶|老伴|老公|老婆|弟|妹|哥|姐|"
            r"孙子|孙女)[^，。,]{0,5}$",
            before,
        )
        if own and not other:
            target = _first(open_slots, "applicant_name", "contact_name")
        elif other and message.proxy:
            target = _first(open_slots, "beneficiary_name")
        else:
            asked = [name for name in (*message.named, *message.asked) if name in open_slots]
            order = (
                ["beneficiary_name", "applicant_name"]
                if message.proxy
                else ["applicant_name", "contact_name"]
            )
            target = _first(asked, *order) or (None if message.changing else _first(open_slots, *order))
            if message.changing and target is None:
                target = _first(open_slots, *order)
        if target:
            taken.values[target] = str(fact.value)
            open_slots.remove(target)


def _likely_names(message: Message) -> list[Entity]:
    """Where a name was asked for: a word by itself that has the shape of one (高原 138… 石岭村)."""
    taken = [(fact.start, fact.end) for fact in message.facts]
    for word in re.finditer(r"(?<![一-龥])[一-龥]{2,4}(?![一-龥])", message.text):
        free = not any(start < word.end() and word.start() < end for start, end in taken)
        if free and name_end(word.group(), 0, need_edge=True) == len(word.group()):
            return [Entity("person", word.group(), word.group(), *word.span())]
    return []


def _phones(message: Message, slots: list[Slot], taken: Taken) -> None:
    found = message.of("phone")
    if found:
        taken.values[slots[0].name] = str(found[-1 if message.changing else 0].value)
        return
    for fact in message.of("phone_invalid"):
        taken.problems.append(_why_no_phone(str(fact.value), str(fact.data.get("reason", ""))))


def _why_no_phone(digits: str, reason: str) -> str:
    if reason == "no area code":
        return f"{digits} 像是座机，少了区号，请连区号一起说。"
    if reason == "unknown prefix":
        return f"{digits} 是 11 位，但没有这样开头的手机号，请再看一下。"
    if digits.startswith("1") and len(digits) != 11:
        return f"这个号码有 {len(digits)} 位，手机号要 11 位，请再说一遍。"
    return f"{digits} 不像能打通的电话，手机号要 11 位，座机要带区号，请再说一遍。"


def _places(message: Message, slots: list[Slot], taken: Taken) -> None:
    found = message.of("place")
    for slot in slots:
        offered = message.hints.get(slot.name, [])
        ordinal = _ORDINAL.match(message.text.strip()) if offered and not found else None
        if ordinal and 0 < (number := _position(ordinal[1])) <= len(offered):
            taken.values[slot.name] = offered[number - 1]
            return
    if not found:
        return
    asked = [slot for slot in slots if slot.name in message.asked]
    targets = asked or slots
    for slot in targets:
        fact = _place_for(message, slot, found)
        codes = list(fact.data.get("candidates") or [fact.value])
        if (
            slot.type == "place_or_text"
            and slot.name not in message.asked
            and not _labelled(message, slot, fact)
        ):
            continue
        narrowed = [code for code in codes if code in message.hints.get(slot.name, ())]
        if len(narrowed) == 1:
            taken.values[slot.name] = str(narrowed[0])
            continue
        kinds = {message.county.points[code].kind for code in codes if code in message.county.points}
        if len(codes) > 1:
            taken.places[slot.name] = [str(code) for code in codes]
        elif kinds <= {"town", "centre"} and slot.type == "place" and slot.name != "station":
            town = message.county.points[str(fact.value)]
            taken.places[slot.name] = [
                p.code for p in message.county.points.values() if p.parent == town.code
            ]
        else:
            taken.values[slot.name] = str(fact.value)


def _position(digit: str) -> int:
    return int(digit) if digit.isdigit() and digit.isascii() else "一二三四五六七八九".index(digit) + 1


def _place_for(message: Message, slot: Slot, found: list[Entity]) -> Entity:
    return next((fact for fact in found if _labelled(message, slot, fact)), found[0])


def _labelled(message: Message, slot: Slot, fact: Entity) -> bool:
    """Whether words such as 户口 stand right before the place."""
    return bool(wording(slot.name).cue.search(message.text[max(0, fact.start - 6) : fact.start]))


def _places_or_text(message: Message, slots: list[Slot], taken: Taken) -> None:
    _places(message, slots, taken)
    for slot in slots:
        if slot.name in message.asked and slot.name not in taken.values and slot.name not in taken.places:
            text = _plain_answer(message)
            if text and not message.of("place"):
                taken.values[slot.name] = text


def _dates(message: Message, slots: list[Slot], taken: Taken) -> None:
    found = [fact for fact in message.of("date")]
    targets = [slot for slot in slots if slot.name in message.asked] or slots
    for slot, fact in zip(targets, found, strict=False):
        value = str(fact.value)
        taken.values[slot.name] = value
    rest = found[len(targets) :]
    spare = next((slot for slot in slots if slot.name == "alt_date" and slot.name not in taken.values), None)
    if rest and spare:
        taken.values[spare.name] = str(rest[0].value)


def _months(message: Message, slots: list[Slot], taken: Taken) -> None:
    for slot in slots:
        for fact in message.of("date"):
            if slot.name in message.asked or re.search(r"生|出", message.text[fact.end : fact.end + 3]):
                taken.values[slot.name] = str(fact.value)[:7]
                return


def _amounts(message: Message, slots: list[Slot], taken: Taken) -> None:
    found = message.of("amount")
    if found:
        taken.values[slots[0].name] = found[0].value


_AGES = frozenset({"beneficiary_age", "child_age", "age"})
_UNITS = {"household_size": ("口",), "expected_people": ("人", "名", "个", "号")}


def _integers(message: Message, slots: list[Slot], taken: Taken) -> None:
    """Ages by their words; counts by the words before them, else in the order of the question."""
    ages, counts = message.of("age"), message.of("count")
    for slot in sorted(slots, key=lambda slot: not _named_count(message, slot, counts)):
        asked = slot.name in message.asked
        if slot.name in _AGES:
            fact = (
                ages[0]
                if ages
                else (counts[0] if asked and len(counts) == 1 and not _counts_asked(message) else None)
            )
        else:
            units = _UNITS.get(slot.name, ())
            fact = _named_count(message, slot, counts) or next(
                (c for c in counts if asked or str(c.data.get("unit")) in units), None
            )
        if fact is None:
            continue
        value = int(float(fact.value))
        if slot.name in _AGES and not 0 <= value <= 120:
            taken.problems.append("年龄好像不对，请再说一遍。")
            continue
        taken.values[slot.name] = value
        counts = [c for c in counts if c is not fact]


def _named_count(message: Message, slot: Slot, counts: list[Entity]) -> Entity | None:
    """A count that the words before it, up to the comma, give to this slot."""
    for fact in counts:
        before = re.split(r"[，。；,;]", message.text[: fact.start])[-1]
        if wording(slot.name).cue.search(before):
            return fact
    return None


def _counts_asked(message: Message) -> bool:
    return any(name in _UNITS or name in ("org_size", "member_count") for name in message.asked)


def _choices(message: Message, slots: list[Slot], taken: Taken) -> None:
    for slot in slots:
        asked = slot.name in message.asked
        choices = [c for c in slot.choices if asked or c not in ("其他", "不清楚", "还没评定", "还没定")]
        choice = _verbatim(message.text, choices)
        shy = slot.name in _SHY_CHOICES and choice is None
        if not asked and (shy or (slot.name in message.filled and not _names(message, slot))):
            continue
        if choice is None and message.text.strip():
            choice = match_choice(message.text, choices)
        if choice:
            taken.values[slot.name] = choice
        elif asked and "不清楚" in slot.choices and _DONT_KNOW.match(message.text.strip()):
            taken.values[slot.name] = "不清楚"


def _verbatim(text: str, choices: list[str]) -> str | None:
    """The one choice of four characters or more that stands in the message word for word."""
    found = [choice for choice in choices if len(choice) >= 4 and choice in text]
    return found[0] if len(found) == 1 else None


def _names(message: Message, slot: Slot) -> bool:
    """Whether a correction speaks of this slot, by its name or by one of its choices."""
    return bool(wording(slot.name).cue.search(message.text)) or any(c in message.text for c in slot.choices)


def _yes_no(message: Message, slots: list[Slot], taken: Taken) -> None:
    for slot in slots:
        if slot.name in message.asked:
            answer = message.of("yes_no")
            value = wording(slot.name).find_yes_no(message.text) or (str(answer[0].value) if answer else None)
        else:
            value = wording(slot.name).find_yes_no(message.text)
        if value:
            taken.values[slot.name] = value


def _texts(message: Message, slots: list[Slot], taken: Taken) -> None:
    """Texts: what a pattern finds; where asked, the clauses of the slot, else the whole answer."""
    if message.named:
        return
    asked = [slot for slot in slots if slot.name in message.asked]
    for slot in slots:
        found = wording(slot.name).find(message.text)
        if found and (slot.name not in message.filled or slot in asked):
            taken.values[slot.name] = found[:LONGEST_TEXT]
    rest = [slot for slot in asked if slot.name not in taken.values]
    answer = _plain_answer(message)
    if not answer:
        return
    if len(asked) == 1:
        taken.values[asked[0].name] = answer
        return
    clauses = [clause for clause in re.split(r"[，。；;,\n]+", answer) if clause.strip()]
    for clause in clauses:
        slot = next((slot for slot in rest if wording(slot.name).cue.search(clause)), None)
        if slot is None:
            slot = next((slot for slot in rest if slot.name not in taken.values), None)
        if slot is not None:
            held = taken.values.get(slot.name)
            taken.values[slot.name] = f"{held}，{clause.strip()}" if held else clause.strip()


def _plain_answer(message: Message) -> str:
    """The answer without the facts that belong to other slots."""
    text = message.text
    several = len(message.asked) > 1
    for fact in sorted(message.facts, key=lambda fact: -fact.start):
        if several and fact.type in _BESIDE:
            text = text[: fact.start] + text[fact.end :]
        elif several and fact.type == "person" and (said := _SAYS_NAME.search(text[: fact.start])):
            text = text[: said.start()] + text[fact.end :]
    return re.sub(r"^[，。、\s]+|[，。、\s]+$", "", text)[:LONGEST_TEXT]


_BESIDE = frozenset({"phone", "phone_invalid", "id_number", "ticket_number", "count", "age", "amount"})
_SAYS_NAME = re.compile(r"(?:我(?:叫|是|姓)|姓名(?:是|：|:)?|联系人(?:是|叫|：|:)?|名字(?:是|叫)?)$")


def _first(names: list[str], *wanted: str) -> str | None:
    return next((name for name in wanted if name in names), None)


TAKERS: tuple[tuple[str, Taker], ...] = (
    ("person", _persons),
    ("phone", _phones),
    ("place", _places),
    ("place_or_text", _places_or_text),
    ("date", _dates),
    ("month", _months),
    ("amount", _amounts),
    ("integer", _integers),
    ("choice", _choices),
    ("yes_no", _yes_no),
    ("text", _texts),
)
