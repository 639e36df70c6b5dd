"""The places that a sentence names, and what is left of it without them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from content.library import Library
from kit.text import normalise
from services.cases.whereabouts import NAME_LEAST, ONE_TO_TEN, SIDES, Whereabouts

NAME_MOST = 6  # characters before the end of a name that are looked at
_ANONYMOUS = r"(?P<letter>[a-z]\d{0,2})(?P<of>%s)"
_FIGURES = {figure: str(n) for n, figure in enumerate(ONE_TO_TEN, 1)}


def read(library: Library, text: str, place: str | None = None) -> Whereabouts:
    """The places in a text, and in what was said of its place apart from it."""
    reader = _reader(Edition(library))
    found = reader.read(text)
    if not place:
        return found
    there = reader.read(place)
    named = there if there.keys else reader.bare(place)
    return Whereabouts(
        found.names | named.names,
        _joined(found.areas, named.areas),
        _joined(found.parts, named.parts),
        found.rest,
        found.words + "\n" + named.words,
        named.said or normalise(place),
    )


class Edition:
    """A library as the key of a cache: by the edition that it holds."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __hash__(self) -> int:
        return hash(self.library.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edition) and self.library.version == other.library.version


@lru_cache(maxsize=4)
def _reader(edition: Edition) -> "_Reader":
    return _Reader(edition.library)


class _Reader:
    """The words of one edition, made ready to read places with."""

    def __init__(self, library: Library) -> None:
        words = library.words
        self._no_names = frozenset(words["no_place_names"])
        self._longest_no_name = max(map(len, self._no_names), default=0)
        self._levels = dict(word.split("=") for word in words["area_levels"])
        self._district_level, self._city_level = (
            words["area_levels"][3][-1],
            words["area_levels"][-1][-1],
        )
        self._kinds = dict(word.split("=") for word in words["place_parts"])
        self._ends = _any_of(words["place_name_ends"])
        self._no_ends = _any_of(words["no_place_ends"])
        self._cuts = re.compile(_any_of(words["not_in_place_names"]) + r"|[^\w]+")
        self._suffixes = words["place_suffixes"]
        self._library = library

    def read(self, text: str) -> Whereabouts:
        """The places that a text names."""
        words = normalise(text)
        marks = _Marks(words)
        for level, name, start, end in self._areas(words):
            marks.put(marks.areas, level, name, start, end)
        for kind, number, start, end in self._parts(words):
            self._name_before(marks, start)
            marks.put(marks.parts, kind, number, start, end)
        for name, start, end in self._named(marks):
            marks.name(name, start, end)
        for name, start, end in self._known(words):
            if not any(marks.taken[start:end]):
                marks.name(name, start, self._end_after(words, end))
        for level, name, start, end in self._bare_areas(words):
            if not any(marks.taken[start:end]):
                marks.put(marks.areas, level, name, start, end)
        return marks.whereabouts()

    def bare(self, place: str) -> Whereabouts:
        """A place whose name ends with nothing known: all of it is the name."""
        words = self._cuts.sub("", normalise(place))
        names = {words[-NAME_MOST:]} if len(words) >= NAME_LEAST else set()
        return Whereabouts(frozenset(names), {}, {}, "", words)

    def _areas(self, words: str) -> Iterator[tuple[str, str, int, int]]:
        for found in self._town.finditer(words):
            name = found["name"]
            if not (self._cuts.search(name) or self._is_no_name(name, found["level"])):
                yield self._levels[found["level"]], name, *found.span()
        for found in self._area.finditer(words):
            name = found["letter"] or _core(found["name"], self._levels)
            yield self._levels[found["of"] or self._level(found["name"])], name, *found.span()

    def _bare_areas(self, words: str) -> Iterator[tuple[str, str, int, int]]:
        """Districts and cities without the word for it."""
        for found in self._district.finditer(words):
            yield self._district_level, found[0], *found.span()
        region = self._library.region_in(words)
        if region and region not in self._library.regions and not self._district.search(region):
            start = words.index(region)
            yield self._city_level, region, start, start + len(region)

    def _level(self, name: str) -> str:
        return next(end for end in self._levels if name.endswith(end))

    def _parts(self, words: str) -> Iterator[tuple[str, str, int, int]]:
        for found in self._part.finditer(words):
            said = found["number"] or found["side"]
            number = "".join(_FIGURES.get(ch, ch) for ch in said)
            yield self._kinds[found["kind"] or found["of_side"]], number, *found.span()

    def _name_before(self, marks: "_Marks", end: int) -> None:
        """What stands before a gate or block is a name, whatever it ends with."""
        name = self._run(marks, end)
        if (
            len(name) >= NAME_LEAST
            and not self._end.search(name)
            and not self._is_no_name(name, "")
        ):
            marks.name(name, end - len(name), end)

    def _named(self, marks: "_Marks") -> Iterator[tuple[str, int, int]]:
        """What ends as a name of a place does."""
        for found in self._end.finditer(marks.words):
            if found["no"]:
                continue
            name = self._run(marks, found.start())
            if len(name) >= NAME_LEAST and not self._is_no_name(name, found[0]):
                yield name, found.start() - len(name), found.end()

    def _run(self, marks: "_Marks", end: int) -> str:
        """The characters before that may be a name: back to what is taken or no part of one."""
        start = end
        while start > 0 and end - start < NAME_MOST and not marks.taken[start - 1]:
            start -= 1
        # The latest cut counts: what stands behind it is the name.
        return str(self._cuts.split(marks.words[start:end])[-1])

    def _known(self, words: str) -> Iterator[tuple[str, int, int]]:
        """The places of the gazetteer, however they are called for short."""
        for start in range(len(words) - NAME_LEAST + 1):
            for name in self._gazetteer.get(words[start : start + NAME_LEAST], ()):
                if words.startswith(name, start):
                    yield name, start, start + len(name)
                    break

    def _end_after(self, words: str, start: int) -> int:
        found = self._end.match(words, start)
        return found.end() if found and not found["no"] else start

    def _is_no_name(self, name: str, end: str) -> bool:
        # An end alone (a market) says nothing here: it stands in the list for what ends with it.
        called = name + end
        longest = min(len(called), self._longest_no_name)
        return any(called[-size:] in self._no_names for size in range(len(end) + 1, longest + 1))

    @cached_property
    def _end(self) -> re.Pattern[str]:
        return re.compile(rf"(?P<no>{self._no_ends})|(?:{self._ends})")

    @cached_property
    def _area(self) -> re.Pattern[str]:
        levels = _any_of(self._levels)
        letter = _ANONYMOUS % levels
        places = self._library.places
        named = {place.name for place in places} | {place.district or "" for place in places}
        full = _any_of(name for name in named if _core(name, self._levels) != name)
        return re.compile(rf"(?<![a-z]){letter}|(?P<name>{full})")

    @cached_property
    def _town(self) -> re.Pattern[str]:
        levels = _any_of(self._library.words["town_ends"])
        return re.compile(rf"(?P<name>[^\W\da-z]{{{NAME_LEAST}}})(?P<level>{levels})")

    @cached_property
    def _district(self) -> re.Pattern[str]:
        named = {place.district for place in self._library.places if place.district}
        cores = {_core(name, self._levels) for name in named}
        return re.compile(_any_of(name for name in cores if len(name) >= NAME_LEAST))

    @cached_property
    def _part(self) -> re.Pattern[str]:
        figures = "".join(_FIGURES)
        kinds = _any_of(self._kinds)
        sides = _any_of(self._library.words["place_sides"])
        number = rf"[a-z](?![a-z])|\d{{1,4}}|[{figures}]{{1,3}}"
        return re.compile(
            rf"(?<![a-z\d{figures}])(?P<number>{number})\u53f7?(?P<kind>{kinds})"
            rf"|(?P<side>[{SIDES}])(?P<of_side>{sides})"
        )

    @cached_property
    def _gazetteer(self) -> Mapping[str, tuple[str, ...]]:
        """Names without what is left out of them, by their first two characters, longest first."""
        found: dict[str, set[str]] = {}
        for name, place in self._library.names_of_places:
            if place.kind not in {"metro", "airport", "landmark"}:
                continue
            core = next(
                (name.removesuffix(end) for end in self._suffixes if name.endswith(end)), name
            )
            if len(core) >= NAME_LEAST and not self._cuts.search(core):
                found.setdefault(core[:NAME_LEAST], set()).add(core)
        return {key: tuple(sorted(names, key=len, reverse=True)) for key, names in found.items()}


