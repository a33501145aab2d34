"""One turn: a message comes in, is stored, Rasa is asked once, the answers are stored and given back."""

import hashlib
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.conversations import store
from bot.conversations.answers import empty, read_answer
from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.push import REPLY_WINDOW
from bot.conversations.store import Line, Press
from bot.dialogue import forget, texts
from bot.dialogue.lanes import Lanes, lanes_over
from bot.dialogue.rasa import Rasa, RasaDown
from bot.live import STAFF

log = logging.getLogger(__name__)

PRESS = "/press"
PULLED = "rest"
"""The channel whose programs hear what was told meanwhile with their next answer."""
CLIENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,48}")


@dataclass(frozen=True)
class Incoming:
    """A message as a channel hands it over.

    `id` is the channel's own id of the message, by which a repetition is known; `token` a button that was
    pressed; `command` one of the channel's own (`/help` of Telegram); `pictures` ids of attachments.
    `counted`: the channel sends the answer by itself, and counts what is out (`Dialogue.sent`).
    """

    channel: str
    sender: str
    text: str = ""
    id: str | None = None
    token: str | None = None
    command: dict[str, Any] | None = None
    pictures: tuple[int, ...] = ()
    counted: bool = False


@dataclass(frozen=True)
class Taken:
    """The answer to a message; `repeated` when it had been answered before.

    `sent` is what `Dialogue.sent` noted last: how much of a counted answer is out; None when nothing is left.
    """

    lines: list[Line]
    repeated: bool = False
    turn: str = ""
    sent: int | None = None


@dataclass(frozen=True)
class Unsent:
    """An answer that a counting channel has not sent to its end."""

    sender: str
    taken: Taken


@dataclass
class _Begun:
    """What the first transaction of a turn leaves for the rest."""

    conversation: str
    turn: str
    rasa_sender: str
    taken: bool
    command: dict[str, Any] | None
    line: Line | None = None
    press: Press | None = None
    repeated: list[Line] | None = None
    sent: int | None = None
    refused: str | None = None


