"""What the words in a district's table mean: regions, ways in, facilities, and plain choices."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from content.library import Library
from kit.errors import BadInput
from kit.text import normalise
from services.rest_stops.importing.values import MOST_IN_A_NAME, line, shown

MOST_REMEMBERED = 10_000
# What stands in brackets belongs to the word before; a bracket alone is a letter like others.
_WORD = re.compile(r"(?:[(（][^()（）]*[)）]|[^、,，;；/／|\s])+")


@dataclass(frozen=True)
class Facilities:
    """What a stop has, what it lacks for certain, and what is no facility of ours."""

    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class StopWords:
    """The books of words, ready to be looked up."""

    def __init__(self, library: Library) -> None:
        self._library = library
        book = library.stop_columns
        parts = ("entry", "datum", "accuracy", "status", "confidence", "answers")
        self._meaning = {part: _by_word(book[part]) for part in parts}
        self._facilities = _by_word(
            {key: (key, *all_) for key, all_ in library.facilities.items()}
        )
        marks = book["marks"]
        self._empty = frozenset(normalise(word) for word in marks["empty"])
        self._longest_empty = max(map(len, self._empty))
        self._none_of = tuple(marks["none_of"])
        self._not_needed = tuple(marks["not_needed"])
        self._prefix, self._full_name = _region_patterns(library, marks)
        # Most rows of a table say the same of these.
        self.entry = lru_cache(MOST_REMEMBERED)(self._entry)
        self.facilities = lru_cache(MOST_REMEMBERED)(self._facilities_in)
        self.choice = lru_cache(MOST_REMEMBERED)(self._choice)
        self._is_empty = lru_cache(MOST_REMEMBERED)(lambda text: normalise(text) in self._empty)
        self.region = lru_cache(MOST_REMEMBERED)(self._region)

    def says_something(self, text: str) -> bool:
        """Whether a cell is more than empty, `/` or 暂无."""
        return bool(text) and (len(text) > self._longest_empty or not self._is_empty(text))

    def _choice(self, part: str, text: str) -> str:
        """The key of a part of stop_columns.yml that a word stands for; BadInput for no word."""
        found = self._meaning[part].get(normalise(text))
        if found is None:
            words = self._library.stop_columns[part].values()
            known = "、".join(all_[1] if len(all_) > 1 else all_[0] for all_ in words)
            raise BadInput("stops_import.not_a_choice", value=shown(text), known=known)
        return found

    def _entry(self, text: str) -> tuple[str, str | None]:
        """The way in and, where the words say more than its name, the words.

        Words that name no way, two ways, or one that is not needed leave it unknown.
        """
        bare = normalise(text)
        exact = self._meaning["entry"].get(bare)
        if exact:
            return exact, None
        named = {key for word, key in self._meaning["entry"].items() if word in bare}
        if len(named) != 1 or any(word in bare for word in self._not_needed):
            return "unknown", text
        return named.pop(), text

    def _facilities_in(self, text: str) -> Facilities:
        """The facilities of one cell; what is said in brackets keeps a word from being one."""
        has: list[str] = []
        lacks: list[str] = []
        others: list[str] = []
        for word in _WORD.findall(text):
            bare = normalise(word).strip("。.")
            without = next((mark for mark in self._none_of if bare.startswith(mark)), "")
            key = self._facilities.get(bare.removeprefix(without))
            if key:
                (lacks if without else has).append(key)
            elif bare:
                if len(word) > MOST_IN_A_NAME:
                    raise BadInput("stops_import.too_long", most=MOST_IN_A_NAME, length=len(word))
                others.append(word)
        return Facilities(_once(has), _once(lacks), _once(others))

    def answer(self, header: str, key: str, text: str) -> Facilities:
        """What a column of one facility says: yes, no, nothing, or words that are kept."""
        said = self._meaning["answers"].get(normalise(text))
        if said == "yes":
            return Facilities(has=(key,))
        if said == "no":
            return Facilities(lacks=(key,))
        if said == "unknown":
            return Facilities()
        # 2 may count them or be a code for no.
        if not text or normalise(text).isdecimal() or len(header + text) > MOST_IN_A_NAME:
            raise BadInput("stops_import.not_an_answer", value=shown(text))
        return Facilities(others=(f"{header}（{text}）",))

    def word(self, part: str, key: str) -> str:
        """What a table may write for a key of a part of stop_columns.yml."""
        words = self._library.stop_columns[part][key]
        return words[1] if part != "entry" and len(words) > 1 else words[0]

    def listed(self, stop: Mapping[str, Any]) -> str:
        """The facilities of a stop, given by its columns, as one cell of a table."""
        without = [self._none_of[0] + key for key in stop["lacks"] or ()]
        parts = (*(stop["facilities"] or ()), *without, *(stop["other_facilities"] or ()))
        return line("、".join(parts))

    def _region(self, text: str) -> str | None:
        """The province or city that a full or short name means: 广州, 广州市, 延边朝鲜族自治州."""
        found = self._full_name.fullmatch(text)
        return found["region"] if found else None

    def city_before(self, text: str) -> tuple[str | None, str]:
        """The city that an address begins with for certain, and the address after it."""
        found = self._prefix.match(text)
        return (found["city"], text[found.end() :]) if found else (None, text)


def merged(parts: Iterable[Facilities]) -> Facilities:
    """All that the cells of one row say; BadInput where they say both yes and no."""
    all_ = list(parts)
    has = _once(key for part in all_ for key in part.has)
    lacks = _once(key for part in all_ for key in part.lacks)
    both = [key for key in has if key in lacks]
    if both:
        raise BadInput("stops_import.has_and_lacks", facility="、".join(both))
    return Facilities(has, lacks, _once(word for part in all_ for word in part.others))


def _by_word(lists: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {normalise(word): key for key, words in lists.items() for word in words}


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _region_patterns(
    library: Library, marks: Mapping[str, tuple[str, ...]]
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """For what an address begins with, and for a name that stands alone."""
    cities = _any(city for all_ in library.regions.values() for city in all_)
    provinces = _any(library.regions)
    ends = rf"(?:[\u4e00-\u9fff]{{0,7}}?(?:{_any(marks['regions'])}))"
    below = rf"(?=[\u4e00-\u9fff]{{1,8}}?(?:{_any(marks['below_a_city'])}))"
    prefix = rf"(?:(?:{provinces}){ends}?)?(?P<city>{cities})(?:{_any(marks['regions'])}){below}"
    alone = rf"(?:(?:{provinces}){ends}?)?(?P<region>{cities}|{provinces}){ends}?"
    return re.compile(prefix), re.compile(alone)


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
