"""What a person may ask for: a copy of what is kept of him, and its removal.

Personal Information Protection Law art. 45 (copy), 47 (removal), 50 (reasons for a refusal are given).
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.conversations import drafts
from bot.conversations.models import Conversation, Draft, Message
from bot.conversations.store import read_line, sender_of
from bot.retention.erase import anonymise_ticket, erase_conversation, forget_trackers
from bot.retention.files import remove_files
from bot.tickets import access
from bot.tickets.actors import Actor
from bot.tickets.events import data_of
from bot.tickets.models import Attachment, Ticket, TicketEvent
from bot.tickets.numbers import normalise_number
from bot.tickets.states import FINAL, STATE_NAMES
from bot.tickets.work import fields_context, lock_ticket, result_context, title_context
from nlu.vault import VaultError

AT_WISH = "本人申请删除个人信息"


class NotKept(Exception):
    """Nothing is kept under what was asked for."""


class Refused(Exception):
    """Why something may not be removed yet; one sentence a reason, in Chinese, for the person."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("".join(reasons))
        self.reasons = reasons


async def conversation_of(context: Context, number: str) -> str | None:
    """The conversation that filed a ticket; None where it came in another way."""
    normal = normalise_number(number)
    async with context.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == normal))
    if row is None:
        raise NotKept(f"没有编号为 {number} 的工单")
    return row.conversation


async def export_conversation(context: Context, conversation: str, actor: Actor) -> dict[str, Any]:
    """Everything that is kept of a conversation and its tickets, as JSON; goes into the access log.

    The staff's internal remarks to each other stay inside.
    """
    async with context.db.read() as session:
        row = await session.get(Conversation, conversation)
        if row is None:
            raise NotKept("没有这个会话")
        messages = await session.scalars(
            select(Message).where(Message.conversation == conversation).order_by(Message.number)
        )
        begun = await session.scalars(select(Draft.id).where(Draft.conversation == conversation))
        held = [await drafts.load(session, context.vault, draft, conversation) for draft in begun]
        tickets = list(
            await session.scalars(
                select(Ticket).where(Ticket.conversation == conversation).order_by(Ticket.id)
            )
        )
        loose = (Attachment.conversation == conversation) & Attachment.ticket.is_(None)
        found = {
            "conversation": {
                "id": row.id,
                "channel": row.channel,
                "sender": sender_of(context.vault, row),
                "created_at": row.created_at.isoformat(),
                "last_at": row.last_at.isoformat(),
                "notice_version": row.notice_version,
                "consent_version": row.consent_version,
                "consent_at": row.consent_at.isoformat() if row.consent_at else None,
            },
            "messages": [_message(context, message) for message in messages],
            "drafts": [
                {
                    "service": draft.service,
                    "state": draft.state,
                    "fields": draft.fields,
                    "created_at": draft.created_at.isoformat(),
                }
                for draft in held
                if draft is not None
            ],
            "tickets": [await _ticket(context, session, ticket) for ticket in tickets],
            "attachments": await _attachments(context, session, loose),
        }
    async with context.db.write() as session:
        await access.append(session, context, actor, None, f"导出会话 {conversation}")
        for ticket in tickets:
            await access.append(session, context, actor, ticket.id, "导出个人数据")
    return found


async def export_ticket(context: Context, number: str, actor: Actor) -> dict[str, Any]:
    """Everything that is kept of one ticket, as JSON; goes into the access log."""
    normal = normalise_number(number)
    async with context.db.read() as session:
        row = await session.scalar(select(Ticket).where(Ticket.number == normal))
        if row is None:
            raise NotKept(f"没有编号为 {number} 的工单")
        found = await _ticket(context, session, row)
    await access.log(context, actor, row.id, "导出个人数据")
    return {"tickets": [found]}


async def hindrances(context: Context, conversation: str) -> list[str]:
    """Why a conversation cannot be removed now, one sentence a reason; empty where it can."""
    async with context.db.read() as session:
        tickets = await session.scalars(select(Ticket).where(Ticket.conversation == conversation))
        return [_open(ticket) for ticket in tickets if ticket.state not in FINAL]


