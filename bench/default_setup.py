"""Rasa's own default Chinese set-up over our data: the alternative that the assistant is measured against.

The fixed parts of the project lie in `bench/default/`; intents, examples, answers and the form are written
from `data/`, so that both sides learn from the same sentences.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.processes import StartFailed
from bot.settings import ROOT
from nlu.retrieval import corpus

FIXED = Path(__file__).parent / "default"
RASA = ROOT / ".venv-rasa" / "bin"
FORM = "intake_form"
QUESTIONS = {
    "applicant_name": "请问您贵姓，叫什么名字？",
    "phone": "联系电话是多少？",
    "village": "住在哪个村？",
    "dis_type": "残疾类别是哪一种？",
    "device_type": "需要什么辅具？",
}
"""The form's five slots and what is asked for each."""
CHOICES = {"dis_type": ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")}
REPLACED = ("ask_faq", "press")
"""`faq/<id>` stands for ask_faq; press is a command of ours that nobody writes."""
_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SANIC_HOST": "127.0.0.1"}
_MARKS = re.compile(r"[\[\]{}()|<>\\]")


@dataclass(frozen=True)
class Trained:
    """A trained project and how long its training took."""

    folder: Path
    seconds: float
    epochs: int


def make(folder: Path, epochs: int, actions_port: int = 5055) -> None:
    """Write the project into ``folder``."""
    data = folder / "data"
    data.mkdir(parents=True)
    for path in sorted(FIXED.glob("*.*")):
        text = path.read_text("utf-8")
        text = text.replace("{epochs}", str(epochs)).replace("{actions_port}", str(actions_port))
        (data if path.name == "stories.yml" else folder).joinpath(path.name).write_text(text, "utf-8")
    said = examples()
    _write(data / "nlu.yml", {"nlu": [_block(intent, texts) for intent, texts in said.items()]})
    intents = sorted({intent.split("/")[0] for intent in said})
    _write(data / "rules.yml", {"rules": rules(intents)})
    _write(folder / "domain.yml", domain(intents))


def examples() -> dict[str, list[str]]:
    """Intent -> sentences: those of `data/nlu`, the phrasings of all services and of all FAQ entries."""
    said: dict[str, list[str]] = defaultdict(list)
    for intent, text in corpus.all_rasa_examples():
        if intent not in REPLACED:
            said[intent].append(text)
    for item in corpus.service_items():
        said["request_service"] += item.phrasings
    for item in corpus.faq_items():
        said[item.key] += [item.title, *item.phrasings]
    plain = {
        intent: [_MARKS.sub(" ", text).strip(" /\n") for text in texts] for intent, texts in said.items()
    }
    return {intent: list(dict.fromkeys(filter(None, texts))) for intent, texts in sorted(plain.items())}


def domain(intents: list[str]) -> dict[str, Any]:
    """Intents, the form with its slots, and an answer for everything."""
    answers = {f"utter_{item.key}": [{"text": item.answer}] for item in corpus.faq_items()}
    plain = {f"utter_{intent}": [{"text": f"好的（{intent}）。"}] for intent in intents if intent != "faq"}
    asks = {f"utter_ask_{slot}": [_ask(slot, text)] for slot, text in QUESTIONS.items()}
    return {
        "intents": intents,
        "slots": {slot: _slot(slot) for slot in QUESTIONS},
        "forms": {FORM: {"required_slots": list(QUESTIONS)}},
        "responses": {**answers, **plain, **asks, "utter_submitted": [{"text": "已登记，编号 {phone}。"}]},
        "actions": [f"validate_{FORM}"],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def rules(intents: list[str]) -> list[dict[str, Any]]:
    """One rule an intent; a request opens the form, and the form's end is said."""
    found: list[dict[str, Any]] = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
        for intent in intents
        if intent != "request_service"
    ]
    opens = [{"intent": "request_service"}, {"action": FORM}, {"active_loop": FORM}]
    over = [
        {"active_loop": None},
        {"slot_was_set": [{"requested_slot": None}]},
        {"action": "utter_submitted"},
    ]
    ends = [{"action": FORM}, *over]
    found.append({"rule": "request_service", "steps": opens})
    found.append({"rule": "submit", "condition": [{"active_loop": FORM}], "steps": ends})
    return found


def train(folder: Path) -> float:
    """Train the project; returns seconds. StartFailed with the log's name where it fails."""
    log = folder / "train.log"
    cache = {"RASA_CACHE_DIRECTORY": str(folder / "cache"), "RASA_MAX_CACHE_SIZE": "0"}
    command = [RASA / "rasa", "train", "--force", "--fixed-model-name", "default", "--out", "models"]
    command += ["--augmentation", "0"]
    began = time.perf_counter()
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **_QUIET, **cache},
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode or not (folder / "models" / "default.tar.gz").exists():
        raise StartFailed(f"training the default set-up failed; see {log}")
    return time.perf_counter() - began


def _block(intent: str, texts: list[str]) -> dict[str, str]:
    return {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}


def _ask(slot: str, text: str) -> dict[str, Any]:
    buttons = [{"title": choice, "payload": choice} for choice in CHOICES.get(slot, ())]
    return {"text": text, **({"buttons": buttons} if buttons else {})}


def _slot(slot: str) -> dict[str, Any]:
    condition = [{"active_loop": FORM, "requested_slot": slot}]
    return {
        "type": "text",
        "influence_conversation": False,
        "mappings": [{"type": "from_text", "conditions": condition}],
    }


def _write(path: Path, body: dict[str, Any]) -> None:
    text = yaml.safe_dump({"version": "3.1", **body}, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, "utf-8")
