"""Gives the classifier the meaning of a sentence as a dense vector, through `kit.encoder`."""

import json
from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kit.encoder import Encoder, load_encoder

_NOTE = "encoder.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectors(DenseFeaturizer, GraphComponent):
    """Adds one vector a sentence, scaled to weigh against the counts beside it."""

    def __init__(
        self,
        config: Dict[Text, Any],
        name: Text,
        model_storage: ModelStorage,
        resource: Resource,
        encoder: Encoder,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder

    @classmethod
    def required_components(cls) -> List[Type]:
        # The tokenizer normalises the text that is encoded here.
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0}

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a scale that would switch the vectors off unseen."""
        if config.get("scale", 1.0) <= 0:
            raise RasaException("SentenceVectors: `scale` must be above zero.")

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceVectors":
        return cls(config, execution_context.node_name, model_storage, resource, load_encoder())

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_kwargs: object,
    ) -> "SentenceVectors":
        encoder = load_encoder()
        with model_storage.read_from(resource) as folder:
            trained_with = json.loads((folder / _NOTE).read_text())["encoder"]
        if trained_with != encoder.name:
            raise RasaException(
                f"The model was trained with the encoder {trained_with}, but this environment "
                f"has {encoder.name}: their vectors do not mix. Train again here."
            )
        encoder.encode([_NOTE])  # Its tables are unpacked at the first use: here nobody waits.
        return cls(config, execution_context.node_name, model_storage, resource, encoder)

    def train(self, training_data: TrainingData) -> Resource:  # noqa: ARG002 - Rasa names it
        """Nothing is learnt; which encoder was used is kept, since another's vectors differ."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _NOTE).write_text(json.dumps({"encoder": self._encoder.name}))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        spoken = [message for message in messages if message.get(TEXT) is not None]
        vectors = self._encoder.encode([message.get(TEXT) for message in spoken])
        for message, vector in zip(spoken, vectors, strict=True):
            row = np.array([vector], dtype=np.float32) * self._config["scale"]
            message.add_features(
                Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._config[FEATURIZER_CLASS_ALIAS])
            )
        return messages
