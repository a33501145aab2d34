"""What the handbooks' pictures are taken of: one morning of the sample county, with the real answers.

Only the understanding is scripted: what a sentence means is told by `MEANT`; what is answered, asked and
filed is the actions' own work.
"""

import io
import itertools
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image
from rasa_sdk.executor import ActionExecutor

from actions.registry import actions
from actions.turn import DRAFT_SLOT, FORM
from bot.context import Context
from bot.settings import ROOT
from tests.channels.stand_in import SECRET, StandIn

IMAGES = ROOT / "docs" / "images"
LARGEST = 150_000
"""Bytes of a picture."""
COLOURS = 128

MEANT: dict[str, dict[str, Any]] = {
    "您好": {"intent": "greet"},
    "轮椅": {"intent": "ask_faq", "faq": "CL-09", "service": "A07"},
    "打我": {"intent": "emergency", "urgent": True, "danger": "violence"},
}
"""What a message with this word in it means; any other is a bare fact."""


class Assistant(StandIn):
    """Stands where the Rasa server stands and runs the real actions, form and draft kept by sender."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.executor = ActionExecutor()
        for action in actions(context):
            self.executor.register_action(action)
        self.slots: dict[str, dict[str, Any]] = {}
        self.said: dict[str, list[dict[str, str]]] = {}

    async def webhook(self, request: web.Request) -> web.Response:
        """A message as the `county` channel brings it."""
        if request.headers.get("X-County-Secret") != SECRET:
            raise web.HTTPForbidden
        body = await request.json()
        return web.json_response(await self.answer(body["sender"], body["message"], body["metadata"]))

    async def answer(self, sender: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """The actions' answer to one message."""
        slots = self.slots.setdefault(sender, {})
        in_form = slots.get(DRAFT_SLOT) is not None
        message = {"text": text, "metadata": metadata, **meaning(text, bool(metadata.get("command")))}
        said = self.said.setdefault(sender, [])
        said.append({"event": "user", "text": text})
        call = {
            "next_action": "validate_intake_form" if in_form else f"action_{message['intent']['name']}",
            "sender_id": sender,
            "domain": {},
            "tracker": {
                "sender_id": sender,
                "slots": dict(slots),
                "latest_message": message,
                "events": list(said),
                "paused": False,
                "followup_action": None,
                "active_loop": {"name": FORM} if in_form else {},
                "latest_action_name": "action_listen",
            },
        }
        result = await self.executor.run(call)
        assert result is not None
        for event in result.events:
            if event.get("event") == "slot":
                slots[event["name"]] = event["value"]
        return [
            {key: reply[key] for key in ("text", "buttons", "custom") if reply.get(key)}
            for reply in result.responses
        ]


def meaning(text: str, pressed: bool) -> dict[str, Any]:
    """A parse in Rasa's format."""
    if pressed:
        return {"intent": {"name": "press", "confidence": 1.0}, "entities": []}
    meant = next((value for word, value in MEANT.items() if word in text), {"intent": "inform"})
    selectors = {
        kind: {
            "ranking": [{"intent_response_key": f"{kind}/{meant[kind]}", "confidence": 0.93}],
            "threshold": 0.6,
            "ask_back_threshold": 0.3,
        }
        for kind in ("faq", "service")
        if kind in meant
    }
    return {
        "intent": {"name": meant["intent"], "confidence": 0.95},
        "entities": [],
        "urgent": meant.get("urgent", False),
        "danger": meant.get("danger"),
        "response_selector": selectors,
    }


class Numbers:
    """Ticket numbers that are the same at every taking: the story's first, then made ones."""

    def __init__(self, first: str) -> None:
        self.first = first
        self.count = itertools.count(1)

    def story(self) -> str:
        """The number of the story's ticket."""
        return self.first

    def other(self) -> str:
        """The next number of another ticket."""
        body = f"{(next(self.count) * 7_919_113_357) % 32**8:x}".upper().zfill(8)[-8:]
        return f"QT-{body[:4]}-{body[4:]}"


def keep(name: str, png: bytes) -> Path:
    """Write a picture with few colours; a picture that stays too large is refused."""
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}.png"
    few.save(path, optimize=True)
    assert path.stat().st_size < LARGEST, f"{name} has {path.stat().st_size} bytes"
    return path
