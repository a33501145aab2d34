"""Updates in, lines out. An update that is delivered twice is handled once; chats run side by side."""

import logging
import re
from collections import OrderedDict
from typing import Any

from telegram import Bot, CallbackQuery, Message, ReplyKeyboardRemove, Update
from telegram.error import BadRequest, Forbidden

from bot.channels.telegram import shape
from bot.context import Context
from bot.conversations import pictures, store
from bot.conversations.store import Line
from bot.dialogue import Dialogue, Incoming
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
        elif message is None:
            return
        elif message.chat.type != "private":
            if (message.text or "").startswith("/start"):
                await self._bot.send_message(message.chat.id, NOT_IN_GROUPS)
        else:
            await self._said(update.update_id, message)

    async def _said(self, update: int, message: Message) -> None:
        chat, name = message.chat.id, f"u{update}"
        if message.text is not None:
            incoming = _read_text(message.text, str(chat), name)
        elif message.contact is not None:
            incoming = Incoming(CHANNEL, str(chat), _national(message.contact.phone_number), id=name)
        elif message.photo or _is_picture(message):
            incoming = await self._picture(message, name)
        else:
            incoming = ONLY_TEXT
        if isinstance(incoming, str):
            await self._bot.send_message(chat, incoming)
            return
        await self._converse(chat, incoming)

    async def _converse(self, chat: int, incoming: Incoming) -> None:
        taken = await self._dialogue.take(incoming)
        if taken.repeated:
            return
        asks = await self._asks_phone(taken.lines)
        for line in taken.lines:
            await self._send(chat, line, contact=asks and line is taken.lines[-1])

    async def _pressed(self, update: int, query: CallbackQuery) -> None:
        token, message = query.data or "", query.message
        try:
            await query.answer()
        except BadRequest:
            log.info("a press came too late to be answered")
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
            except BadRequest:
                log.info("a keyboard could not be changed")
        await self._converse(
            message.chat.id, Incoming(CHANNEL, str(message.chat.id), token=token, id=f"u{update}")
        )

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
        raw = bytes(await (await sent.get_file()).download_as_bytearray())
        sender = str(message.chat.id)
        try:
            number = await pictures.keep(
                self._context, CHANNEL, sender, raw, getattr(sent, "file_name", "") or ""
            )
        except pictures.PictureError as error:
            return str(error)
        return Incoming(CHANNEL, sender, message.caption or "", id=name, pictures=(number,))

    async def _asks_phone(self, lines: list[Line]) -> bool:
        asking = next(
            (line.custom["form"].get("asking") for line in lines[::-1] if "form" in line.custom), None
        )
        county = await self._context.directory.county()
        return asking in county.slots and county.slots[asking].type == "phone"

    async def _send(self, chat: int, line: Line, *, contact: bool = False) -> None:
        """One line, in parts; the keyboard hangs under the last.

        The key for the phone number comes and goes with its question.
        """
        markup: Any = shape.keyboard(line.buttons)
        beside = contact and markup is not None
        if contact and not beside:
            markup = shape.contact_keyboard()
        elif markup is None and not contact and chat in self._asking_contact:
            markup = ReplyKeyboardRemove()
            self._asking_contact.discard(chat)
        parts = shape.split(shape.words(line)) or ["…"]
        for part in parts[:-1]:
            await self._bot.send_message(chat, part)
        await self._bot.send_message(chat, parts[-1], reply_markup=markup)
        if beside:
            await self._bot.send_message(chat, CONTACT_HINT, reply_markup=shape.contact_keyboard())
        if contact:
            self._asking_contact.add(chat)

    async def deliver(self, sender: str, line: Line) -> None:
        """Bring later news; Undeliverable when the resident has blocked the bot."""
        try:
            await self._send(int(sender), line)
        except Forbidden as error:
            raise Undeliverable("the resident does not take messages from the bot any more") from error


def _read_text(text: str, sender: str, name: str) -> Incoming:
    found = COMMAND.fullmatch(text.strip())
    if found is None or found[1] not in COMMANDS:
        return Incoming(CHANNEL, sender, text, id=name)
    if found[1] == "ticket" and found[2]:
        return Incoming(CHANNEL, sender, f"查工单 {found[2].strip()}", id=name)
    return Incoming(CHANNEL, sender, text, id=name, command=dict(COMMANDS[found[1]]))


def _national(phone: str) -> str:
    """A shared number as people say it here."""
    digits = re.sub(r"\D", "", phone)
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _is_picture(message: Message) -> bool:
    return message.document is not None and (message.document.mime_type or "").startswith("image/")
