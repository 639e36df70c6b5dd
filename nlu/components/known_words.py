"""Finds the words of the lookup tables and their synonyms, the longest match first."""

import re
from typing import Any, Dict, List, Optional, Set, Text, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.regex_entity_extractor import RegexEntityExtractor
from rasa.shared.nlu.constants import (
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kit.text import normalise

Entity = Dict[Text, Any]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class KnownWords(RegexEntityExtractor):
    """Rasa's regex extractor, made fit for Chinese, where no space bounds a word.

    A table names the values; the ways to say a value are its synonyms, found here as well, so no
    word stands in two files. Of overlapping matches the longest counts (南沙客运港, not 南沙), and
    a word of one character counts only where jieba sees a word (水, not the end of 薪水).
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        # `tails`: entity -> what may follow one of its names and belong to it, as a pattern.
        return {**RegexEntityExtractor.get_default_config(), "tails": {}}

    def train(self, training_data: TrainingData) -> Resource:
        tables = _complete(training_data.lookup_tables, training_data.entity_synonyms)
        self.patterns = [
            {"name": name, "pattern": _pattern(words, self._config["tails"].get(name))}
            for name, words in tables.items()
        ]
        self.patterns += [
            feature for feature in training_data.regex_features if feature["name"] in tables
        ]
        self.persist()
        return self._resource

    def _extract_entities(self, message: Message) -> List[Entity]:
        words = {(t.start, t.end) for t in message.get(TOKENS_NAMES[TEXT]) or []}
        found = [
            entity
            for entity in super()._extract_entities(message)
            if _length(entity) > 1 or _span(entity) in words
        ]
        found.sort(key=lambda e: (-_length(e), e[ENTITY_ATTRIBUTE_START]))
        kept: List[Entity] = []
        for entity in found:
            if not any(_hides(longer, entity) for longer in kept):
                kept.append(entity)
        return sorted(kept, key=_span)


def _complete(tables: List[Dict[Text, Any]], synonyms: Dict[Text, Text]) -> Dict[Text, List[Text]]:
    """For each entity all its values and all ways to say them, the longest first."""
    values: Dict[Text, Set[Text]] = {}
    for table in tables:
        values.setdefault(table["name"], set()).update(table["elements"])
    complete = {}
    for name, known in sorted(values.items()):
        ways = {said for said, value in synonyms.items() if value in known}
        words = {normalise(word) for word in known | ways}
        complete[name] = sorted(words, key=lambda word: (-len(word), word))
    return complete


def _pattern(words: List[Text], tail: Optional[Text]) -> Text:
    choice = "|".join(re.escape(word) for word in words)
    return f"(?:{choice})(?:{tail})?" if tail else f"(?:{choice})"


def _span(entity: Entity) -> Tuple[int, int]:
    return entity[ENTITY_ATTRIBUTE_START], entity[ENTITY_ATTRIBUTE_END]


def _length(entity: Entity) -> int:
    return entity[ENTITY_ATTRIBUTE_END] - entity[ENTITY_ATTRIBUTE_START]


def _hides(longer: Entity, entity: Entity) -> bool:
    """Whether `longer` covers the place of `entity`: same kind overlapping, or any kind around it.

    跑滴滴的 says a trade and 滴滴 in it a platform: both count, so a platform is never hidden.
    """
    start, end = _span(entity)
    other_start, other_end = _span(longer)
    if entity[ENTITY_ATTRIBUTE_TYPE] == longer[ENTITY_ATTRIBUTE_TYPE]:
        return start < other_end and other_start < end
    if "platform" in (entity[ENTITY_ATTRIBUTE_TYPE], longer[ENTITY_ATTRIBUTE_TYPE]):
        return False
    return other_start <= start and end <= other_end