async def erase_person(context: Context, conversation: str, actor: Actor) -> dict[str, int]:
    """Remove a conversation whole and make its tickets anonymous; Refused while one of them is open."""
    async with context.db.write() as session:
        row = await session.get(Conversation, conversation, with_for_update=True)
        if row is None:
            raise NotKept("没有这个会话")
        numbers = await session.scalars(select(Ticket.number).where(Ticket.conversation == conversation))
        tickets = [(await lock_ticket(session, number))[0] for number in numbers]
        if reasons := [_open(ticket) for ticket in tickets if ticket.state not in FINAL]:
            raise Refused(reasons)
        digests: list[str] = []
        for ticket in tickets:
            digests += await _anonymise(context, session, ticket, actor)
        sessions = row.session
        digests += await erase_conversation(session, row)
    return {
        "conversations": 1,
        "tickets": len(tickets),
        "trackers": await forget_trackers(context, [(conversation, sessions)]),
        "files": await remove_files(context, digests),
    }


async def erase_ticket(context: Context, number: str, actor: Actor) -> dict[str, int]:
    """Make one ticket anonymous; Refused while it is open."""
    normal = normalise_number(number)
    async with context.db.write() as session:
        found = await session.scalar(select(Ticket.number).where(Ticket.number == normal))
        if found is None:
            raise NotKept(f"没有编号为 {number} 的工单")
        ticket, _ = await lock_ticket(session, found)
        if ticket.state not in FINAL:
            raise Refused([_open(ticket)])
        digests = await _anonymise(context, session, ticket, actor)
    return {"tickets": 1, "files": await remove_files(context, digests)}


def _open(ticket: Ticket) -> str:
    return (
        f"工单 {ticket.number} 还没办结（{STATE_NAMES[ticket.state]}），"
        "办理离不开这些信息，办结后可以再申请。"
        "不想办了，可以先撤回。"
    )


async def _anonymise(context: Context, session: AsyncSession, ticket: Ticket, actor: Actor) -> list[str]:
    if ticket.erased_at is not None:
        return []
    return await anonymise_ticket(session, context, ticket, at=context.clock(), actor=actor, reason=AT_WISH)


def _message(context: Context, row: Message) -> dict[str, Any]:
    line = read_line(context.vault, row)
    return {
        "number": line.number,
        "at": line.at.isoformat(),
        "author": line.author,
        "name": line.name,
        "text": line.text,
        "buttons": [button["title"] for button in line.buttons],
        "custom": line.custom,
        "pictures": list(line.pictures),
    }


async def _ticket(context: Context, session: AsyncSession, row: Ticket) -> dict[str, Any]:
    vault = context.vault
    events = await session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket == row.id, TicketEvent.type != "remark")
        .order_by(TicketEvent.number)
    )
    return {
        "number": row.number,
        "service": row.service,
        "state": row.state,
        "lead": row.lead,
        "helpers": row.helpers,
        "grid": row.grid,
        "channel": row.channel,
        "created_at": row.created_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "fields": vault.open_json(row.fields, fields_context(row)),
        "title": vault.open(row.title, title_context(row)),
        "result": vault.open(row.result, result_context(row)) if row.result else None,
        "rating": row.rating,
        "events": [
            {
                "at": event.at.isoformat(),
                "actor": event.actor_name,
                "type": event.type,
                "note": event.note,
                "data": data_of(vault, row, event),
            }
            for event in events
        ],
        "attachments": await _attachments(context, session, Attachment.ticket == row.id),
    }


async def _attachments(context: Context, session: AsyncSession, which: Any) -> list[dict[str, Any]]:
    rows = await session.scalars(select(Attachment).where(which).order_by(Attachment.id))
    return [
        {
            "id": row.id,
            "name": context.vault.open(row.name, "attachment"),
            "media_type": row.media_type,
            "added_at": row.added_at.isoformat(),
            "base64": _content(context, row.digest),
        }
        for row in rows
    ]


def _content(context: Context, digest: str) -> str | None:
    """The content as base64, in which form it lies sealed; None when the file is gone."""
    try:
        sealed = (context.settings.state_dir / "attachments" / digest[:2] / digest).read_bytes()
        return context.vault.open(sealed, f"file:{digest}")
    except (FileNotFoundError, VaultError):
        return None
