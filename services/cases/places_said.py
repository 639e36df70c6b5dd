"""Where in a spoken sentence a place is named.

A place is a name with what a place ends with (a road, a market) and what says where there (at the
gate, 200 m to the north); or a name that is known: of the gazetteer, of a city, of a district. All
of it is words of content/cases/cues.yml: a parser of Chinese addresses that is small, and made for
what people say rather than for parcels, was not found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from content.case_patterns import SentencePatterns, any_of
from content.library import Library
from content.schema import Place
from services import districts, gazetteer

LONGEST_NAME = 14  # characters before what a place ends with
LONGEST_LEAD = 8  # characters of the words that lead to a place
FARTHEST_JOIN = 7  # characters between two ends of one place
KNOWN_NAMES = range(10, 1, -1)  # lengths of a known name that stands alone, in characters


@dataclass(frozen=True)
class Span:
    """Where a place stands in a text, and where the words that lead to it begin."""

    lead: int
    start: int
    end: int

    def of(self, text: str) -> str:
        """The place itself."""
        return text[self.start : self.end]


def find(library: Library, text: str) -> Span | None:
    """The first place that a text names, with all that belongs to it; None when it names none."""
    spans = [*_ended(library.sentence_patterns, text), *_known(library, text)]
    if not spans:
        return None
    start, end = min(spans, key=lambda span: (span[0], -span[1]))
    lead = library.sentence_patterns.lead.search(text, max(0, start - LONGEST_LEAD), start)
    return Span(lead.start() if lead else start, start, end)


def known(library: Library, place: str) -> Place | None:
    """The one gazetteer place that a place is, with at most a gate or an exit behind it."""
    found = gazetteer.mentioned(library, place)
    if len(found) != 1:
        return None
    name, suffixes = found[0].name, library.words["place_suffixes"]
    forms = any_of({name, *(name.removesuffix(suffix) for suffix in suffixes)})
    ends = rf"(?:{any_of(suffixes)}|{library.sentence_patterns.tails.pattern})*"
    return found[0] if re.fullmatch(rf".*?(?:{forms}){ends}", place, re.DOTALL) else None


def _ended(patterns: SentencePatterns, text: str) -> list[tuple[int, int]]:
    """The places that have a name and an end, joined where one runs into the next."""
    spans: list[tuple[int, int]] = []
    for found in patterns.end.finditer(text):
        if found.lastgroup is None:
            continue
        before, here = (spans[-1] if spans else (0, 0)), found.start()
        start = _name_start(patterns, text, here, before[1])
        is_bare = patterns.generic.fullmatch(text, start, here) is not None
        if (
            spans
            and start <= _joined(patterns, text, before[1])
            and here - before[1] <= FARTHEST_JOIN
        ):
            spans[-1] = (before[0], found.end())
        elif found["name"] or not is_bare:
            spans.append((here if is_bare else start, found.end()))
    return spans


def _joined(patterns: SentencePatterns, text: str, end: int) -> int:
    """Where a second place would begin that is joined to one that ends here."""
    found = patterns.join.match(text, end)
    return found.end() if found else end


def _name_start(patterns: SentencePatterns, text: str, end: int, after: int) -> int:
    """Where the name before a place's end begins: after the last word that no name holds."""
    start = max(after, end - LONGEST_NAME)
    while end > start and not text[start:end].isalnum():
        start += 1
    broken = patterns.broken.match(text, start, end)
    return broken.end() if broken else start


def _known(library: Library, text: str) -> Iterator[tuple[int, int]]:
    """The places whose known name stands at the beginning of a clause, or after a lead."""
    patterns = library.sentence_patterns
    for begin in patterns.begin.finditer(text):
        start = begin.end()
        for size in KNOWN_NAMES:
            name = text[start : start + size]
            if len(name) == size and _is_name(library, text, start, name, led=bool(begin["lead"])):
                tails = patterns.tails.match(text, start + size)
                yield start, tails.end() if tails else start + size
                break


def _is_name(library: Library, text: str, start: int, name: str, *, led: bool) -> bool:
    """Whether a name that stands here is a known place's.

    The short name of a district may be a plain word (peace, safety), and so may a station's:
    something must say that a place is meant.
    """
    patterns, end = library.sentence_patterns, start + len(name)
    is_district = name in districts.of_china().names
    is_region = library.province_of(name) is not None
    if is_region and library.region_in(text[start : end + LONGEST_LEAD]) == name:
        return True
    if not is_district and name not in library.forms_of_places:
        return False
    if not is_district and name not in library.case_cues["place_words"]:
        return True
    return led or patterns.place_goes_on.match(text, end) is not None
