"""When two entries are the same stop: the same host at the same address.

Brands change from list to list, so the name without its brand stands for the host where none is
given (research: rest-stops, section 1).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from content.library import Library
from kit import ids
from kit.text import normalise

_MARKS = re.compile(r"[\W_]+")
_SHORTEST = 2  # characters that a district's name keeps without its end: 东区 stays 东区
_SAME_PLACE = 3  # decimals of a degree, some 100 m


@dataclass(frozen=True)
class Address:
    """Who and where, as an entry has it; city and province by their short names."""

    name: str
    host: str | None
    province: str
    city: str
    district: str | None
    street: str | None
    address: str | None
    here: tuple[float, float] | None = None  # latitude and longitude in WGS-84


def here_of(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    """A position as `Address` holds it, from columns that may be empty."""
    return None if lat is None or lon is None else (lat, lon)


def identity(library: Library, entry: Address) -> str:
    """A digest that entries of the same stop share.

    Lists write a district in full, in short or not at all, so it only counts where no address
    says more. A stop with neither address nor host has only its name, which others may share, so
    its place counts too.
    """
    where = _without_areas(library, _bare(entry.address or ""), entry, in_address=True)
    who = host(library, entry)
    if where:
        return ids.digest(f"{entry.city}||{who}|{where}")
    nameless = entry.here is not None and not _bare(entry.host or "")
    place = [f"{degrees:.{_SAME_PLACE}f}" for degrees in entry.here or () if nameless]
    district = _short(entry.district or "", library.words["district_ends"])
    return ids.digest("|".join((entry.city, district, who, *place)))


def host(library: Library, entry: Address) -> str:
    """Whose rooms an entry's are, as it is compared: the host, else the name without its brand."""
    return _bare(entry.host or "") or _host_in_name(library, entry)


def _host_in_name(library: Library, entry: Address) -> str:
    whole = name = _bare(entry.name)
    for brand in _all_bare(library.words["stop_brands"]):
        name = name.replace(brand, "")
    # A name that is nothing but a brand says no host; then the whole of it has to do.
    return _without_areas(library, name, entry) or whole


def _bare(text: str) -> str:
    return _MARKS.sub("", normalise(text))


def _without_areas(
    library: Library, text: str, entry: Address, *, in_address: bool = False
) -> str:
    """The text without the names of areas in front: some lists write them, some do not."""
    words = library.words
    ends = words["area_ends"]
    text = _without(text, (*_written(entry.province, ends), *_written(entry.city, ends)))
    shorter = _without(text, _written_districts(entry.district or "", words["district_ends"]))
    if in_address and shorter == text:
        # Whether the entry names its district or not: others of the same stop may.
        pattern = _district_in_front(words["front_district_ends"], words["no_district"])
        shorter = pattern.sub("", text)
    return _without(shorter, _written(entry.street, ends)) if entry.street else shorter


def _without(text: str, fronts: tuple[str, ...]) -> str:
    for front in fronts:
        text = text.removeprefix(front)
    return text


@lru_cache(1)
def _district_in_front(ends: tuple[str, ...], no_district: tuple[str, ...]) -> re.Pattern[str]:
    end, none = ("|".join(map(re.escape, words)) for words in (ends, no_district))
    return re.compile(rf"^(?!.{{0,2}}(?:{none}))[\u4e00-\u9fff]{{2,3}}?(?:{end})")


def _short(district: str, ends: tuple[str, ...]) -> str:
    """A district without its end: 南沙 for 南沙区."""
    bare = _bare(district)
    short = bare[:-1] if bare.endswith(ends) else bare
    return short if len(short) >= _SHORTEST else bare


@lru_cache(10_000)
def _written_districts(district: str, ends: tuple[str, ...]) -> tuple[str, ...]:
    # Never without an end: 南沙大道 of a list that leaves the district out keeps its 南沙 too.
    short = _short(district, ends)
    if short.endswith(ends):
        return (short,)
    return tuple(short + end for end in ends) if short else ()


@lru_cache(10_000)  # a file of a whole country names some thousands of areas
def _written(area: str, ends: tuple[str, ...]) -> tuple[str, ...]:
    return _all_bare((*(area + end for end in ends), area))


@lru_cache(100)
def _all_bare(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_bare, words))