class Dialogue:
    """What every channel talks to."""

    def __init__(self, context: Context, rasa: Rasa, lanes: Lanes | None = None) -> None:
        self.context = context
        self._rasa = rasa
        self._lanes: Lanes = lanes or lanes_over(context.redis)

    async def close(self) -> None:
        """Close the connections to Rasa."""
        await self._rasa.close()

    async def handle(self, incoming: Incoming) -> list[Line]:
        """Answer one message; a message that the channel delivers again gets the same answer again."""
        return (await self.take(incoming)).lines

    async def take(self, incoming: Incoming) -> Taken:
        """Like `handle`, for channels that must not send an answer twice."""
        async with self._lanes.hold(f"{incoming.channel}:{incoming.sender}"):
            return await self._turn(incoming)

    async def _turn(self, incoming: Incoming) -> Taken:
        begun = await self._begin(incoming)
        if begun.repeated is not None:
            return Taken(begun.repeated, repeated=True, turn=begun.turn, sent=begun.sent)
        lines = await self._answer(begun, incoming)
        return Taken(lines, turn=begun.turn, sent=0 if incoming.counted else None)

    async def sent(self, turn: str, count: int | None) -> None:
        """Note how many sends of a counted answer are out; None when it is out as a whole."""
        async with self.context.db.note() as session:
            await session.execute(update(Turn).where(Turn.id == turn).values(sent=count))

    async def unsent(self, channel: str, since: datetime) -> list[Unsent]:
        """The answers given since then that were not sent to their end, oldest first.

        In a private matter only while a reply may still go to the phone that it was asked on.
        """
        context = self.context
        async with context.db.read() as session:
            turns = await session.scalars(
                select(Turn)
                .where(Turn.sent.is_not(None), Turn.answer.is_not(None), Turn.at >= since)
                .order_by(Turn.at)
            )
            found = []
            for turn in turns:
                conversation = await session.get(Conversation, turn.id.split(":", 1)[0])
                if conversation is None or conversation.channel != channel:
                    continue
                if conversation.private and turn.at < context.clock() - REPLY_WINDOW:
                    continue
                lines = await self._answered(session, turn)
                sender = store.sender_of(context.vault, conversation)
                found.append(Unsent(sender, Taken(lines, True, turn.id, turn.sent)))
        return found

    async def _answered(self, session: AsyncSession, turn: Turn) -> list[Line]:
        """The answer of a turn, read again."""
        vault = self.context.vault
        numbers = vault.open_json(turn.answer or b"", "turn")
        conversation = turn.id.split(":", 1)[0]
        known = await store.lines(session, vault, conversation, min(numbers, default=1) - 1)
        by_number = {line.number: line for line in known}
        return [by_number[number] for number in numbers if number in by_number]

    async def _answer(self, begun: _Begun, incoming: Incoming) -> list[Line]:
        if begun.press is not None:
            pressed = {"type": "pressed", "number": begun.press.message, "title": begun.press.title}
            self.context.hub.tell(begun.conversation, pressed)
        if begun.line is not None:
            self._tell(begun.conversation, [begun.line])
        if begun.taken:
            self._tell_staff(begun, "message")
            return await self._finish(begun, [])
        if begun.refused is not None:
            return await self._finish(begun, [_plain(begun.refused)])
        self.context.hub.tell(begun.conversation, {"type": "typing"})
        return await self._finish(begun, await self._ask(begun, incoming))

    async def _begin(self, incoming: Incoming) -> _Begun:
        context, at = self.context, self.context.clock()
        async with context.db.note() as session:
            conversation = await store.open_conversation(
                session, context.vault, incoming.channel, incoming.sender, at
            )
            turn_id = f"{conversation.id}:{_client_id(incoming.id)}"
            turn = await session.get(Turn, turn_id) if incoming.id is not None else None
            begun = _Begun(
                conversation.id,
                turn_id,
                f"{conversation.id}:{conversation.session}",
                conversation.takeover == "taken",
                incoming.command,
            )
            if turn is not None and turn.answer is not None:
                begun.repeated, begun.sent = await self._answered(session, turn), turn.sent
                return begun
            if len(incoming.text) > texts.LONGEST:
                begun.refused, begun.taken = texts.TOO_LONG, False
            else:
                press = await self._pressed(session, conversation.id, incoming)
                if press is not None:
                    begun.command, begun.press = press.command, press
                    await store.mark_pressed(session, context.vault, conversation.id, press)
                elif incoming.token is not None:
                    begun.refused = texts.STALE_BUTTON
                if turn is None and (press or incoming.token is None):
                    begun.line = await store.append(
                        session,
                        context.vault,
                        conversation,
                        at,
                        author="resident",
                        text=press.title if press else incoming.text,
                        pictures=incoming.pictures,
                        turn=turn_id,
                    )
            if turn is None and incoming.id is not None:
                session.add(Turn(id=turn_id, at=at, answer=None, sent=0 if incoming.counted else None))
        return begun

    async def _pressed(self, session: AsyncSession, conversation: str, incoming: Incoming) -> Press | None:
        vault = self.context.vault
        if incoming.token is not None:
            return await store.button(session, vault, conversation, incoming.token)
        text = incoming.text.strip()
        if not text or incoming.command is not None:
            return None
        if store.TOKEN.fullmatch(text) and (press := await store.button(session, vault, conversation, text)):
            return press
        return await store.named_button(session, vault, conversation, text)

    async def _ask(self, begun: _Begun, incoming: Incoming) -> list[dict[str, Any]]:
        metadata: dict[str, Any] = {
            "turn": begun.turn,
            "channel": incoming.channel,
            "conversation": begun.conversation,
        }
        if incoming.pictures:
            metadata["attachments"] = list(incoming.pictures)
        if begun.command is not None:
            metadata["command"] = begun.command
        message = PRESS if begun.command is not None else _as_text(incoming.text or texts.PICTURES_ONLY)
        try:
            raw = await self._rasa.say(begun.rasa_sender, message, metadata)
        except RasaDown as error:
            log.error("Rasa gave no answer: %s", error)
            await self._want_person(begun)
            return [_plain(texts.RESTING)]
        answers = [answer for answer in map(read_answer, raw) if not empty(answer)]
        return answers or [_plain(texts.NO_ANSWER)]

    async def _finish(self, begun: _Begun, answers: list[dict[str, Any]]) -> list[Line]:
        context = self.context
        at = context.clock()
        forgotten, heard = forget.wish(answers), 0
        if forgotten == forget.PERSON:
            return await self._part(begun, answers)
        async with context.db.write() if forgotten else context.db.note() as session:
            county = await context.directory.county(session)
            private = any(_private(answer["custom"], county.services) for answer in answers)
            conversation = await session.get(Conversation, begun.conversation, with_for_update=True)
            if private:
                conversation.private = True
            private = conversation.private
            if private:
                await session.execute(
                    update(Message)
                    .where(Message.conversation == begun.conversation, Message.turn == begun.turn)
                    .values(private=True)
                )
            if answers and conversation.notice_version != texts.NOTICE_VERSION and begun.refused is None:
                answers = _with_notice(answers, texts.notice(county.name, context.settings.public_url))
                conversation.notice_version, conversation.notice_at = texts.NOTICE_VERSION, at
            last = await store.last_number(session, begun.conversation)
            lines = [
                await store.append(
                    session,
                    context.vault,
                    conversation,
                    at,
                    author="assistant",
                    turn=begun.turn,
                    after=last + index,
                    **answer,
                )
                for index, answer in enumerate(answers)
            ]
            if _filed(answers):
                conversation.session += 1
            if forgotten == forget.MESSAGE:
                heard = await forget.forget_message(session, conversation, begun.turn)
            given = lines
            if conversation.channel == PULLED:
                earlier = await _earlier(session, context, conversation, begun.turn)
                urgent = any(answer["custom"].get("urgent") for answer in answers)
                given = [*lines, *earlier] if urgent else [*earlier, *lines]
                conversation.handed = last + len(lines)
            numbers = context.vault.seal_json([line.number for line in given], "turn")
            await session.execute(update(Turn).where(Turn.id == begun.turn).values(answer=numbers))
            waiting = conversation.takeover == "waiting"
        if heard:
            await forget.forget_session(context, begun.conversation, heard)
        self._tell(begun.conversation, lines)
        if waiting or private:
            self._tell_staff(begun, "waiting" if waiting else "private")
        context.hub.tell(begun.conversation, {"type": "quiet", "private": private})
        return given

    async def _part(self, begun: _Begun, answers: list[dict[str, Any]]) -> list[Line]:
        """The last answer of a conversation that is removed: said, and not kept either."""
        reasons = await forget.forget_person(self.context, begun.conversation)
        if reasons:
            return await self._finish(begun, [_plain("现在还不能删：\n" + "\n".join(reasons))])
        at = self.context.clock()
        lines = [
            Line(number, at, "assistant", answer["text"], custom=answer["custom"], turn=begun.turn)
            for number, answer in enumerate(answers, 1)
        ]
        self._tell(begun.conversation, lines)
        return lines

    async def _want_person(self, begun: _Begun) -> None:
        """While the assistant rests the conversation waits for a person, so that staff see it."""
        async with self.context.db.note() as session:
            conversation = await session.get(Conversation, begun.conversation, with_for_update=True)
            if conversation.takeover is None:
                conversation.takeover = "waiting"
                conversation.takeover_reason = "assistant_down"
                conversation.takeover_at = self.context.clock()

    def _tell(self, conversation: str, lines: list[Line]) -> None:
        for line in lines:
            self.context.hub.tell(conversation, {"type": "message", "message": line.shown()})

    def _tell_staff(self, begun: _Begun, what: str) -> None:
        self.context.hub.tell(STAFF, {"type": what, "conversation": begun.conversation})


