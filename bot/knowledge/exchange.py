"""Entries in and out as a file, in the form of the seed's `faq.yml`.

Importing makes drafts, as if a maintainer had typed them: residents see nothing of them before they are
published. Each entry stands for itself; a wrong one is refused with its line, the others are taken.
"""

from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.models import Organisation, ServiceRow
from bot.directory.seed import FaqRow
from bot.knowledge import entries
from bot.knowledge.answers import published
from bot.knowledge.entries import CONTENT, Editor, KnowledgeError
from bot.knowledge.models import FaqEntry, FaqPhrasing, FaqVersion
from bot.knowledge.phrasings import DRAFTED, ONLINE

WIDE = 10_000
"""No line of the file is folded, so that a comparison of two files shows what changed."""


class FileError(Exception):
    """The file as a whole cannot be read; the message names the line."""


@dataclass(frozen=True)
class Outcome:
    """What became of one entry. `kind` is new, changed, same or refused."""

    line: int
    id: str
    kind: str
    detail: str = ""
    published: bool = False
    phrasings: int = 0


def read_rows(text: str) -> list[tuple[int, str, FaqRow | str]]:
    """Each entry of a file with its line and id: the checked row, or the reason why it is none."""
    try:
        data = YAML().load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileError(f"line {line}: {error.problem}") from error
    nodes = data.get("entries") if isinstance(data, dict) else None
    if not isinstance(nodes, list):
        raise FileError("line 1: a mapping with a list `entries` is expected")
    found: list[tuple[int, str, FaqRow | str]] = []
    seen: set[str] = set()
    for position, node in enumerate(nodes):
        line = nodes.lc.item(position)[0] + 1
        identity = str(node.get("id", "?")) if isinstance(node, dict) else "?"
        row = checked(node)
        if isinstance(row, str):
            line, row = _line_of(node, row, line), row
        elif identity in seen:
            row = f"id: {identity} stands in the file for the second time"
        seen.add(identity)
        found.append((line, identity, row))
    return found


def checked(node: Any) -> FaqRow | str:
    """The row, or why it is none: the field and what is wrong with it."""
    try:
        return FaqRow.model_validate(node)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else str(first["msg"])


def _line_of(node: Any, reason: str, default: int) -> int:
    """The line of the field that a reason names."""
    places = getattr(getattr(node, "lc", None), "data", None) or {}
    place = places.get(reason.split(":", 1)[0].split(".", 1)[0])
    return place[0] + 1 if place else default


async def import_rows(
    session: AsyncSession,
    rows: list[tuple[int, str, FaqRow | str]],
    editor: Editor,
    at: datetime,
    *,
    publish: bool = False,
) -> list[Outcome]:
    """Write the entries as drafts, or publish them at once; one outcome an entry, in the file's order."""
    orgs = set(await session.scalars(select(Organisation.code)))
    services = set(await session.scalars(select(ServiceRow.code)))
    outcomes = []
    for line, identity, row in rows:
        if isinstance(row, str):
            outcomes.append(Outcome(line, identity, "refused", row))
            continue
        if row.org not in orgs:
            outcomes.append(Outcome(line, identity, "refused", f"org: {row.org} is not known"))
            continue
        if row.service is not None and row.service not in services:
            outcomes.append(Outcome(line, identity, "refused", f"service: {row.service} is not known"))
            continue
        try:
            async with session.begin_nested():
                outcomes.append(await _import(session, line, row, editor, at, publish))
        except KnowledgeError as error:
            field = f"{error.field}: " if error.field else ""
            outcomes.append(Outcome(line, identity, "refused", f"{field}{error}"))
    return outcomes


async def _import(
    session: AsyncSession, line: int, row: FaqRow, editor: Editor, at: datetime, publish: bool
) -> Outcome:
    content = row.model_dump(include=set(CONTENT))
    entry = await session.get(FaqEntry, row.id)
    kind, detail, waiting = "same", "", False
    if entry is None:
        await entries.create_entry(session, row.id, row.org, content, editor, at)
        kind, waiting = "new", True
    else:
        if entry.org != row.org:
            raise KnowledgeError(f"the entry belongs to {entry.org}", "org")
        newest = await entries.newest(session, row.id, lock=True)
        changed = [name for name in CONTENT if getattr(newest, name) != content[name]]
        waiting = newest.state != "published"
        if changed:
            if waiting and newest.author != editor.name:
                raise KnowledgeError(f"{newest.author} has an unpublished draft of it; publish that first")
            await entries.save_draft(session, row.id, content, editor, at)
            kind, detail, waiting = "changed", ", ".join(changed), True
    await session.flush()
    added = await _add_phrasings(session, row, editor, at)
    waiting = waiting or bool(added)
    await session.flush()
    if publish and waiting:
        await entries.publish(session, row.id, editor, at)
        await session.flush()
    return Outcome(line, row.id, kind, detail, publish and waiting, added)


async def _add_phrasings(session: AsyncSession, row: FaqRow, editor: Editor, at: datetime) -> int:
    known = set(await session.scalars(select(FaqPhrasing.text).where(FaqPhrasing.entry == row.id)))
    wanted = {" ".join(text.split()): None for text in row.phrasings if text.strip()}
    missing = [text for text in wanted if text not in known]
    for text in missing:
        await entries.add_phrasing(session, row.id, text, "written", editor, at)
    return len(missing)


async def export_rows(session: AsyncSession, *, drafts: bool = False) -> list[dict[str, Any]]:
    """The published entries, or the newest version of every entry, as the file holds them."""
    phrasings: dict[str, list[str]] = {}
    for entry, text in await session.execute(
        select(FaqPhrasing.entry, FaqPhrasing.text)
        .where(FaqPhrasing.state.in_(DRAFTED if drafts else ONLINE))
        .order_by(FaqPhrasing.id)
    ):
        phrasings.setdefault(entry, []).append(text)
    query = published().order_by(FaqEntry.id)
    if drafts:
        query = (
            select(FaqEntry, FaqVersion)
            .join(FaqVersion, FaqVersion.entry == FaqEntry.id)
            .order_by(FaqEntry.id, FaqVersion.number)
        )
    latest = {entry.id: (entry, version) for entry, version in await session.execute(query)}
    rows = []
    for entry, version in latest.values():
        row = {"id": entry.id, "org": entry.org}
        row |= {name: getattr(version, name) for name in CONTENT}
        row["phrasings"] = phrasings.get(entry.id, [])
        optional = ("service", "figures", "valid_until", "phrasings")
        rows.append({name: value for name, value in row.items() if value or name not in optional})
    return rows


def write_rows(rows: list[dict[str, Any]]) -> str:
    """The file's text."""
    yaml = YAML()
    yaml.width = WIDE
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump({"entries": rows}, out)
    return out.getvalue()
