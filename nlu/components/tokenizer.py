"""Reads a sentence as the rest of the house does: normalised, then cut into words by jieba."""

from typing import Any, Dict, List, Text

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kit.text import normalise, without_command_marks


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class PlainTokenizer(JiebaTokenizer):
    """Jieba, after normalising; entity positions count in the normalised text.

    Leading slashes go too. Rasa looks for its commands (`/intent{...}`) after the pipeline has
    run, so what passes here can never be obeyed, whichever door it came in by.
    """

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: object,
    ) -> JiebaTokenizer:
        """Also reads the dictionary: at the first sentence its worker would wait for it."""
        tokenizer = super().load(config, model_storage, resource, execution_context, **kwargs)
        jieba.initialize()
        return tokenizer

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            _normalise(message)
        return super().process(messages)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            _normalise(message)
        return super().process_training_data(training_data)


def _normalise(message: Message) -> None:
    text = message.get(TEXT)
    if text is not None:
        message.set(TEXT, without_command_marks(normalise(text)))
