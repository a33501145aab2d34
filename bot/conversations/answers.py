"""Rasa's raw messages, read into what is stored: text, buttons with commands, custom."""

import json
import logging
from typing import Any

log = logging.getLogger(__name__)

LOOKS = {"helpful": "quiet", "confirm": "primary", "start": "primary", "file": "primary"}
"""How a button looks by what its command does, unless the command says it itself (`look`).

`primary` is filled and there is one of it, `quiet` stands small under the answer, `person` asks for a
human, `danger` is for emergencies, `plain` the rest.
"""


def read_answer(message: dict[str, Any]) -> dict[str, Any]:
    """One raw message as keyword arguments of `store.append`."""
    return {
        "text": str(message.get("text") or ""),
        "buttons": [read for raw in message.get("buttons") or () if (read := read_button(raw)) is not None],
        "custom": message.get("custom") if isinstance(message.get("custom"), dict) else {},
    }


def read_button(raw: dict[str, Any]) -> dict[str, Any] | None:
    """A button with its command; None for one whose payload is no command."""
    payload, title = raw.get("payload"), str(raw.get("title") or "")
    try:
        command = json.loads(payload) if isinstance(payload, str) else payload
    except ValueError:
        command = None
    if not isinstance(command, dict) or "do" not in command or not title:
        log.error("a button without a command was dropped: %s", title)
        return None
    look = command.pop("look", None) or look_of(command)
    return {"title": title, "command": command, "look": look}


def look_of(command: dict[str, Any]) -> str:
    """How a button looks, by its command."""
    if command.get("do") == "intent" and command.get("intent") == "human_handoff":
        return "person"
    return LOOKS.get(str(command.get("do")), "plain")


def empty(message: dict[str, Any]) -> bool:
    """Whether a read message says nothing at all."""
    return not (message["text"].strip() or message["buttons"] or message["custom"])
