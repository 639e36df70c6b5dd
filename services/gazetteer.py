"""Named places: what a worker's words point at, and what a position lies beside."""

from dataclasses import dataclass

from content.library import Library
from content.schema import Place
from kit.text import normalise
from services.geo import distance_m
from services.turns import Position

# A metro station, airport or landmark is a point; a town's point is only its middle.
POINTS = frozenset({"metro", "airport", "landmark"})
AROUND_MOST = 3  # characters that may stand around a place that is all that was said
NAME_LEAST = 2  # one character is no name


@dataclass(frozen=True)
class Beside:
    """The named place nearest to a position, and how far off it is in metres."""

    place: Place
    distance_m: int


def position_of(place: Place) -> Position:
    """A place's position; the gazetteer is WGS-84 throughout."""
    return Position(place.lat, place.lon)


def nearest(library: Library, position: Position, within_m: float) -> Beside | None:
    """The nearest point-like place to a WGS-84 position, if one lies within a distance."""
    points = (place for place in library.places if place.kind in POINTS)
    found = min(
        ((distance_m(position, position_of(place)), place) for place in points),
        key=lambda pair: pair[0],
        default=None,
    )
    if found is None or found[0] > within_m:
        return None
    return Beside(found[1], round(found[0]))


def mentioned(library: Library, text: str) -> tuple[Place, ...]:
    """The places that a text names: the longest name found, and all that share it.

    "东涌" is both a town and a station, so more than one may come back and the caller has to ask.
    A city named beside it decides between namesakes.
    """
    words = normalise(text)
    suffixes = library.words["place_suffixes"]
    found: list[tuple[int, Place]] = []
    for name, place in library.names_of_places:
        size = _match(words, name, suffixes)
        if size:
            found.append((size, place))
    if not found:
        return ()
    of_kind = [(size, place) for size, place in found if _is_called(library, words, place)]
    found = of_kind or found
    longest = max(size for size, _ in found)
    places = [place for size, place in found if size == longest]
    in_city = [place for place in places if place.city in words]
    return tuple(in_city or places)


def is_a_place(library: Library, text: str) -> bool:
    """Whether a text is the name of a place and hardly anything more ("我在黄阁地铁站")."""
    words = normalise(text)
    suffixes = library.words["place_suffixes"]
    sizes = [_match(words, name, suffixes) for name, _ in library.names_of_places]
    size = max(len(library.region_in(words) or ""), *sizes)
    for around in (*library.words["around_a_place"], *suffixes):
        words = words.replace(around, "")
    return size > 0 and len(words) - size <= AROUND_MOST


def _is_called(library: Library, words: str, place: Place) -> bool:
    """Whether the text says of which kind the place is: "黄阁地铁站" is no town."""
    return any(word in words for word in library.words.get(f"kind_{place.kind}", ()))


def _match(words: str, name: str, suffixes: tuple[str, ...]) -> int:
    """How many characters of a place's name stand in the text, with or without its suffix."""
    if name in words:
        return len(name)
    for suffix in suffixes:
        core = name.removesuffix(suffix)
        if core != name and len(core) >= NAME_LEAST and core in words:
            return len(core)
    return 0
