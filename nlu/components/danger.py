"""The flag ``urgent`` beside the intent."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.runtime import digest, remember
from nlu.danger import LEXICON, DangerClassifier
from nlu.retrieval import corpus
from nlu.retrieval.clean import clean

EXAMPLES = corpus.DATA / "danger" / "danger.yml"
# Entries and services about danger itself; the phrasings of all others are harmless.
GRAVE = frozenset(
    "FL-03 FL-04 FL-05 FL-06 FL-07 FL-08 FL-09 FL-12 FL-16 TY-10 TY-11 GGW-03 GGW-08 GGW-12 GGW-13 TW-11 "
    "TW-14 CL-20 A11 A14 A16 A17 D01 D03 D05".split()
)
SAMPLE = 3  # one in so many of their phrasings takes part
CALM = (
    "check_ticket",
    "rate_ticket",
    "greet",
    "goodbye",
    "thanks",
    "affirm",
    "cancel",
    "chitchat",
    "out_of_scope",
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerFlag(GraphComponent):
    """Sets ``urgent`` and ``danger`` on each message, whatever its intent."""

    def __init__(self, storage: ModelStorage, resource: Resource, model: DangerClassifier) -> None:
        self._storage, self._resource, self._model = storage, resource, model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerFlag:
        """An untrained flag."""
        return cls(model_storage, resource, DangerClassifier())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DangerFlag:
        """The trained flag."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, DangerClassifier.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Examples and lexicon lie outside Rasa's training data."""
        return digest([EXAMPLES, LEXICON])

    def train(self, training_data: TrainingData) -> Resource:
        """Fits and stores the classifier."""
        examples = corpus.load_yaml(EXAMPLES)
        calm = {m.get(TEXT) for m in training_data.intent_examples if m.get(INTENT) in CALM}
        calm |= {t for i in corpus.items() if i.key.split("/")[1] not in GRAVE for t in i.phrasings[::SAMPLE]}
        remember([clean(text) for text in (*examples["danger"], *examples["harmless"], *sorted(calm))])
        self._model.fit(examples["danger"], examples["harmless"], sorted(calm))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds ``urgent`` and ``danger``."""
        for message in messages:
            found = self._model.look(message.get(TEXT) or "")
            message.set("urgent", found.urgent, add_to_output=True)
            danger = {"kind": found.kind, "score": round(found.score, 4)} if found.urgent else None
            message.set("danger", danger, add_to_output=True)
        return messages
