"""Conversations and what is said in them: opened by sender, numbered, sealed.

Every function works in the session it is given, so that a turn is one transaction before the assistant
is asked and one after.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.models import Button, Conversation, Message
from nlu.vault import Vault

IDLE = timedelta(hours=12)
"""After so long a silence the assistant starts afresh."""
LONGEST_TITLE = 60
"""What is longer is no button's title."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True)
class Line:
    """A message as it is read. `buttons` are dicts with title, payload and look."""

    number: int
    at: datetime
    author: str
    text: str
    name: str | None = None
    buttons: tuple[dict[str, str], ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)
    pictures: tuple[int, ...] = ()
    pressed: tuple[str, ...] = ()
    turn: str | None = None
    private: bool = False
    held: bool = False
    """Told in a private matter: kept for the record and shown on no page."""

    def shown(self) -> dict[str, Any]:
        """The line as JSON for the page; `id` is the one that the page gave to its own message."""
        client = self.turn.split(":", 1)[1] if self.turn and self.author == "resident" else None
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "author": self.author,
            "name": self.name,
            "text": self.text,
            "buttons": list(self.buttons),
            "custom": self.custom,
            "pictures": list(self.pictures),
            "pressed": list(self.pressed),
            "id": client,
        }


@dataclass(frozen=True)
class Press:
    """A button that was pressed: its title, its command and the number of its message."""

    title: str
    command: dict[str, Any]
    message: int


def sender_hash(vault: Vault, channel: str, sender: str) -> str:
    """What a sender is found by."""
    return vault.lookup(f"sender:{channel}", sender)


async def find(session: AsyncSession, vault: Vault, channel: str, sender: str) -> Conversation | None:
    """The sender's conversation, if he has one."""
    return await session.scalar(
        select(Conversation)
        .where(
            Conversation.channel == channel, Conversation.sender_hash == sender_hash(vault, channel, sender)
        )
        .with_for_update()
    )


async def open_conversation(
    session: AsyncSession, vault: Vault, channel: str, sender: str, at: datetime
) -> Conversation:
    """The sender's conversation, locked and made if there is none.

    An idle spell begins a fresh session, and what comes then is no longer part of a private matter.
    """
    found = await find(session, vault, channel, sender)
    if found is None:
        found = await _make(session, vault, channel, sender, at)
    elif at - found.last_at > IDLE:
        found.session += 1
        found.private = False
    found.last_at = at
    return found


async def _make(session: AsyncSession, vault: Vault, channel: str, sender: str, at: datetime) -> Conversation:
    made = Conversation(
        id=secrets.token_hex(12),
        channel=channel,
        sender_hash=sender_hash(vault, channel, sender),
        sender=vault.seal(sender, "sender"),
        created_at=at,
        last_at=at,
        session=1,
        private=False,
        memory={},
    )
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError:
        found = await find(session, vault, channel, sender)
        if found is None:
            raise
        return found
    return made


def sender_of(vault: Vault, conversation: Conversation) -> str:
    """Whom to write to."""
    return vault.open(conversation.sender, "sender")


async def append(
    session: AsyncSession,
    vault: Vault,
    conversation: Conversation,
    at: datetime,
    *,
    author: str,
    text: str = "",
    name: str | None = None,
    buttons: list[dict[str, Any]] | None = None,
    custom: dict[str, Any] | None = None,
    pictures: tuple[int, ...] = (),
    turn: str | None = None,
    ticket: int | None = None,
    private: bool | None = None,
    held: bool = False,
    after: int | None = None,
) -> Line:
    """Store a message under the next number. `buttons` hold title, command and look; the line has tokens.

    The conversation is locked by the caller; `after` is the last number, where he knows it. `private`:
    whether the message belongs to a private matter; as the conversation is now, where it is not said.
    """
    private = conversation.private if private is None else private
    last = await last_number(session, conversation.id) if after is None else after
    number = last + 1
    shown = tuple(_mint(session, vault, conversation.id, number, at, button) for button in buttons or ())
    body = {"text": text, "buttons": shown, "custom": custom or {}, "pictures": pictures, "pressed": []}
    if held:
        body["held"] = True
    session.add(
        Message(
            conversation=conversation.id,
            number=number,
            at=at,
            author=author,
            staff_name=name,
            body=vault.seal_json(body, _place(conversation.id, number)),
            turn=turn,
            ticket=ticket,
            private=private,
        )
    )
    return Line(number, at, author, text, name, shown, custom or {}, pictures, (), turn, private, held)


