"""Finding names of persons by surnames and by what stands around them; content/names.yml knows.

No model: a name counts only where a word beside it says so (a title, a role, a verb behind it), or
where surname and given name are both as usual. A place or a common word is never one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from content.library import Library
from services.masking.marks import Found, Kind

_HAN = re.compile("[\u3400-\u9fff]")
_NOTHING = r"(?!)"
_LONGEST_WORD = 6
_WHOLE = 2  # characters of the usual longer given name


class Names:
    """The rules for one edition of the content, made once."""

    def __init__(self, library: Library) -> None:
        words = _Lists(library.names)
        self._given, self._never = words.letters("given"), words.letters("never")
        self._surnames = words.letters("surnames") | words.letters("compound_surnames")
        self._behind = _Words(words["behind_names"])
        self._no_names = _Words((*words["no_names"], *_places(library)))
        self._bare_starts = words.letters("before_bare")
        self._bare_ends = words.letters("behind_bare")
        self._place_ends = words.letters("place_ends")
        surname = f"({words.any('compound_surnames', 'surnames')})"
        calls, some = words.any("calls"), words.any("somebody")
        self._cued = re.compile(rf"{words.any('before_names')}(?:{calls}|[:\s]){{0,3}}{surname}")
        self._role = re.compile(rf"{words.any('roles')}(?:{calls}|:)?\s?{surname}")
        self._called = re.compile(
            rf"(?<!{words.any('not_before_surnamed')}){words.any('surnamed')}{surname}"
            rf"(?!{words.any('not_behind_surnamed')})"
        )
        self._some = re.compile(
            rf"({surname}{some}(?:{some}|{words.any('given')}(?!{_HAN.pattern}))?)"
            rf"(?!{words.any('not_behind_somebody')})"
        )
        short = "|".join(map(_short_title, words["short_titles"]))
        self._title = re.compile(
            rf"{words.any('titles')}|{short}" if short else words.any("titles")
        )
        young = words.any("young_and_old")
        self._young = re.compile(
            rf"(?:{words.any('roles')}|(?<!{words.any('not_before_young')})){young}{surname}"
        )
        self._nick = re.compile(rf"{words.any('roles')}({young}{words.any('given')})")
        self._surname = re.compile(surname)

    def find(self, view: str) -> Iterator[Found]:
        """The names in a text, one rule after the other; without the words that told them."""
        taken = bytearray(len(view))
        for rule in (self._by_cue, self._by_title, self._by_role, self._by_habit, self._alone):
            for start, end in rule(view):
                if not any(taken[start:end]):
                    taken[start:end] = b"\1" * (end - start)
                    yield Found(start, end, Kind.NAME)

    def _by_cue(self, view: str) -> Iterator[tuple[int, int]]:
        """The text says that a name follows, so it may be of any characters."""
        for match in self._cued.finditer(view):
            start, behind = match.span(1)
            size = self._given_size(view, behind, freely=True)
            if size:
                yield start, behind + size

    def _by_title(self, view: str) -> Iterator[tuple[int, int]]:
        """A title stands behind: the longest name that can end there."""
        for title in self._title.finditer(view):
            end = title.start()
            for start in range(max(0, end - 4), end):
                if self._ends_as_name(view, start, end):
                    yield start, end
                    break

    def _by_role(self, view: str) -> Iterator[tuple[int, int]]:
        """What somebody is stands before his full name."""
        for match in self._role.finditer(view):
            yield from self._named(view, *match.span(1))

    def _by_habit(self, view: str) -> Iterator[tuple[int, int]]:
        """A surname alone, as it is said of people."""
        for rule in (self._called, self._some):
            for match in rule.finditer(view):
                if not self._no_names.cover(view, match.start(1)):
                    yield match.span(1)
        for rule in (self._young, self._nick):
            for match in rule.finditer(view):
                start, end = match.span(1)
                last = view[end : end + 1]
                follows = not last or last in self._bare_ends or not last.isalnum()
                if follows and not self._no_names.cover(view, end - 1):
                    yield start, end

    def _alone(self, view: str) -> Iterator[tuple[int, int]]:
        """A usual name without any cue: three characters, or two between words that fit."""
        for match in self._surname.finditer(view):
            for start, end in self._named(view, *match.span()):
                behind = view[end : end + 1]
                if behind and behind in self._place_ends:
                    continue
                before_fits = (
                    start == 0
                    or not view[start - 1].isalnum()
                    or view[start - 1] in self._bare_starts
                )
                behind_fits = not behind or not behind.isalnum() or behind in self._bare_ends
                if end - match.end() == _WHOLE or (before_fits and behind_fits):
                    yield start, end

    def _named(self, view: str, start: int, behind: int) -> Iterator[tuple[int, int]]:
        """The surname with a usual given name behind it, unless a word of its own is there."""
        size = self._given_size(view, behind)
        if size and not self._no_names.cover(view, start):
            yield start, behind + size

    def _given_size(self, view: str, at: int, *, freely: bool = False) -> int:
        """How many characters of a given name stand there: 0, 1 or 2."""
        for size in range(_WHOLE):
            place = at + size
            letter = view[place : place + 1]
            if size and letter in self._never:
                return size
            if letter not in self._given and not (freely and self._may_be_given(letter)):
                return size
            # Behind one character a common word is more likely than a second one.
            if self._behind.begin(view, place) or (size and self._no_names.begin(view, place)):
                return size
        return _WHOLE

    def _may_be_given(self, letter: str) -> bool:
        return letter not in self._never and _HAN.fullmatch(letter) is not None

    def _ends_as_name(self, view: str, start: int, end: int) -> bool:
        for size in (2, 1):
            surname, given = view[start : start + size], view[start + size : end]
            if surname in self._surnames and len(surname) == size and start + size <= end:
                usual = len(given) <= _WHOLE and all(letter in self._given for letter in given)
                return usual and not self._no_names.cover(view, start)
        return False


class _Lists:
    """The lists of content/names.yml; one that is missing there is empty, and fits nothing."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        self._lists = lists

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._lists.get(key, ())

    def letters(self, key: str) -> frozenset[str]:
        """A list as a set."""
        return frozenset(self[key])

    def any(self, *keys: str) -> str:
        """A pattern of any word of these lists, longer ones first."""
        words = sorted((word for key in keys for word in self[key]), key=len, reverse=True)
        return f"(?:{'|'.join(map(re.escape, words))})" if words else _NOTHING


