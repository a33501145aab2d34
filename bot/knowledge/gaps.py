"""Questions that were not answered, or not well; what they tell of people is masked before storing."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import local
from bot.context import Context
from bot.knowledge.models import Gap
from nlu.entities import Gazetteer, extract

MASKED = {
    "phone": "〔电话〕",
    "phone_invalid": "〔电话〕",
    "id_number": "〔证件号〕",
    "id_number_invalid": "〔证件号〕",
    "person": "〔姓名〕",
    "place": "〔地点〕",
    "ticket_number": "〔工单号〕",
}

ASKED_BACK = "asked_back"
"""The kind, and the conversation's memory, of a question that was asked back and waits for what follows."""
LEFT_AFTER = timedelta(minutes=30)
"""After so long without a word the resident has left."""
_WANTS_PERSON = re.compile(r"人工|真人|客服|转接|找个人|有人吗|值班")
_LEAST = 4


def mask(text: str, gazetteer: Gazetteer, now: Any) -> str:
    """The text with names, numbers and places of people replaced by what they are."""
    spans = sorted(
        (entity for entity in extract(text, gazetteer, now) if entity.type in MASKED),
        key=lambda entity: entity.start,
        reverse=True,
    )
    for entity in spans:
        text = text[: entity.start] + MASKED[entity.type] + text[entity.end :]
    return text


async def record_gap(
    context: Context,
    text: str,
    kind: str,
    conversation: str | None = None,
    nearest: Sequence[tuple[str, float]] = (),
    *,
    waits: bool = False,
) -> None:
    """Keep a question for the maintainers; `nearest` are entry ids with their scores.

    One that `waits` was asked back: it becomes a gap when the resident leaves it at that.
    """
    county = await context.directory.county()
    at = context.clock()
    masked = mask(text, Gazetteer.from_rows(county.gazetteer_rows()), local(at).replace(tzinfo=None))
    async with context.db.note() as session:
        session.add(
            Gap(
                at=at,
                text=masked[:500],
                kind=kind,
                conversation=conversation,
                nearest=[[key, round(score, 3)] for key, score in nearest],
                state="waiting" if waits else "open",
            )
        )


async def went_on(session: AsyncSession, conversation: str, before: datetime) -> None:
    """The resident went on after asking back: what waited is no gap."""
    await session.execute(
        update(Gap)
        .where(Gap.conversation == conversation, Gap.state == "waiting", Gap.at < before)
        .values(state="answered")
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether a gap is to be dealt with: open, or asked back and left."""
    return or_(Gap.state == "open", and_(Gap.state == "waiting", Gap.at < now - LEFT_AFTER))


def asked_before(said: Iterable[str]) -> str | None:
    """The question for which somebody wants a person: the newest that is more than the wish itself.

    `said` are the resident's own words, newest first.
    """
    return next(
        (text for text in said if len(text.strip()) >= _LEAST and not _WANTS_PERSON.search(text)), None
    )
