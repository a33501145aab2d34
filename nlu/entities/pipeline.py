"""Run the recognisers over a message, most certain first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from nlu.entities import (
    ages,
    amounts,
    counts,
    dates,
    identity,
    persons,
    phones,
    places,
    tickets,
    words,
    yes_no,
)
from nlu.entities.gazetteer import Gazetteer
from nlu.entities.model import Entity, Message, Span
from nlu.normalise import normalise_aligned

Recogniser = Callable[[Message], Iterator[Span]]

# A later recogniser may not claim what an earlier one holds.
EXCLUSIVE: tuple[Recogniser, ...] = (
    tickets.find,
    identity.find,
    phones.find,
    places.find,
    persons.find_announced,
    dates.find,
    ages.find,
    counts.find,
    amounts.find,
    persons.find_mentioned,
)

# These may share a stretch with others: 残疾儿童 may stand in an address, 我爸 before a name.
SHARING: tuple[Recogniser, ...] = (words.find_groups, words.find_relations, yes_no.find)


def extract(text: str, gazetteer: Gazetteer, now: datetime, expected: str | None = None) -> list[Entity]:
    """Entities of a message in the order of the text.

    `now` anchors relative dates. `expected` names the type of the slot that a form has just asked for
    (`person`, `phone`, `place`, `date`, `month`, `amount`, `integer`, `yes_no`, `text`); it lets bare
    answers count.
    """
    plain, index = normalise_aligned(text)
    message = Message(plain, gazetteer, now, expected)
    for recognise in EXCLUSIVE:
        for span in recognise(message):
            if message.is_free(span.start, span.end):
                message.found.append(span)
    shared = [span for recognise in SHARING for span in recognise(message)]
    spans = sorted([*message.found, *shared], key=lambda span: (span.start, span.end))
    return [_entity(span, text, index) for span in spans]


def _entity(span: Span, text: str, index: list[int]) -> Entity:
    start, end = index[span.start], index[span.end - 1] + 1
    return Entity(span.type, span.value, text[start:end], start, end, span.data)