class _Words:
    """Words to be found at a place of a text."""

    def __init__(self, words: Iterable[str]) -> None:
        # For each distance from the beginning and each character there: the words that have it.
        self._having: tuple[dict[str, tuple[str, ...]], ...] = tuple(
            {} for _ in range(_LONGEST_WORD)
        )
        for word in frozenset(words):
            for having, letter in zip(self._having, word, strict=False):
                having[letter] = (*having.get(letter, ()), word)

    def begin(self, view: str, at: int) -> bool:
        """Whether one of them begins there."""
        return view.startswith(self._having[0].get(view[at : at + 1], ()), at)

    def cover(self, view: str, at: int) -> bool:
        """Whether the character there is a part of one of them."""
        return any(
            view.startswith(having.get(view[at], ()), at - distance)
            for distance, having in enumerate(self._having[: at + 1])
        )


def _places(library: Library) -> Iterator[str]:
    """What places are called, with and without what their names end with."""
    words = library.words
    ends = (*words.get("place_suffixes", ()), *words.get("district_ends", ()))
    named = {place.name for place in library.places}
    named |= {place.district for place in library.places if place.district}
    named |= {stop.district for stop in library.stops.values() if stop.district}
    named |= {region for pair in library.regions.items() for region in (pair[0], *pair[1])}
    for name in named:
        yield name[:_LONGEST_WORD]
        yield from (
            core for end in ends if (core := name.removesuffix(end)) != name and len(core) > 1
        )


def _short_title(entry: str) -> str:
    title, _, not_behind = entry.partition("=")
    return f"{title}(?![{not_behind}])" if not_behind else title
