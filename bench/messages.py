"""What is said to both sides. No message is sent twice to a server, so that no cache answers for it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.settings import ROOT
from nlu.retrieval import corpus

SMALL_TALK = ("greet", "goodbye", "thanks", "chitchat")
REQUEST = "我走不动路{number}天了，想申请一台轮椅"
CONFIRM = "确认提交"
VILLAGES = ("东门社区", "文昌社区", "河东社区", "西街社区", "学府社区", "南湖社区")
KINDS = ("肢体", "视力", "听力", "言语")
SURNAMES, GIVEN = "王李张刘陈杨黄周吴徐", "秀英桂兰建国志强玉梅海燕小芳文军"


def questions(seed: int) -> list[str]:
    """The held-out FAQ questions in an order of the seed's."""
    return _shuffled(_rows("faq"), seed)


def small_talk(seed: int) -> list[str]:
    """Held-out greetings, thanks and chat."""
    return _shuffled([row for row in _rows("intents") if row["intent"] in SMALL_TALK], seed)


def warm_up(count: int) -> list[str]:
    """Training examples, which are not measured."""
    return corpus.rasa_examples("ask_faq")[:count]


@dataclass(frozen=True)
class Person:
    """What one applicant says; every one differs."""

    request: str
    answers: dict[str, str]
    """Slot -> sentence that answers it."""


def people(seed: int) -> Iterator[Person]:
    """Applicants for an assistive device, without end."""
    chance, number = random.Random(seed), 1000 + seed
    while True:
        number += 1
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))
        answers = {
            "applicant_name": f"我叫{name}",
            "phone": f"电话{mobile(chance)}",
            "village": f"住在{chance.choice(VILLAGES)}",
            "dis_cert": "有的",
            "dis_type": f"{chance.choice(KINDS)}残疾",
            "device_type": f"要轮椅，{chance.randint(38, 55)}厘米宽的",
            "demand_desc": f"走不动路已经{chance.randint(2, 30)}个月了",
            "photos": "跳过",
        }
        yield Person(REQUEST.format(number=number), answers)


def mobile(chance: random.Random) -> str:
    """A mobile number that could be one."""
    return f"13{chance.randint(0, 9)}{chance.randint(10_000_000, 99_999_999)}"


def mistyped(chance: random.Random) -> str:
    """A sentence with a mobile number that lacks its last digit."""
    return f"电话{mobile(chance)[:-1]}"


def _rows(name: str) -> list[dict[str, Any]]:
    path = ROOT / "data" / "heldout" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _shuffled(rows: list[dict[str, Any]], seed: int) -> list[str]:
    texts = list(dict.fromkeys(row["text"] for row in rows))
    random.Random(seed).shuffle(texts)
    return texts