class _Marks:
    """What has been found in one text so far, and which of its characters belong to it."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.taken = [False] * len(words)
        self.names: set[str] = set()
        self.areas: dict[str, set[str]] = {}
        self.parts: dict[str, set[str]] = {}

    def name(self, name: str, start: int, end: int) -> None:
        self.names.add(name)
        self.taken[start:end] = [True] * (end - start)

    def put(self, sets: dict[str, set[str]], kind: str, value: str, start: int, end: int) -> None:
        sets.setdefault(kind, set()).add(value)
        self.taken[start:end] = [True] * (end - start)

    def whereabouts(self) -> Whereabouts:
        in_areas = {name for known in self.areas.values() for name in known}
        both = list(zip(self.words, self.taken, strict=True))
        rest = "".join(ch for ch, is_taken in both if not is_taken)
        said = "".join(ch for ch, is_taken in both if is_taken)
        names = frozenset(self.names - in_areas)
        return Whereabouts(names, _frozen(self.areas), _frozen(self.parts), rest, self.words, said)


def _any_of(words: Iterable[str]) -> str:
    listed = list(words)
    return (
        "(?:" + "|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True)) + ")"
    )


def _core(name: str, ends: Mapping[str, str]) -> str:
    return next((name.removesuffix(end) for end in ends if name.endswith(end)), name)


def _frozen(sets: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in sets.items()}


def _joined(
    one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]
) -> Mapping[str, frozenset[str]]:
    return {
        key: one.get(key, frozenset()) | other.get(key, frozenset())
        for key in one.keys() | other.keys()
    }
