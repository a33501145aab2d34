"""Deliveries by e-mail."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from bot.context import Context
from bot.settings import Settings
from bot.tickets.delivery.adapters import DeliveryItem, Undeliverable
from bot.tickets.delivery.targets import read_target

TIMEOUT_SECONDS = 30


class EmailAdapter:
    """Sends the text of a hand-over by the county's mail server (settings SMTP_*)."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def deliver(self, item: DeliveryItem) -> None:
        """Send one item; the Message-ID is stable, so that a repeat is recognised."""
        settings = self.context.settings
        if not settings.smtp_host:
            raise Undeliverable("SMTP_HOST is not set")
        secured = _secured(settings)
        target = await read_target(self.context, item.target)
        try:
            await aiosmtplib.send(
                self.message(item, target.address),
                sender=settings.smtp_from,
                recipients=[target.address],
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user,
                password=settings.smtp_password,
                use_tls=secured == "tls",
                start_tls={"tls": False, "starttls": True}.get(secured),
                cert_bundle=str(settings.smtp_ca) if settings.smtp_ca else None,
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(500 <= one.code < 600 for one in error.recipients):
                raise Undeliverable(f"the mail server refuses {target.address}") from error
            raise

    def message(self, item: DeliveryItem, recipient: str) -> EmailMessage:
        """The e-mail: what happened in one line, the number, where to work on it; nothing personal."""
        number, text = str(item.payload["number"]), str(item.payload["text"])
        ticket = item.payload.get("ticket") or {}
        lines = [text, "", f"工单号：{number}"]
        if ticket.get("service_name"):
            lines.append(f"事项：{ticket['service_name']}")
        if self.context.settings.public_url:
            lines.append(f"办理：{self.context.settings.public_url.rstrip('/')}/desk/tickets/{number}")
        lines += ["", "本邮件由群团服务台发出，请到服务台办理，不要直接回复。"]
        message = EmailMessage(policy=SMTP)
        message["Subject"] = _one_line(text)
        message["From"] = self.context.settings.smtp_from
        message["To"] = Address(addr_spec=recipient)
        message["Message-ID"] = f"<{item.key}@county-door>"
        message["Date"] = item.created_at
        message["Auto-Submitted"] = "auto-generated"
        message["X-County-Delivery"] = item.key
        message.set_content("\n".join(lines), charset="utf-8")
        return message


def _secured(settings: Settings) -> str:
    """tls, starttls, or empty: then it is upgraded where the server offers it."""
    if settings.smtp_tls is True:
        return "tls" if settings.smtp_port == 465 else "starttls"
    return settings.smtp_tls or ""


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:69] + "…"
