"""Words of tickets that can be found without being read: a blind index over sealed text.

A ticket's text is cut into overlapping pairs of characters (and words of letters or digits); the index keeps
a keyed hash of each pair beside the ticket. Pairs need no dictionary, so that what a person types is found
however it would be segmented. Only what every reader of the ticket sees is indexed: masked text, no names,
no numbers of people, nothing of the content at high privacy. A search therefore tells nobody more than the
list does. Names are kept whole, apart, and looked up for those alone who read all tickets in full.
"""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.directory.catalogue import HIGH_PRIVACY, County
from bot.tickets.masking import HIDDEN, mask_text, mask_value
from bot.tickets.models import Ticket, TicketWord
from bot.tickets.work import fields_context, result_context, title_context
from nlu.normalise import normalise
from nlu.vault import Vault

MOST = 400
"""Pairs of one ticket: some 400 characters; what follows in a longer text is not searched."""
LONGEST_QUERY = 24
"""Pairs of one search."""
_RUN = re.compile(r"[\u3400-\u9fff]{2,}|[a-z0-9]{2,}")
_NAME = re.compile(r"[\u3400-\u9fff·]{2,15}")
NUMBERS = ("phone", "identity_number")


def pairs(text: str) -> list[str]:
    """The pairs of Han characters and the words of letters or digits, each once, in their order."""
    found: dict[str, None] = {}
    for run in _RUN.findall(normalise(text).lower()):
        if run.isascii():
            found[run[:32]] = None
        else:
            found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    return list(found)


def hashes(vault: Vault, words: Iterable[str], kind: str = "word") -> list[int]:
    """Keyed hashes of words as numbers of 63 bits: small enough for an index of many millions of rows."""
    return [int(vault.lookup(kind, word)[:16], 16) >> 1 for word in words]


def name_hash(vault: Vault, name: str) -> int | None:
    """The hash of a whole name; None where the text is no name."""
    name = normalise(name).strip()
    return hashes(vault, [name], "name")[0] if _NAME.fullmatch(name) else None


async def index(session: AsyncSession, context: Context, county: County, ticket: Ticket) -> None:
    """Write a ticket's words anew, in the transaction that changes its text."""
    await forget(session, ticket.id)
    rows = set(hashes(context.vault, pairs(_text(context.vault, county, ticket))[:MOST]))
    if ticket.privacy != HIGH_PRIVACY:
        rows |= {
            found
            for name in _names(context.vault, county, ticket)
            if (found := name_hash(context.vault, name))
        }
    if rows:
        await session.execute(
            insert(TicketWord), [{"word": word, "ticket": ticket.id} for word in sorted(rows)]
        )


async def forget(session: AsyncSession, ticket: int) -> None:
    """Remove a ticket's words."""
    await session.execute(delete(TicketWord).where(TicketWord.ticket == ticket))


def _fields(vault: Vault, ticket: Ticket) -> dict[str, Any]:
    fields: dict[str, Any] = vault.open_json(ticket.fields, fields_context(ticket))
    return fields


def _names(vault: Vault, county: County, ticket: Ticket) -> list[str]:
    return [
        value
        for slot, value in _fields(vault, ticket).items()
        if isinstance(value, str) and slot in county.slots and county.slots[slot].type == "person"
    ]


def _text(vault: Vault, county: County, ticket: Ticket) -> str:
    """What every reader of the ticket sees of it, in lines."""
    service = county.any_service(ticket.service)
    parts = [service.name if service else "", county.place_name(ticket.grid) if ticket.grid else ""]
    if ticket.privacy == HIGH_PRIVACY:
        return "\n".join(parts)
    said = [mask_text(vault.open(ticket.title, title_context(ticket)))]
    if ticket.result:
        said.append(mask_text(vault.open(ticket.result, result_context(ticket))))
    for slot, value in _fields(vault, ticket).items():
        kind = county.slots[slot].type if slot in county.slots else "text"
        if isinstance(value, str) and kind not in (*NUMBERS, "person", "place"):
            shown = mask_value(county, slot, value)
            said.append("" if shown == HIDDEN else shown)
    whole = "\n".join(said)
    for name in _names(vault, county, ticket):
        whole = whole.replace(name, "\n")
    return "\n".join([whole, *parts])
