"""The frame of every action: acts once a turn, puts danger first, never fails in the resident's face."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.turn import ANSWER_SLOT, DRAFT_SLOT, FORM, REQUESTED_SLOT, Talk, Turn, Understood
from bot.context import Context
from bot.conversations import drafts, models
from bot.knowledge import gaps, uses

Handler = Callable[[Turn], Awaitable[None]]
APOLOGY = "刚才没处理好，您的话我看到了。请过一会儿再说一遍；急事可以直接找值班人员，说“转人工”就行。"
LEAVING = frozenset({"goodbye", "thanks", "cancel"})
"""Intents after which a question that was asked back stays unanswered."""
LIFELINES = "有危险现在就打 110，受了伤打 120；心里难受打 12356，妇女维权打 12338。"
_log = logging.getLogger(__name__)


class TurnAction(Action):
    """An action that hands the turn to its handler and writes all of its effects in one transaction."""

    def __init__(self, name: str, context: Context, handler: Handler) -> None:
        self._name = name
        self._context = context
        self._handler = handler

    def name(self) -> str:
        """The name that Rasa calls it by."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        """Answer the latest message; the same turn called again gets the same answer."""
        try:
            result = await self._answer(tracker)
        except Exception as error:
            _log.error("%s failed: %s at %s", self._name, type(error).__name__, _where(error))
            result = {"replies": [_apology(tracker)], "events": _keep_form(tracker)}
        for reply in result["replies"]:
            dispatcher.utter_message(
                text=reply["text"], buttons=reply["buttons"], json_message=reply["custom"] or None
            )
        return result["events"]

    async def _answer(self, tracker: Tracker) -> dict[str, Any]:
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        conversation = str(metadata.get("conversation") or tracker.sender_id.rsplit(":", 1)[0])
        turn_id = str(metadata.get("turn") or message.get("message_id") or "")
        async with self._context.db.glance() as session:
            done = await self._done(session, turn_id)
            if done is not None:
                return done
            turn = await self._turn(session, tracker, message, metadata, conversation, turn_id)
        before = deepcopy(turn.talk)
        if turn.said.intent not in LEAVING:
            turn.went_on = bool(turn.memory.pop(gaps.ASKED_BACK, False))
        await self._handler(turn)
        result = {"replies": turn.replies, "events": turn.events}
        agreed = turn.talk.consent != before.consent  # what someone agreed to waits for the disk
        try:
            async with self._context.db.write() if agreed else self._context.db.note() as session:
                await self._write(session, turn, result, turn.talk != before)
        except IntegrityError:
            async with self._context.db.glance() as session:
                done = await self._done(session, turn_id)
            if done is None:
                raise
            return done
        return result

    async def _done(self, session: AsyncSession, turn_id: str) -> dict[str, Any] | None:
        row = await session.get(models.ActionRun, (turn_id, self._name))
        return self._context.vault.open_json(row.result, f"action:{turn_id}") if row else None

    async def _turn(
        self,
        session: AsyncSession,
        tracker: Tracker,
        message: dict[str, Any],
        metadata: dict[str, Any],
        conversation: str,
        turn_id: str,
    ) -> Turn:
        row = await session.get(models.Conversation, conversation)
        talk = (
            Talk(
                row.id,
                row.channel,
                dict(row.memory),
                row.private,
                row.takeover,
                row.takeover_reason,
                row.consent_version,
            )
            if row
            else Talk(conversation, str(metadata.get("channel") or "rest"))
        )
        draft_id = tracker.get_slot(DRAFT_SLOT)
        draft = await drafts.load(session, self._context.vault, draft_id, conversation) if draft_id else None
        command = metadata.get("command") if message.get("intent", {}).get("name") == "press" else None
        return Turn(
            context=self._context,
            county=await self._context.directory.county(session),
            now=self._context.clock(),
            talk=talk,
            said=Understood.read(message) if command is None else Understood("", "press", 1.0),
            turn_id=turn_id,
            command=command,
            attachments=tuple(int(number) for number in metadata.get("attachments") or ()),
            draft=draft,
            in_form=(tracker.active_loop or {}).get("name") == FORM,
            earlier=_earlier(tracker),
        )

    async def _write(self, session: AsyncSession, turn: Turn, result: dict[str, Any], talked: bool) -> None:
        talk = turn.talk
        row = await session.get(models.Conversation, talk.id) if talked else None
        if row is not None:
            if row.memory != talk.memory:
                row.memory = dict(talk.memory)
            row.private = not talk.calm and (row.private or talk.private)
            if talk.takeover == "waiting" and row.takeover is None:
                row.takeover, row.takeover_reason, row.takeover_at = "waiting", talk.takeover_reason, turn.now
            if talk.consent and talk.consent != row.consent_version:
                row.consent_version, row.consent_at = talk.consent, turn.now
        for draft in turn.changed.values():
            await drafts.store(session, self._context.vault, draft, turn.now)
        await uses.count(session, turn.used, turn.now)
        if turn.went_on:
            await gaps.went_on(session, talk.id, turn.now)
        if turn.turn_id:
            session.add(
                models.ActionRun(
                    turn=turn.turn_id,
                    action=self._name,
                    at=turn.now,
                    result=self._context.vault.seal_json(result, f"action:{turn.turn_id}"),
                )
            )


def _earlier(tracker: Tracker) -> tuple[str, ...]:
    """The resident's own words of the turns before this one."""
    said = [str(event.get("text") or "") for event in tracker.events if event.get("event") == "user"]
    return tuple(text for text in said[:-1] if text and not text.startswith("/"))


def _apology(tracker: Tracker) -> dict[str, Any]:
    """What is said when an action failed; where there is danger the lines come all the same."""
    said = Understood.read(tracker.latest_message or {})
    if said.in_danger:
        return {"text": f"{LIFELINES}\n{APOLOGY}", "buttons": [], "custom": {"urgent": True}}
    return {"text": APOLOGY, "buttons": [], "custom": {}}


def _keep_form(tracker: Tracker) -> list[dict[str, Any]]:
    """Events that leave a running form where it is, so that a failed turn loses nothing."""
    if (tracker.active_loop or {}).get("name") != FORM:
        return []
    return [
        {"event": "slot", "name": ANSWER_SLOT, "value": None},
        {"event": "slot", "name": REQUESTED_SLOT, "value": ANSWER_SLOT},
    ]


def _where(error: BaseException) -> str:
    """File and line of an error's origin; its text may quote the resident and stays out of the log."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
