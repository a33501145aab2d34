"""Updates in, lines out. An update that is delivered twice is handled once; chats run side by side.

A send that fails on the way is tried again with growing pauses. How much of an answer is out is noted with
its turn, so that what a restart or a long outage cut off is sent later, and nothing twice. (Only where the
network breaks between Telegram's taking a message and its saying so can that one message come again.)
"""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot, CallbackQuery, Message, ReplyKeyboardRemove, Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.channels.telegram import shape
from bot.context import Context
from bot.conversations import pictures, store
from bot.conversations.store import Line
from bot.dialogue import Dialogue, Incoming, Taken
from bot.dialogue.lanes import lanes_over
from bot.tickets.delivery.adapters import Undeliverable

log = logging.getLogger(__name__)

CHANNEL = "telegram"
COMMANDS: dict[str, dict[str, Any]] = {
    "start": {"do": "intent", "intent": "greet"},
    "help": {"do": "intent", "intent": "help"},
    "ticket": {"do": "intent", "intent": "check_ticket"},
    "cancel": {"do": "intent", "intent": "cancel"},
}
COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.S)
ONLY_TEXT = "现在只看得懂文字和图片，请打字告诉我。"
NOT_IN_GROUPS = "办事要说到您的姓名和电话，请和我单独聊。"
CONTACT_HINT = "也可以点下面的键，把本机号码发来。"
REMEMBERED = 2000
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0)
"""Seconds between the tries of one call that fails on the way."""
CATCH_UP = timedelta(days=1)
"""Answers older than this are not sent any more: the talk has moved on."""

Result = TypeVar("Result")


