"""The only way into the Rasa server: the bot's own channel, behind a secret.

`POST /webhooks/county/webhook` with `X-County-Secret` and {"sender", "message", "metadata"} answers with the
list of responses, each whole: text, buttons and custom of one response stay one message.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.server import fixes

LONGEST_MESSAGE = 2000
PRESS = "/press"
_KEPT = ("text", "buttons", "custom")
_log = logging.getLogger(__name__)


class Collected(CollectingOutputChannel):
    """Keeps each response as one message."""

    @classmethod
    def name(cls) -> str:
        """The channel's name in the tracker."""
        return "county"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Collect what people are to see of a response."""
        kept = {key: message[key] for key in _KEPT if message.get(key)}
        if kept:
            self.messages.append(kept)


class CountyInput(InputChannel):
    """Takes messages from the bot alone."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("the county channel needs its secret")
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """The channel's part of the address."""
        return "county"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> CountyInput:
        """Make the channel from credentials.yml; also the moment to repair what Rasa gets wrong."""
        fixes.apply()
        return cls(str((credentials or {}).get("secret", "")))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes."""
        blueprint = Blueprint("county_channel", __name__)

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            given = request.headers.get("X-County-Secret", "").encode()
            if not hmac.compare_digest(given, self._secret):
                return response.json({"error": "secret"}, status=401)
            body = request.json
            if not isinstance(body, dict) or not isinstance(body.get("sender"), str):
                return response.json({"error": "sender"}, status=400)
            metadata = body.get("metadata") or {}
            text = as_said(str(body.get("message") or ""), metadata)
            collected = Collected()
            try:
                await on_new_message(
                    UserMessage(text, collected, body["sender"], input_channel=self.name(), metadata=metadata)
                )
            except Exception as error:
                _log.error("a turn failed: %s", type(error).__name__)
                return response.json({"error": "turn"}, status=500)
            return response.json(collected.messages)

        return blueprint


def as_said(text: str, metadata: dict[str, Any]) -> str:
    """A message as Rasa may read it: only the bot's own press is a command, people's slashes are text."""
    text = text[:LONGEST_MESSAGE]
    if text == PRESS and isinstance(metadata.get("command"), dict):
        return text
    stripped = text.lstrip()
    return "／" + stripped[1:] if stripped.startswith("/") else text
