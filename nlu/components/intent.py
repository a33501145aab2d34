"""The intent of a message: logistic regression over character n-grams and the sentence vector."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import TextClassifier
from nlu.components.runtime import digest
from nlu.retrieval import corpus


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ChineseIntentClassifier(GraphComponent):
    """Learns from the examples of ``data/nlu`` and from the phrasings of FAQ and services."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Inverse regularisation ``C``, weight of the vector, and how many intents the ranking holds."""
        return {"C": 10.0, "dense": 2.0, "ranking_length": 10}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: TextClassifier
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource, TextClassifier(config["C"], config["dense"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ChineseIntentClassifier:
        """The trained classifier."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TextClassifier.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Phrasings lie outside Rasa's training data, but change the model."""
        return digest((corpus.DATA / "seed").rglob("*.yml"))

    def train(self, training_data: TrainingData) -> Resource:
        """Fits and stores the classifier."""
        pairs = [(m.get(TEXT), m.get(INTENT)) for m in training_data.intent_examples if m.get(TEXT)]
        pairs += [(text, "ask_faq") for item in corpus.faq_items() for text in item.texts]
        pairs += [(text, "request_service") for item in corpus.service_items() for text in item.phrasings]
        self._model.fit(*zip(*pairs, strict=True))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds ``intent`` and ``intent_ranking``."""
        for message in messages:
            chances = self._model.probabilities(message.get(TEXT) or "")
            ranking = [{"name": name, "confidence": chance} for name, chance in chances.items()]
            ranking = ranking[: self._config["ranking_length"]]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
