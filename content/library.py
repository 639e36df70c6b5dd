"""The loaded edition as every layer above sees it: frozen, indexed, with one version."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from content.calendar_schema import CalendarYear
from content.case_patterns import KeyWords, SentencePatterns
from content.case_schema import KINDS, Answers, CaseLimits, Category, Redress, Refusal
from content.handover_schema import HandoverRules
from content.notice_parts import NoticeBook
from content.reminder_schema import ReminderRules
from content.schema import Hotline, Place, RestStop, RightTopic
from content.wording import Messages
from kit.text import normalise


@dataclass(frozen=True)
class Library:
    """All shipped content. `version` changes whenever any file of it changes."""

    topics: Mapping[str, RightTopic]
    stops: Mapping[str, RestStop]
    places: tuple[Place, ...]
    hotlines: Mapping[str, Hotline]
    facilities: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    stop_columns: Mapping[str, Mapping[str, tuple[str, ...]]]
    categories: Mapping[str, Category]
    redress: Mapping[str, Redress]
    refusals: Mapping[str, Refusal]
    answers: Mapping[str, Answers]
    case_limits: CaseLimits
    case_cues: Mapping[str, tuple[str, ...]]
    notices: NoticeBook
    calendar: Mapping[int, CalendarYear]
    handovers: HandoverRules
    reminders: ReminderRules
    messages: Messages
    version: str

    def __repr__(self) -> str:
        """Its version: the whole edition is half a megabyte in a traceback."""
        return f"<Library {self.version}>"

    def say(self, key: str, **fields: object) -> str:
        """The message `key` with its placeholders filled."""
        return self.messages.say(key, **fields)

    def topics_for(self, intent: str) -> tuple[RightTopic, ...]:
        """The topics that answer an intent, in the order of their ids; empty when none does."""
        return self._topics_by_intent.get(intent, ())

    def places_named(self, name: str) -> tuple[Place, ...]:
        """Every place of that very name; two cities may share one, so the caller may ask."""
        return self._places_by_name.get(name, ())

    def province_of(self, region: str) -> str | None:
        """The province that a city lies in, or the province itself; None for no known region."""
        return self._provinces.get(region)

    def region_in(self, text: str) -> str | None:
        """The city, else the province, that a text names first.

        Read from left to right, so that 湖南京东 is 湖南 and no 南京; words that only look like a
        city (中山大道, 三明治) are passed over.
        """
        named = [found[0] for found in self._region_pattern.finditer(text) if found["region"]]
        cities = [name for name in named if name not in self.regions or name in self.regions[name]]
        return next(iter(cities or named), None)

    @cached_property
    def _region_pattern(self) -> re.Pattern[str]:
        names = "|".join(sorted(self._provinces, key=len, reverse=True))
        roads = "|".join(self.words["roads"])
        streets = "|".join(self.words["streets"])
        look_alikes = "|".join(self.words["no_regions"])
        return re.compile(
            rf"{look_alikes}|(?:{names})(?!{streets})(?:{roads})|(?P<region>{names})"
        )

    @cached_property
    def names_of_places(self) -> tuple[tuple[str, Place], ...]:
        """Every place with its normalised name: a sentence is held against them all."""
        return tuple((normalise(place.name), place) for place in self.places)

    @cached_property
    def forms_of_places(self) -> frozenset[str]:
        """What the places are called, with and without their suffix: 金洲站 and 金洲."""
        names = {place.name for place in self.places}
        suffixes = self.words["place_suffixes"]
        return frozenset(names | {name.removesuffix(s) for name in names for s in suffixes})

    def key_words(self, kind: str) -> KeyWords:
        """The key words of the categories that take a kind of case."""
        return self._key_words[kind]

    @cached_property
    def _key_words(self) -> Mapping[str, KeyWords]:
        of_kind = {
            kind: [c for c in self.categories.values() if kind in c.kinds] for kind in KINDS
        }
        return MappingProxyType({kind: KeyWords.of(all_) for kind, all_ in of_kind.items()})

    @cached_property
    def sentence_patterns(self) -> SentencePatterns:
        """What spoken sentences of cases are cut by."""
        words = {w for one in self.categories.values() for w in (*one.words, *one.hints)}
        return SentencePatterns.of(self.case_cues, words)

    @cached_property
    def _provinces(self) -> Mapping[str, str]:
        cities = {city: province for province, all_ in self.regions.items() for city in all_}
        return MappingProxyType({**cities, **{province: province for province in self.regions}})

    @cached_property
    def _topics_by_intent(self) -> Mapping[str, tuple[RightTopic, ...]]:
        found: dict[str, tuple[RightTopic, ...]] = {}
        for topic in self.topics.values():
            for intent in (*topic.answers, *topic.shared_answers):
                found[intent] = (*found.get(intent, ()), topic)
        return MappingProxyType(found)

    @cached_property
    def _places_by_name(self) -> Mapping[str, tuple[Place, ...]]:
        found: dict[str, tuple[Place, ...]] = {}
        for place in self.places:
            found[place.name] = (*found.get(place.name, ()), place)
        return MappingProxyType(found)
