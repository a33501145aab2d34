"""Writes the matcher's ranking in Rasa's response selector format."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.runtime import shared
from nlu.retrieval.matcher import KINDS, Match, Matcher

PROPERTY = "response_selector"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FaqMatcher(GraphComponent):
    """Ranks FAQ entries and services for each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """How many items a ranking holds."""
        return {"ranking_length": 10}

    def __init__(self, config: dict[str, Any]) -> None:
        self._length = config["ranking_length"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FaqMatcher:
        """Creates the component; where an index is published it is followed from now on."""
        shared().watch()
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds ``response_selector`` with one ranking for each kind."""
        matcher = shared().matcher()
        for message in messages:
            text = message.get(TEXT) or ""
            found = {kind: _selector(matcher, text, kind, self._length) for kind in KINDS}
            message.set(PROPERTY, {"all_retrieval_intents": [], **found}, add_to_output=True)
        return messages


def _selector(matcher: Matcher, text: str, kind: str, length: int) -> dict[str, Any]:
    ranking = [_row(match) for match in matcher.rank(text, kind, length)] if text.strip() else []
    limits = matcher.thresholds(kind)
    first = ranking[0] if ranking else {"intent_response_key": None, "confidence": 0.0}
    return {
        "response": {"responses": None, "utter_action": None, **first},
        "ranking": ranking,
        "threshold": limits["answer"],
        "ask_back_threshold": limits["ask_back"],
    }


def _row(match: Match) -> dict[str, Any]:
    return {"intent_response_key": match.key, "confidence": round(match.score, 4)}
