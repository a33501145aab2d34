"""Questions that were not answered, or not well; what they tell of people is masked before storing."""

from collections.abc import Sequence
from typing import Any

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
) -> None:
    """Keep a question for the maintainers; `nearest` are entry ids with their scores."""
    county = await context.directory.county()
    at = context.clock()
    masked = mask(text, Gazetteer.from_rows(county.gazetteer_rows()), local(at).replace(tzinfo=None))
    async with context.db.write() as session:
        session.add(
            Gap(
                at=at,
                text=masked[:500],
                kind=kind,
                conversation=conversation,
                nearest=[[key, round(score, 3)] for key, score in nearest],
            )
        )
