"""The intent of a message: a kernel machine over character n-grams and sentence vectors."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.danger import EXAMPLES
from nlu.components.matcher import PROPERTY
from nlu.components.runtime import digest, remember
from nlu.kernel import KernelClassifier
from nlu.retrieval import corpus
from nlu.retrieval.clean import clean

# One in so many phrasings takes part; more would drown the rarer intents.
FAQ_SAMPLE, SERVICE_SAMPLE = 6, 4
# Someone in danger who asks or requests something has that intent; the danger is a flag beside it.
ASKING = re.compile("怎么|吗|哪|什么|能不能|申请|帮我|多久|谁|几|么|请|咋|想约|预约|登记|可以|该")
FOREIGN = 0.08  # a question whose best entry is less likely than this is not the FAQ's


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ChineseIntentClassifier(GraphComponent):
    """Learns from the examples of ``data/nlu`` and from the phrasings of FAQ and services."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Penalty, how far rare intents are lifted, from where one stage suffices, length of the ranking."""
        return {"penalty": 0.3, "balance": 0.5, "sure": 0.9, "ranking_length": 10}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: KernelClassifier
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
        return cls(
            config,
            model_storage,
            resource,
            KernelClassifier(config["penalty"], config["balance"], config["sure"]),
        )

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
            return cls(config, model_storage, resource, KernelClassifier.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Phrasings lie outside Rasa's training data, but change the model."""
        return digest([*(corpus.DATA / "seed").rglob("*.yml"), EXAMPLES])

    def train(self, training_data: TrainingData) -> Resource:
        """Fits and stores the classifier."""
        pairs = [(m.get(TEXT), m.get(INTENT)) for m in training_data.intent_examples if m.get(TEXT)]
        for item in corpus.faq_items():
            pairs += [(text, "ask_faq") for text in item.phrasings[::FAQ_SAMPLE]]
        for item in corpus.service_items():
            pairs += [(text, "request_service") for text in item.phrasings[::SERVICE_SAMPLE]]
        danger = corpus.load_yaml(EXAMPLES)["danger"]
        pairs += [(text, "emergency") for text in danger if not ASKING.search(text)]
        remember([clean(text) for text, _ in pairs])
        self._model.fit(*zip(*pairs, strict=True))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds ``intent`` and ``intent_ranking``."""
        for message in messages:
            chances = _settle(self._model.probabilities(message.get(TEXT) or ""), message)
            ranking = [{"name": name, "confidence": chance} for name, chance in chances.items()]
            ranking = ranking[: self._config["ranking_length"]]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _settle(chances: dict[str, float], message: Message) -> dict[str, float]:
    """A question that no entry comes near is out of scope, where that is the classifier's second thought."""
    first, second = list(chances)[:2]
    ranking = (message.get(PROPERTY) or {}).get("faq", {}).get("ranking")
    if (first, second) != ("ask_faq", "out_of_scope") or not ranking or ranking[0]["confidence"] >= FOREIGN:
        return chances
    swapped = {second: chances[first], first: chances[second]}
    return swapped | {name: chance for name, chance in chances.items() if name not in swapped}
