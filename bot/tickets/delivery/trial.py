"""Trying an address out: a message that says it is a test, and what the receiver answered."""

import secrets
import time
from dataclasses import dataclass

from bot.context import Context
from bot.directory.models import DeliveryTarget
from bot.tickets.delivery.adapters import DeliveryItem
from bot.tickets.delivery.email import EmailAdapter
from bot.tickets.delivery.open311 import Open311Adapter
from bot.tickets.delivery.telegram import TelegramAdapter
from bot.tickets.delivery.webhook import WebhookAdapter

SAYS = (
    (
        "SMTP_HOST is not set",
        "还没有配置发信的邮件服务器，请管服务器的人在 .env 里写上 SMTP_HOST。",
    ),
    (
        "TELEGRAM_TOKEN is not set",
        "还没有配置 Telegram 机器人，请在 .env 里写上 TELEGRAM_TOKEN。",
    ),
    ("Telegram refuses", "群里没有机器人，或不让它说话，先把机器人加进群。"),
    ("Telegram:", "连不上 Telegram。"),
    ("does not answer as GeoReport", "对方不像 Open311 接口，核对地址。"),
    ("does not answer in JSON", "对方不像 Open311 接口，核对地址。"),
    ("the address was removed or switched off", "这个地址停用了，先启用再试。"),
    ("the webhook has no secret", "这个地址没有密钥，换一次密钥再试。"),
    ("not an http(s) address", "地址要以 http:// 或 https:// 开头。"),
    ("the address lies in a network", "这个地址在内部网络里。确实要送到县里的内网，勾上“在县里的内网”。"),
    ("the mail server refuses", "邮件服务器不收这个收件人，核对一下邮箱。"),
    ("the receiver says 410", "对方说这个地址不用了（410）。"),
    ("the receiver says 3", "对方要转到别的地址去，工单不跟着转。请对方给最终的地址。"),
    ("the receiver says 401", "对方不认签名（401），核对密钥。"),
    ("the receiver says 403", "对方不让进（403），核对密钥和对方的白名单。"),
    ("the receiver says 404", "对方没有这个地址（404），核对路径。"),
    ("the receiver says 5", "对方的系统出错了，请对方查。"),
    ("Name or service not known", "找不到这个主机名，核对地址。"),
    ("Temporary failure in name resolution", "现在查不到这个主机名，过一会儿再试，或核对地址。"),
    ("No address associated", "找不到这个主机名，核对地址。"),
    ("Cannot connect", "连不上对方，对方没开机或端口不对。"),
    ("Connect call failed", "连不上对方，对方没开机或端口不对。"),
    ("TimeoutError", "对方太久没有回应。"),
    ("imed out", "对方太久没有回应。"),
)
"""How an error begins or what stands in it, and what it means."""


@dataclass(frozen=True)
class Trial:
    """What came of it: `said` in words, `detail` what the receiver or the network said."""

    ok: bool
    said: str
    detail: str
    milliseconds: int


def in_words(error: str) -> str:
    """An error of a delivery for people; itself where it is not known."""
    return next((words for part, words in SAYS if part in error), f"没送到：{error}")


async def try_out(context: Context, target: DeliveryTarget) -> Trial:
    """Send a test message now, past the outbox; nothing is kept of it."""
    item = DeliveryItem(
        id=0,
        key=f"test-{secrets.token_hex(8)}",
        kind=target.kind,
        target=str(target.id),
        payload={
            "test": True,
            "number": "QT-TEST-TEST",
            "event": "test",
            "at": context.clock().isoformat(),
            "org": target.org,
            "text": "这是一次试送，不用办理。收到说明地址可用。",
        },
        ticket=0,
        attempt=1,
        created_at=context.clock(),
    )
    if not target.active:
        return Trial(False, "这个地址停用了，先启用再试。", "", 0)
    began = time.perf_counter()
    detail = ""
    try:
        if target.kind == "webhook":
            status, detail = await WebhookAdapter(context).send(item)
            detail = f"{status} {detail}".strip()
            said = "对方收下了"
        elif target.kind == "telegram":
            await TelegramAdapter(context).deliver(item)
            said = "Telegram 收下了，请看看群里"
        elif target.kind == "open311":
            await Open311Adapter(context).deliver(item)
            said = "对方的 Open311 接口有回应（试送只看接口，不登记）"
        else:
            await EmailAdapter(context).deliver(item)
            said = f"邮件服务器收下了，请 {target.address} 看看收件箱"
    except Exception as error:  # whatever goes wrong on the way is the answer here
        reason = str(error) or type(error).__name__
        return Trial(False, in_words(reason), reason[:300], _since(began))
    return Trial(True, said, detail[:300], _since(began))


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
