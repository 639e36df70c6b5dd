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


def identity(library: Library, entry: Address) -> str:
    """A digest that entries of the same stop share; of those without an address, by name alone."""
    where = _without_areas(library, _bare(entry.address or ""), entry)
    return ids.digest("|".join((entry.city, entry.district or "", host(library, entry), where)))


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


def _without_areas(library: Library, text: str, entry: Address) -> str:
    """The text without the names of areas in front: some lists write them, some do not."""
    for area in filter(None, (entry.province, entry.city, entry.district, entry.street)):
        for written in _written(area, library.words["area_ends"]):
            text = text.removeprefix(written)
    return text


@lru_cache(10_000)  # a file of a whole country names some thousands of areas
def _written(area: str, ends: tuple[str, ...]) -> tuple[str, ...]:
    return _all_bare((*(area + end for end in ends), area))


@lru_cache(100)
def _all_bare(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_bare, words))
