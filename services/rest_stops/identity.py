"""When two entries are the same stop: the same host at the same address.

Brands change from list to list, so the name without its brand stands for the host where none is
given (research: rest-stops, section 1).
"""

import re
from dataclasses import dataclass

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
    who = _bare(entry.host or "") or _host_in_name(library, entry)
    return ids.digest("|".join((entry.city, entry.district or "", who, where)))


def _host_in_name(library: Library, entry: Address) -> str:
    whole = name = _bare(entry.name)
    for brand in library.words["stop_brands"]:
        name = name.replace(_bare(brand), "")
    # A name that is nothing but a brand says no host; then the whole of it has to do.
    return _without_areas(library, name, entry) or whole


def _bare(text: str) -> str:
    return _MARKS.sub("", normalise(text))


def _without_areas(library: Library, text: str, entry: Address) -> str:
    """The text without the names of areas in front: some lists write them, some do not."""
    for area in filter(None, (entry.province, entry.city, entry.district, entry.street)):
        for written in (*(area + end for end in library.words["area_ends"]), area):
            text = text.removeprefix(_bare(written))
    return text
