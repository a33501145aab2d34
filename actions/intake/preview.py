"""An intake played for the administrator before its service is published: the real form, nothing written."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from actions.intake import start
from actions.intake.form import turn_in_form
from actions.intake.wording import has_wording
from actions.nlu_client import understand
from actions.turn import ANSWER_SLOT, REQUESTED_SLOT, Talk, Turn, Understood
from bot.context import Context
from bot.conversations.drafts import Draft
from bot.conversations.preview import Line
from bot.directory.catalogue import County, Service

MOST_TURNS = 30
FILES = "（试填到这里。正式对话里，这时登记成工单，给出工单号和取回码。）"
WRITES = "（试填到这里。正式对话里，这一步由工作人员接手。）"
ENDED = "（登记到这里结束。）"


class Writes(Exception):
    """The intake was about to write something."""


class _Unwritten:
    """The database, for reading alone."""

    def __init__(self, context: Context) -> None:
        self.sqlite = context.db.sqlite
        self.read = context.db.read

    def write(self) -> Any:
        """Nothing is written for a preview."""
        raise Writes


class _AsIf:
    """The directory as it would be with the draft in it."""

    def __init__(self, county: County) -> None:
        self._county = county

    async def county(self) -> County:
        """The county with the draft."""
        return self._county


class IntakePreview:
    """Plays intakes over the directory and the published answers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def can_ask(self, slot: str) -> bool:
        """Whether the chat knows how to ask for a slot."""
        return has_wording(slot)

    async def play(self, county: County, service: Service, said: Sequence[str]) -> list[Line]:
        """The talk that follows, from the beginning, because nothing of it is kept."""
        context = dataclasses.replace(self._context, db=_Unwritten(self._context))  # type: ignore[arg-type]
        county = dataclasses.replace(county, services={**county.services, service.code: service})
        context.directory = _AsIf(county)  # type: ignore[assignment]
        talk, lines, draft = Talk("preview", "web"), [], None
        buttons: dict[str, str] = {}
        for number, text in enumerate(said[:MOST_TURNS]):
            lines.append(Line("resident", text))
            turn = await self._turn(context, county, talk, number, text, buttons.get(text), draft)
            at_end = draft is not None and draft.progress.get("stage") == "confirm"
            try:
                if draft is None:
                    await start.begin(turn, service.code, story=text, fresh=True)
                else:
                    await turn_in_form(turn)
            except Writes:
                return [*lines, *_said(turn), Line("assistant", FILES if at_end else WRITES)]
            lines += _said(turn)
            buttons = {
                button["title"]: button["payload"] for reply in turn.replies for button in reply["buttons"]
            }
            draft = turn.draft
            if draft is None or not _goes_on(turn, first=number == 0):
                return [*lines, Line("assistant", ENDED)]
        return lines

    async def _turn(
        self,
        context: Context,
        county: County,
        talk: Talk,
        number: int,
        text: str,
        payload: str | None,
        draft: Draft | None,
    ) -> Turn:
        read = [] if payload else await understand(context, [text])
        return Turn(
            context=context,
            county=county,
            now=context.clock(),
            talk=talk,
            said=read[0] if read else Understood(text),
            turn_id=f"preview:{number}",
            command=json.loads(payload) if payload else None,
            draft=draft,
            in_form=draft is not None,
        )


def _said(turn: Turn) -> list[Line]:
    return [
        Line("assistant", reply["text"], tuple(button["title"] for button in reply["buttons"]))
        for reply in turn.replies
    ]


def _goes_on(turn: Turn, *, first: bool) -> bool:
    """Whether the form waits for another message."""
    if first:
        return turn.draft is not None and not turn.draft.urgent
    waits = [event["value"] for event in turn.events if event.get("name") == REQUESTED_SLOT]
    return bool(waits) and waits[-1] == ANSWER_SLOT
