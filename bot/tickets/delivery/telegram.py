"""Deliveries into a Telegram group of an organisation: that there is something, and its number; nothing more.

The message leaves the county, so it holds no word of what a resident wrote, and no name.
"""

from sqlalchemy import update
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.clock import spoken
from bot.context import Context
from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.adapters import DeliveryItem, Later, Undeliverable
from bot.tickets.delivery.targets import read_target
from bot.tickets.transitions import EVENT_NAMES
from bot.tickets.work import moment

FOR_GOOD = ("chat not found", "group chat was deactivated", "not enough rights", "chat_write_forbidden")


class TelegramAdapter:
    """Sends through the county's bot (settings TELEGRAM_TOKEN); a target's address is the group's chat id."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def deliver(self, item: DeliveryItem) -> None:
        """Deliver one item."""
        settings = self.context.settings
        if not settings.telegram_token:
            raise Undeliverable("TELEGRAM_TOKEN is not set")
        target = await read_target(self.context, item.target)
        async with HTTPXRequest() as request:
            bot = Bot(
                settings.telegram_token,
                base_url=f"{settings.telegram_api}/bot",
                request=request,
                get_updates_request=request,
            )
            await self._send(bot, target, self.text(item))

    async def _send(self, bot: Bot, target: DeliveryTarget, text: str) -> None:
        try:
            await bot.send_message(target.address, text, disable_web_page_preview=True)
        except ChatMigrated as error:
            await self._move(target, error.new_chat_id)
            await bot.send_message(error.new_chat_id, text, disable_web_page_preview=True)
        except RetryAfter as error:
            wait = error.retry_after
            seconds = wait if isinstance(wait, int | float) else wait.total_seconds()
            raise Later(f"Telegram asks to wait {seconds:.0f} s", seconds) from error
        except Forbidden as error:
            raise Undeliverable(f"Telegram refuses: {error.message}") from error
        except BadRequest as error:
            if any(words in error.message.lower() for words in FOR_GOOD):
                raise Undeliverable(f"Telegram refuses: {error.message}") from error
            raise ConnectionError(error.message) from error
        except TelegramError as error:
            raise ConnectionError(f"Telegram: {type(error).__name__}") from error

    async def _move(self, target: DeliveryTarget, chat: int) -> None:
        """A group that became a supergroup has another id from then on."""
        async with self.context.db.write() as session:
            await session.execute(
                update(DeliveryTarget).where(DeliveryTarget.id == target.id).values(address=str(chat))
            )

    def text(self, item: DeliveryItem) -> str:
        """What the group reads."""
        if item.payload.get("test"):
            return str(item.payload["text"])
        number = str(item.payload["number"])
        ticket = item.payload.get("ticket") or {}
        part = item.payload.get("assignment") or {}
        what = EVENT_NAMES.get(str(item.payload.get("event")), "有新的进展")
        lines = [f"{'【紧急】' if ticket.get('urgent') else ''}{what}：{number}"]
        if ticket.get("service_name"):
            lines.append(f"事项：{ticket['service_name']}")
        due = moment(part.get("sign_due") if part.get("state") == "awaiting_sign" else part.get("due"))
        if due is not None:
            word = "签收期限" if part.get("state") == "awaiting_sign" else "办理期限"
            lines.append(f"{word}：{spoken(due, item.created_at)}")
        if self.context.settings.public_url:
            lines.append(f"{self.context.settings.public_url.rstrip('/')}/desk/tickets/{number}")
        else:
            lines.append("请到服务台办理")
        return "\n".join(lines)
