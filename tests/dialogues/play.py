"""Play a dialogue written in YAML and check each answer, the tickets and the conversation.

A file is a list of dialogues:
  name, at (the county's time), channel
  turns: list of one of
    say: text, press: a button's title, photo: text with a picture, wait: {days|hours|minutes: n}, step: {to, role, …},
    fresh: true (another conversation begins)
    with expectations on the answer
      has / lacks: fragments of all texts joined; custom: {key: value} found in some message (a nested mapping needs
      only the keys given; `any` takes any value); buttons / no_buttons: titles that start so
  tickets: the conversation's tickets, oldest first: {service, state, urgent, grid, lead, fields: {slot: value}}
  none: true – no ticket was filed
  memory / private / takeover / consent: the conversation's row
`{number}` and `{code}` stand for the last ticket filed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.conversations.store import Line
from bot.directory.roles import Role
from bot.tickets.actors import Actor, resident
from bot.tickets.models import Attachment
from bot.tickets.service import Tickets
from bot.tickets.views import TicketView
from tests.dialogues.stage import DAYTIME, Stage, moment

FOLDER = Path(__file__).parent / "scripts"


@dataclass
class Player:
    """The state of one played dialogue."""

    stage: Stage
    script: dict[str, Any]
    sender: str
    channel: str = "rest"
    lines: list[Line] = field(default_factory=list)
    number: str = ""
    code: str = ""
    said: list[str] = field(default_factory=list)

    async def play(self) -> None:
        """All turns, then what must have come of them."""
        self.stage.now = moment(str(self.script.get("at", DAYTIME)))
        for place, turn in enumerate(self.script["turns"], 1):
            await self._turn(turn)
            self._expect(
                turn, f"{self.script['name']}, turn {place} {turn.get('say') or turn.get('press') or ''}"
            )
        await self._outcome()

    async def _turn(self, turn: dict[str, Any]) -> None:
        self.stage.now += timedelta(seconds=20)
        if "wait" in turn:
            self.stage.now += timedelta(**turn["wait"])
        if turn.get("fresh"):
            self.sender += "+"
        if "step" in turn:
            await self._step(dict(turn["step"]))
        if "say" in turn:
            text = str(turn["say"]).replace("{number}", self.number).replace("{code}", self.code)
            self.lines = await self.stage.say(self.sender, text, channel=self.channel)
        elif "press" in turn:
            token = self._token(str(turn["press"]))
            self.lines = await self.stage.say(self.sender, token=token, channel=self.channel)
        elif "photo" in turn:
            picture = await self._picture()
            self.lines = await self.stage.say(
                self.sender, str(turn["photo"] or ""), channel=self.channel, pictures=(picture,)
            )
        for line in self.lines:
            self.number = line.custom.get("ticket_number", self.number)
            self.code = line.custom.get("retrieval_code", self.code)

    def _token(self, title: str) -> str:
        for line in self.lines:
            for button in line.buttons:
                if button["title"].startswith(title):
                    return button["payload"]
        raise AssertionError(
            f"no button {title!r} in {[b['title'] for line in self.lines for b in line.buttons]}"
        )

    async def _picture(self) -> int:
        row = await self.stage.conversation(self.sender, self.channel)
        async with self.stage.context.db.write() as session:
            picture = Attachment(
                conversation=row.id,
                digest="0" * 64,
                media_type="image/jpeg",
                size=10,
                name=self.stage.context.vault.seal("a.jpg", "attachment"),
                added_by="resident",
                added_at=self.stage.now,
            )
            session.add(picture)
            await session.flush()
            return picture.id

    async def _step(self, step: dict[str, Any]) -> None:
        role = Role(step.pop("role", "reviewer"))
        actor = Actor("token", step.pop("id", role.value), role.value, role, step.pop("of", None))
        await Tickets(self.stage.context).step(self.number, step.pop("to"), actor, **step)

    def _expect(self, turn: dict[str, Any], where: str) -> None:
        text = "\n".join(line.text for line in self.lines)
        titles = [button["title"] for line in self.lines for button in line.buttons]
        shown = f"{where}\n--- answer:\n{text}\n--- buttons: {titles}\n--- custom: {[line.custom for line in self.lines]}"
        for fragment in _list(turn.get("has")):
            fragment = fragment.replace("{number}", self.number)
            assert fragment in text, f"missing {fragment!r}\n{shown}"
        for fragment in _list(turn.get("lacks")):
            assert fragment not in text, f"unwanted {fragment!r}\n{shown}"
        for title in _list(turn.get("buttons")):
            assert any(found.startswith(title) for found in titles), f"no button {title!r}\n{shown}"
        for title in _list(turn.get("no_buttons")):
            assert not any(found.startswith(title) for found in titles), f"unwanted button {title!r}\n{shown}"
        for key, value in (turn.get("custom") or {}).items():
            assert any(key in line.custom and _fits(value, line.custom[key]) for line in self.lines), (
                f"custom {key} = {value!r}\n{shown}"
            )
        for key in _list(turn.get("no_custom")):
            assert not any(key in line.custom for line in self.lines), f"unwanted custom {key}\n{shown}"

    async def _outcome(self) -> None:
        row = await self.stage.conversation(self.sender, self.channel)
        wanted = self.script.get("tickets")
        if wanted is not None or self.script.get("none"):
            views = await self._tickets(row.id)
            assert len(views) == len(wanted or []), [view.service for view in views]
            for view, expected in zip(views, wanted or [], strict=True):
                _check_ticket(view, expected)
            if self.script.get("linked"):
                assert all(view.linked for view in views), "the tickets of one story are not linked"
        for key in ("private", "takeover"):
            if key in self.script:
                assert getattr(row, key) == self.script[key], (key, getattr(row, key))
        if self.script.get("consent"):
            assert row.consent_version and row.consent_at
        for key, value in (self.script.get("memory") or {}).items():
            assert _fits(value, row.memory.get(key)), (key, row.memory)
        _no_personal_data(row.memory)

    async def _tickets(self, conversation: str) -> list[TicketView]:
        tickets = Tickets(self.stage.context)
        mine = await tickets.of_conversation(conversation)
        return [await tickets.view(view.number, resident(conversation)) for view in reversed(mine)]


def _check_ticket(view: TicketView, expected: dict[str, Any]) -> None:
    found = {
        "service": view.service,
        "state": view.state,
        "urgent": view.urgent,
        "grid": view.grid,
        "lead": view.lead.name,
        "rating": view.rating,
        "channel": view.channel,
    }
    for key, value in expected.items():
        if key == "fields":
            for slot, wanted in value.items():
                assert _fits(wanted, view.fields.get(slot)), (
                    f"{slot}: {view.fields.get(slot)!r}, not {wanted!r}"
                )
        elif key == "no_fields":
            assert not set(value) & set(view.fields), view.fields
        elif key == "pictures":
            assert len(view.attachments) == value
        else:
            assert found[key] == value, f"{key}: {found[key]!r}, not {value!r}"


def _fits(wanted: Any, found: Any) -> bool:
    """Equality; `any` fits everything that is there, `~text` a text that holds it, a mapping its keys alone."""
    if wanted == "any":
        return found is not None
    if isinstance(wanted, str) and wanted.startswith("~"):
        return wanted[1:] in str(found)
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and _fits(v, found[key]) for key, v in wanted.items()
        )
    return wanted == found


def _no_personal_data(memory: dict[str, Any]) -> None:
    text = json.dumps(memory, ensure_ascii=False)
    import re

    assert not re.search(r"1[3-9]\d{9}", text), "a phone number in the conversation's memory"


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def scripts() -> list[tuple[str, dict[str, Any]]]:
    """All dialogues, by file and name."""
    found = []
    for path in sorted(FOLDER.glob("*.yml")):
        for script in yaml.safe_load(path.read_text("utf-8")):
            found.append((f"{path.stem}/{script['name']}", script))
    return found
