"""Getting updates: long polling, or the webhook where a secret is set. Both live with the application."""

import asyncio
import contextlib
import hmac
import logging
from collections.abc import AsyncIterator

from aiohttp import web
from telegram import Bot, BotCommand, Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bot.channels.keys import CONTEXT, DIALOGUE
from bot.channels.problems import problem
from bot.channels.telegram.channel import CHANNEL, TelegramChannel
from bot.replicas import leading
from bot.settings import Settings

log = logging.getLogger(__name__)

RUNNING = web.AppKey("telegram_channel", TelegramChannel)
BOT = web.AppKey("telegram_bot", Bot)
PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
POLL_SECONDS = 30
BATCH_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
KINDS = ["message", "callback_query"]
MENU = (("start", "开始"), ("help", "能做什么"), ("ticket", "查进度"), ("cancel", "取消登记"))


def add_telegram(app: web.Application) -> None:
    """Serve Telegram with the application, where a token is set."""
    settings = app[CONTEXT].settings
    if not settings.telegram_token:
        return
    app[BOT] = make_bot(settings)
    app[RUNNING] = TelegramChannel(app[CONTEXT], app[DIALOGUE], app[BOT])
    app[CONTEXT].hub.carriers[CHANNEL] = app[RUNNING].deliver
    if settings.telegram_webhook_secret:
        app.router.add_post(PATH, webhook)
    app.cleanup_ctx.append(_running)


def make_bot(settings: Settings) -> Bot:
    """The library's bot: flood limits are kept, and a `retry_after` is waited for."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and ours hold the token
    return ExtBot(
        settings.telegram_token or "",
        base_url=f"{settings.telegram_api}/bot",
        base_file_url=f"{settings.telegram_api}/file/bot",
        rate_limiter=AIORateLimiter(max_retries=5),
    )


async def _running(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(_serve(app))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    with contextlib.suppress(TelegramError, RuntimeError):
        await app[BOT].shutdown()


async def _serve(app: web.Application) -> None:
    """Sign in as long as it takes, then poll; a webhook needs no more than to be named."""
    settings, bot = app[CONTEXT].settings, app[BOT]
    pause = FIRST_PAUSE
    while True:
        try:
            await bot.initialize()
            await bot.set_my_commands([BotCommand(name, text) for name, text in MENU])
            if settings.telegram_webhook_secret:
                await bot.set_webhook(
                    f"{(settings.public_url or '').rstrip('/')}{PATH}",
                    allowed_updates=KINDS,
                    secret_token=settings.telegram_webhook_secret,
                )
                await app[RUNNING].catch_up()
                return
            await bot.delete_webhook()
            break
        except InvalidToken:
            log.error("Telegram does not know the token; set TELEGRAM_TOKEN")
            return
        except TelegramError as error:
            log.warning("Telegram cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    await leading(app[CONTEXT].redis, "telegram", lambda: _poll(bot, app[RUNNING]))


async def _poll(bot: Bot, channel: TelegramChannel) -> None:
    """Ask for updates for ever; a batch is confirmed when it was handled, or 10 seconds after it came."""
    offset, pause = 0, FIRST_PAUSE
    under_way: set[asyncio.Task[None]] = set()
    back = True
    while True:
        try:
            updates = await bot.get_updates(
                offset=offset, timeout=POLL_SECONDS, allowed_updates=KINDS, read_timeout=POLL_SECONDS + 10
            )
            pause = FIRST_PAUSE
            if back:
                back = False
                catching_up = asyncio.create_task(channel.catch_up())
                under_way.add(catching_up)
                catching_up.add_done_callback(under_way.discard)
        except RetryAfter as error:
            await asyncio.sleep(_seconds(error))
            continue
        except (NetworkError, TelegramError) as error:
            log.warning("no updates from Telegram: %s", type(error).__name__)
            back = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            continue
        batch = [asyncio.create_task(_safely(channel, update)) for update in updates]
        under_way.update(batch)
        for task in batch:
            task.add_done_callback(under_way.discard)
        if batch:
            await asyncio.wait(batch, timeout=BATCH_SECONDS)
            offset = updates[-1].update_id + 1


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()


async def _safely(channel: TelegramChannel, update: Update) -> None:
    try:
        await channel.take(update)
    except Exception as error:
        log.error("an update failed: %s", type(error).__name__)


async def webhook(request: web.Request) -> web.Response:
    """POST /webhooks/telegram, with the secret that Telegram was told."""
    secret = request.app[CONTEXT].settings.telegram_webhook_secret or ""
    given = request.headers.get(SECRET_HEADER, "")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        return problem(403, "缺少密钥，或者密钥不对。")
    try:
        update = Update.de_json(await request.json(), request.app[BOT])
        if update is None:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):  # the library expects objects everywhere
        return problem(422, "请求读不懂。")
    await request.app[RUNNING].take(update)
    return web.Response()