async def _earlier(
    session: AsyncSession, context: Context, conversation: Conversation, turn: str
) -> list[Line]:
    """What was told since the last answer and reached nobody, because the channel brings nothing by itself.

    In a private matter that is a person's reply alone.
    """
    told = await store.lines(session, context.vault, conversation.id, conversation.handed)
    return [
        line
        for line in told
        if line.author != "resident"
        and line.turn != turn
        and not line.held
        and (line.author == "staff" or not conversation.private)
    ]


def _client_id(given: str | None) -> str:
    if given is None:
        return secrets.token_hex(12)
    if CLIENT_ID.fullmatch(given):
        return given
    return hashlib.sha256(given.encode()).hexdigest()[:40]


def _as_text(text: str) -> str:
    """What begins with a slash is text: Rasa would read it as an intent."""
    stripped = text.strip()
    return f"／{stripped[1:]}" if stripped.startswith("/") else stripped


def _plain(text: str) -> dict[str, Any]:
    return {"text": text, "buttons": [], "custom": {}}


def _with_notice(answers: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The notice stands first; where there is danger, after everything that helps."""
    notice = {
        "text": text,
        "buttons": [],
        "custom": {"notice": {"version": texts.NOTICE_VERSION, "url": "/privacy"}},
    }
    urgent = any(answer["custom"].get("urgent") for answer in answers)
    return [*answers, notice] if urgent else [notice, *answers]


def _private(custom: dict[str, Any], services: dict[str, Any]) -> bool:
    if custom.get("urgent") or custom.get("private"):
        return True
    parts = (custom.get("form"), custom.get("summary"), custom.get("filed"))
    codes = [part.get("service") for part in parts if isinstance(part, dict)]
    return any(code in services and services[code].high_privacy for code in codes)


def _filed(answers: list[dict[str, Any]]) -> bool:
    """Whether a ticket was filed and nothing of the same story is still being filled in."""
    customs = [answer["custom"] for answer in answers]
    return any("retrieval_code" in c for c in customs) and not any("form" in c for c in customs)
