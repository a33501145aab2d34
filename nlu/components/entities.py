"""Facts in a message, as Rasa entities."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.matcher import PROPERTY
from nlu.components.runtime import shared
from nlu.entities import extract

ZONE = ZoneInfo("Asia/Shanghai")

# What the domain knows; further findings, such as yes or no, matter only to the form that asks for them.
TYPES = frozenset("person phone id_number place date amount age beneficiary_group ticket_number".split())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(GraphComponent):
    """Numbers, dates, amounts, places, names, and the service that the message speaks of."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FactExtractor:
        """Creates the component."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities found to those already there."""
        places, now = shared().gazetteer(), datetime.now(ZONE).replace(tzinfo=None)
        for message in messages:
            text = message.get(TEXT) or ""
            found = [_as_rasa(entity) for entity in extract(text, places, now) if entity.type in TYPES]
            found += _service(message, text)
            message.set(ENTITIES, (message.get(ENTITIES) or []) + found, add_to_output=True)
        return messages


def _as_rasa(entity: Any) -> dict[str, Any]:
    return {
        "entity": entity.type,
        "value": entity.value,
        "start": entity.start,
        "end": entity.end,
        "text": entity.text,
        "extractor": FactExtractor.__name__,
        **({"data": dict(entity.data)} if entity.data else {}),
    }


def _service(message: Message, text: str) -> list[dict[str, Any]]:
    """The likeliest service, where it is likely enough to act on."""
    selector = (message.get(PROPERTY) or {}).get("service") or {}
    best = (selector.get("ranking") or [None])[0]
    if not best or best["confidence"] < selector["threshold"]:
        return []
    return [
        {
            "entity": "service",
            "value": best["intent_response_key"].split("/", 1)[1],
            "confidence_entity": best["confidence"],
            "start": 0,
            "end": len(text),
            "text": text,
            "extractor": FactExtractor.__name__,
        }
    ]