class TelegramChannel:
    """Residents who write to the bot. `bot` is the library's, already initialised by whoever runs it."""

    def __init__(self, context: Context, dialogue: Dialogue, bot: Bot) -> None:
        self._context = context
        self._dialogue = dialogue
        self._bot = bot
        self._lanes = lanes_over(context.redis)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._asking_contact: set[int] = set()

    async def take(self, update: Update) -> None:
        """Handle one update; those of one chat in their order."""
        chat = update.effective_chat
        if chat is None:
            return
        async with self._lanes.hold(str(chat.id)):
            if update.update_id in self._seen:
                return
            await self._handle(update)
            self._seen[update.update_id] = None
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    async def _handle(self, update: Update) -> None:
        query, message = update.callback_query, update.message
        if query is not None:
            await self._pressed(update.update_id, query)
        elif message is None or _forged(message):
            return
        elif message.chat.type != "private":
            if (message.text or "").startswith("/start"):
                await patiently(lambda: self._bot.send_message(message.chat.id, NOT_IN_GROUPS))
        else:
            await self._said(update.update_id, message)

    async def _said(self, update: int, message: Message) -> None:
        chat, name = message.chat.id, f"u{update}"
        if message.text is not None:
            incoming = _read_text(message.text, str(chat), name)
        elif message.contact is not None:
            phone = _national(message.contact.phone_number)
            incoming = Incoming(CHANNEL, str(chat), phone, id=name, counted=True)
        elif message.photo or _is_picture(message):
            incoming = await self._picture(message, name)
        else:
            incoming = ONLY_TEXT
        if isinstance(incoming, str):
            refusal = incoming
            await patiently(lambda: self._bot.send_message(chat, refusal))
            return
        await self._converse(chat, incoming)

    async def _converse(self, chat: int, incoming: Incoming) -> None:
        await self._bring(chat, await self._dialogue.take(incoming))

    async def _bring(self, chat: int, taken: Taken) -> None:
        """Send what is left of an answer; each send is noted, so that a repetition goes on from there."""
        if taken.sent is None:
            return
        messages, asking = await self._messages(chat, taken.lines)
        try:
            for count, (text, markup) in enumerate(messages, 1):
                if count > taken.sent:
                    await patiently(lambda t=text, m=markup: self._bot.send_message(chat, t, reply_markup=m))
                    if count < len(messages):
                        await self._dialogue.sent(taken.turn, count)
        except (BadRequest, Forbidden):
            await self._dialogue.sent(taken.turn, None)
            raise
        await self._dialogue.sent(taken.turn, None)
        self._note_asking(chat, asking)

    async def catch_up(self) -> None:
        """Send what an outage or a restart cut off; for the start, and for when Telegram is back."""
        since = self._context.clock() - CATCH_UP
        for sender in {one.sender for one in await self._dialogue.unsent(CHANNEL, since)}:
            async with self._lanes.hold(sender):
                try:
                    for one in await self._dialogue.unsent(CHANNEL, since):
                        if one.sender == sender:
                            await self._bring(int(sender), one.taken)
                except TelegramError as error:
                    log.warning("an answer could not be sent: %s", type(error).__name__)

    async def _pressed(self, update: int, query: CallbackQuery) -> None:
        token, message = query.data or "", query.message
        try:
            await query.answer()
        except TelegramError:
            log.info("a press could not be answered, or came too late")
        private = (
            message is not None and message.chat.type == "private" and message.chat.id == query.from_user.id
        )
        if token == shape.NOTHING or not private:
            return
        markup = getattr(message, "reply_markup", None)
        title, after = shape.chosen(markup, token, await self._quiet(str(message.chat.id), token))
        if title is not None:
            try:
                await self._bot.edit_message_reply_markup(
                    chat_id=message.chat.id, message_id=message.message_id, reply_markup=after
                )
            except TelegramError:
                log.info("a keyboard could not be changed")
        chat = message.chat.id
        await self._converse(chat, Incoming(CHANNEL, str(chat), token=token, id=f"u{update}", counted=True))

    async def _quiet(self, sender: str, token: str) -> frozenset[str]:
        """The tokens of 有用 and 没用 under the message whose button was pressed."""
        context = self._context
        async with context.db.read() as session:
            conversation = await store.find(session, context.vault, CHANNEL, sender)
            press = conversation and await store.button(session, context.vault, conversation.id, token)
            if not press:
                return frozenset()
            (line,) = await store.lines(
                session, context.vault, conversation.id, press.message - 1, press.message
            )
        return frozenset(b["payload"] for b in line.buttons if b.get("look") == "quiet")

    async def _picture(self, message: Message, name: str) -> Incoming | str:
        sent = message.photo[-1] if message.photo else message.document
        if sent is None or (sent.file_size or 0) > pictures.LARGEST:
            return "图片太大，一张最多 8 MB。"
        raw = await patiently(lambda: _download(sent))
        sender = str(message.chat.id)
        try:
            number = await pictures.keep(
                self._context, CHANNEL, sender, raw, getattr(sent, "file_name", "") or ""
            )
        except pictures.PictureError as error:
            return str(error)
        return Incoming(CHANNEL, sender, message.caption or "", id=name, pictures=(number,), counted=True)

    async def _asks_phone(self, lines: list[Line]) -> bool:
        asking = next(
            (line.custom["form"].get("asking") for line in lines[::-1] if "form" in line.custom), None
        )
        county = await self._context.directory.county()
        return asking in county.slots and county.slots[asking].type == "phone"

    async def _messages(self, chat: int, lines: list[Line]) -> tuple[list[tuple[str, Any]], bool]:
        """Lines as Telegram's messages, and whether the key for the phone number stands there afterwards.

        A line goes in parts with its keyboard under the last; the key comes and goes with its question.
        """
        asks, asking = await self._asks_phone(lines), chat in self._asking_contact
        messages: list[tuple[str, Any]] = []
        for number, line in enumerate(lines, 1):
            contact = asks and number == len(lines)
            markup: Any = shape.keyboard(line.buttons)
            beside = contact and markup is not None
            if contact and not beside:
                markup = shape.contact_keyboard()
            elif markup is None and not contact and asking:
                markup, asking = ReplyKeyboardRemove(), False
            parts = shape.split(shape.words(line)) or ["…"]
            messages += [(part, None) for part in parts[:-1]] + [(parts[-1], markup)]
            if beside:
                messages.append((CONTACT_HINT, shape.contact_keyboard()))
            asking = asking or contact
        return messages, asking

    def _note_asking(self, chat: int, asking: bool) -> None:
        (self._asking_contact.add if asking else self._asking_contact.discard)(chat)

    async def deliver(self, sender: str, line: Line) -> None:
        """Bring later news; Undeliverable when the resident has blocked the bot."""
        chat = int(sender)
        messages, asking = await self._messages(chat, [line])
        try:
            for text, markup in messages:
                await self._bot.send_message(chat, text, reply_markup=markup)
            self._note_asking(chat, asking)
        except Forbidden as error:
            raise Undeliverable("the resident does not take messages from the bot any more") from error


def _forged(message: Message) -> bool:
    """Whether a private message does not come from the very person whose chat it is."""
    sender = message.from_user
    if message.chat.type != "private":
        return False
    return sender is None or sender.is_bot or sender.id != message.chat.id or not isinstance(sender.id, int)


def _read_text(text: str, sender: str, name: str) -> Incoming:
    found = COMMAND.fullmatch(text.strip())
    if found is None or found[1] not in COMMANDS:
        return Incoming(CHANNEL, sender, text, id=name, counted=True)
    if found[1] == "ticket" and found[2]:
        return Incoming(CHANNEL, sender, f"查工单 {found[2].strip()}", id=name, counted=True)
    return Incoming(CHANNEL, sender, text, id=name, command=dict(COMMANDS[found[1]]), counted=True)


async def patiently(call: Callable[[], Awaitable[Result]]) -> Result:
    """A call to Telegram, again after each pause while it fails on the way; the last failure is raised."""
    for pause in PAUSES:
        try:
            return await call()
        except BadRequest:  # the library counts it among the network's errors, and it would fail again
            raise
        except NetworkError as error:
            log.warning("Telegram did not take a call, trying again: %s", type(error).__name__)
            await asyncio.sleep(pause)
    return await call()


async def _download(sent: Any) -> bytes:
    return bytes(await (await sent.get_file()).download_as_bytearray())


def _national(phone: str) -> str:
    """A shared number as people say it here."""
    digits = re.sub(r"\D", "", phone)
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _is_picture(message: Message) -> bool:
    return message.document is not None and (message.document.mime_type or "").startswith("image/")
