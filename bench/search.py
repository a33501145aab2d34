"""Searching a million tickets by words on SQLite: what a person waits for, by kind of word and of reader.

The tickets are synthetic: each plea joins phrasings of the county's FAQ, drawn by a seeded generator, so that
words are as common as people use them. One organisation leads a fiftieth of the tickets.
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from bench.measure import Times, table
from bench.workshop import Workshop
from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.desk.inbox import Wish, listing
from bot.directory.roles import Role
from bot.directory.seed import read_seed, store_directory
from bot.settings import ROOT, Settings
from bot.storage import migrate
from bot.storage.engine import Database
from bot.tickets.actors import Actor
from bot.tickets.models import Assignment, Ticket, TicketWord
from bot.tickets.words import hashes, pairs
from nlu.vault import Vault, create_keys

TICKETS = 1_000_000
SEED = 7
ROUNDS = 12
NOW = datetime(2026, 11, 24, 10, tzinfo=COUNTY_ZONE)
SEARCHES = {
    "a rare word": "独一无二的词",
    "an everyday word": "轮椅",
    "two words": "轮椅 补贴",
    "a sentence": "残疾人证怎么办理",
    "the commonest word": "怎么",
    "a word that is not there": "没有这样的事",
}
READERS = {
    "reviewer": Actor("staff", "1", "审核员", Role.REVIEWER, "ZX"),
    "handler": Actor("staff", "2", "经办人", Role.ORGANISATION, "CL"),
}


def run(workshop: Workshop) -> str:
    """Build the county and report the times of whole pages of results."""
    return asyncio.run(_run(workshop))


async def _run(workshop: Workshop) -> str:
    count = max(1000, round(TICKETS * workshop.scale.factor))
    context = await _county(workshop)
    rows = await _fill(context, count)
    workshop.say(f"{count} tickets with {rows} words")
    lines = []
    for who, actor in READERS.items():
        for kind, words in SEARCHES.items():
            times, found = Times(), None
            for _ in range(ROUNDS):
                with times.one():
                    found = await listing(context, actor, Wish(text=words), inbox=False)
            assert found is not None
            lines.append([who, kind, found.said, f"{times.median:.0f} ms", f"{times.p95:.0f} ms"])
    await context.db.close()
    head = f"Search over {count:,} tickets, {rows:,} indexed words, SQLite.\n\n"
    return head + table(["reader", "search", "found", "median", "p95"], lines)


async def _county(workshop: Workshop) -> Context:
    folder = workshop.folder / "search"
    create_keys(folder / "keys")
    database = Database(f"sqlite+aiosqlite:///{folder}/county.db")
    await migrate.upgrade(database)
    async with database.write() as session:
        await store_directory(session, read_seed(ROOT / "data" / "seed"))
    settings = Settings(_env_file=None, state_dir=folder / "var", key_dir=folder / "keys")
    return Context(settings, database, Vault(folder / "keys"), lambda: NOW)


async def _fill(context: Context, count: int) -> int:
    """Tickets and their words, written in the order of the index; returns the number of words."""
    chance, vault = random.Random(SEED), context.vault
    phrasings = [
        line for row in read_seed(ROOT / "data" / "seed").faq for line in (row.question, *row.phrasings)
    ]
    places = list((await context.directory.county()).points)
    known: dict[str, int] = {}
    words: list[int] = []
    tickets: list[int] = []
    async with context.db.write() as session:
        for start in range(1, count + 1, 20_000):
            batch, parts = [], []
            for number in range(start, min(start + 20_000, count + 1)):
                plea = "，".join(chance.sample(phrasings, 2)) + (
                    "，独一无二的词" if number % 50_000 == 0 else ""
                )
                for pair in pairs(plea):
                    if pair not in known:
                        known[pair] = hashes(vault, [pair])[0]
                    words.append(known[pair])
                    tickets.append(number)
                batch.append(_ticket(context, number, count, plea, chance.choice(places)))
                parts.append(_part(batch[-1]))
            await session.execute(insert(Ticket), batch)
            await session.execute(insert(Assignment), parts)
        order = np.lexsort((np.array(tickets), np.array(words)))
        for start in range(0, len(order), 500_000):
            some = [{"word": words[at], "ticket": tickets[at]} for at in order[start : start + 500_000]]
            await session.execute(insert(TicketWord), some)
    return len(words)


def _ticket(context: Context, number: int, count: int, plea: str, place: str) -> dict[str, Any]:
    name = f"QT-{number:08d}"
    at = NOW - timedelta(minutes=count - number)
    return {
        "id": number,
        "number": name,
        "filing_key": name,
        "service": "A07",
        "state": "closed",
        "urgent": False,
        "privacy": "敏感",
        "lead": "CL" if number % 50 == 0 else "ZX",
        "helpers": [],
        "grid": place,
        "channel": "web",
        "fields": context.vault.seal_json({"demand_desc": plea}, f"ticket:{name}:fields"),
        "title": context.vault.seal(plea[:40], f"ticket:{name}:title"),
        "created_at": at,
        "updated_at": at,
        "version": 1,
        "due_provisional": False,
        "clock": {},
        "head": "",
    }


def _part(ticket: dict[str, Any]) -> dict[str, Any]:
    at = ticket["created_at"]
    return {
        "ticket": ticket["id"],
        "org": ticket["lead"],
        "role": "lead",
        "state": "done",
        "dispatched_at": at,
        "sign_due": at,
        "deemed_signed": False,
        "returned": 0,
        "clock": {},
    }