def _mint(
    session: AsyncSession, vault: Vault, conversation: str, number: int, at: datetime, button: dict[str, Any]
) -> dict[str, str]:
    token = secrets.token_urlsafe(12)
    body = {"title": button["title"], "command": button["command"]}
    session.add(
        Button(
            token=token,
            conversation=conversation,
            at=at,
            message=number,
            body=vault.seal_json(body, f"button:{conversation}"),
        )
    )
    return {"title": button["title"], "payload": token, "look": button.get("look", "plain")}


def _place(conversation: str, number: int) -> str:
    return f"message:{conversation}:{number}"


def read_line(vault: Vault, row: Message) -> Line:
    """A stored message, opened."""
    body = vault.open_json(row.body, _place(row.conversation, row.number))
    return Line(
        row.number,
        row.at,
        row.author,
        body["text"],
        row.staff_name,
        tuple(body["buttons"]),
        body["custom"],
        tuple(body["pictures"]),
        tuple(body["pressed"]),
        row.turn,
        row.private,
        body.get("held", False),
    )


async def lines(
    session: AsyncSession, vault: Vault, conversation: str, after: int = 0, limit: int = 200
) -> list[Line]:
    """The messages after a number, at most the newest `limit`, oldest first."""
    rows = await session.scalars(
        select(Message)
        .where(Message.conversation == conversation, Message.number > after)
        .order_by(Message.number.desc())
        .limit(limit)
    )
    return [read_line(vault, row) for row in rows][::-1]


async def line(session: AsyncSession, vault: Vault, conversation: str, number: int) -> Line | None:
    """One message by its number."""
    row = await session.scalar(
        select(Message).where(Message.conversation == conversation, Message.number == number)
    )
    return read_line(vault, row) if row is not None else None


async def last_number(session: AsyncSession, conversation: str) -> int:
    """The number of the newest message, 0 without one."""
    return (
        await session.scalar(select(func.max(Message.number)).where(Message.conversation == conversation))
        or 0
    )


async def button(session: AsyncSession, vault: Vault, conversation: str, token: str) -> Press | None:
    """What a token of this conversation stands for."""
    row = await session.get(Button, token)
    if row is None or row.conversation != conversation:
        return None
    body = vault.open_json(row.body, f"button:{conversation}")
    return Press(body["title"], body["command"], row.message)


async def named_button(session: AsyncSession, vault: Vault, conversation: str, title: str) -> Press | None:
    """The button of the assistant's last answer that bears this title.

    The last answer is every message since the resident last spoke.
    """
    if len(title) > LONGEST_TITLE:
        return None
    spoke = (
        select(func.coalesce(func.max(Message.number), 0))
        .where(Message.conversation == conversation, Message.author == "resident")
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(Button)
        .where(Button.conversation == conversation, Button.message > spoke)
        .order_by(Button.message.desc())
    )
    for row in rows:
        body = vault.open_json(row.body, f"button:{conversation}")
        if body["title"] == title:
            return Press(title, body["command"], row.message)
    return None


async def mark_pressed(session: AsyncSession, vault: Vault, conversation: str, press: Press) -> None:
    """Remember under the message which button was pressed."""
    row = await session.scalar(
        select(Message).where(Message.conversation == conversation, Message.number == press.message)
    )
    if row is None:
        return
    place = _place(conversation, row.number)
    body = vault.open_json(row.body, place)
    if press.title not in body["pressed"]:
        body["pressed"].append(press.title)
        row.body = vault.seal_json(body, place)
