"""What a row of a file changes of a known stop; what the row does not say is left as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from content.library import Library
from services.rest_stops.columns import DERIVED, OF_POSITION
from services.rest_stops.identity import Address, here_of, identity
from services.rest_stops.importing.candidates import (
    Candidate,
    columns_of_position,
    given_position,
)
from services.rest_stops.importing.values import line
from services.rest_stops.importing.words import StopWords

_TEXTS = (
    *("name", "kind", "host", "province", "city", "district", "street", "address", "fee"),
    *("admits", "phone", "operator", "note", "source", "source_url", "published_on"),
)
_CHOICES = ("checked_on", "status", "confidence")
_OF_ADDRESS = ("name", "host", "province", "city", "district", "street", "address")
# Columns that only make sense together: an edit of one of them keeps them all.
TOGETHER = (
    frozenset({"hours_text", "opening_hours"}),
    frozenset({"entry", "entry_note"}),
    frozenset({"facilities", "lacks", "other_facilities"}),
    frozenset({"accuracy", *OF_POSITION}),
)


@dataclass(frozen=True)
class Change:
    """New values of a known stop, with what they were, by column."""

    row: int
    stop_id: str
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def split(self, kept: frozenset[str]) -> tuple["Change | None", "Change | None"]:
        """The change of all columns but those to be kept, and the change of those."""
        held = frozenset(kept).union(*(all_ for all_ in TOGETHER if all_ & kept))
        return self._of(self.after.keys() - held), self._of(self.after.keys() & held)

    def told(self) -> dict[str, Any]:
        """The change as the body of a revision, which is JSON: without what follows from it."""
        parts = {"before": self.before, "after": self.after}
        return {
            part: {name: _plain(new) for name, new in all_.items() if name not in DERIVED}
            for part, all_ in parts.items()
        }

    def _of(self, names: Iterable[str]) -> "Change | None":
        mine = [name for name in self.after if name in names]
        if not mine:
            return None
        before, after = ({name: part[name] for name in mine} for part in (self.before, self.after))
        return Change(self.row, self.stop_id, self.name, before, after)


class Comparer:
    """Holds rows of a file against known stops."""

    def __init__(self, library: Library) -> None:
        self._words = StopWords(library)

    def change(self, candidate: Candidate, old: Mapping[str, Any]) -> Change | None:
        """What the row changes of the stop with these columns; None where it says the same."""
        new = {
            **_texts(candidate, old),
            **_hours(candidate, old),
            **_entry(candidate, old),
            **self._facilities(candidate, old),
            **_position(candidate, old),
        }
        if not new:
            return None
        before = {name: old[name] for name in new}
        return Change(candidate.row, old["id"], old["name"], before, new)

    def _facilities(self, candidate: Candidate, old: Mapping[str, Any]) -> dict[str, Any]:
        values = candidate.values
        has, lacks, others = values.facilities, values.lacks, values.other_facilities
        if not (has or lacks or others):
            return {}
        # As a file would state them: a word of the others may be called a facility by now.
        known = self._words.facilities(self._words.listed(old))
        if not values.is_whole_list:
            has = _joined(known.has, has, lacks)
            lacks = _joined(known.lacks, lacks, has)
            others = _joined(known.others, others, ())
        was = set(known.has), set(known.lacks), set(known.others)
        if was == (set(has), set(lacks), set(others)):
            return {}
        return {"facilities": has, "lacks": lacks, "other_facilities": list(others)}


def derived(library: Library, old: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from what a change says of name, host, address and place."""
    if not after.keys() & {*_OF_ADDRESS, "lat", "lon"}:
        return {}
    new = {**old, **after}
    here = here_of(new["lat"], new["lon"])
    address = Address(**{name: new[name] for name in _OF_ADDRESS}, here=here)
    return {"identity": identity(library, address)}


def _joined(
    known: tuple[str, ...], said: tuple[str, ...], against: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(word for word in dict.fromkeys((*known, *said)) if word not in against)


def _texts(candidate: Candidate, old: Mapping[str, Any]) -> dict[str, Any]:
    values = candidate.values
    new: dict[str, Any] = {}
    for name in _TEXTS:
        said = getattr(values, name)
        if said is not None and said != old[name] and said != line(old[name] or ""):
            new[name] = said
    for name in _CHOICES:
        said = getattr(values, name)
        if said is not None and said != old[name]:
            new[name] = said
    return new


def _hours(candidate: Candidate, old: Mapping[str, Any]) -> dict[str, Any]:
    """New hours; a rule that only follows from words that are known already changes nothing."""
    values = candidate.values
    if values.hours_text is None:
        return {}
    same_words = values.hours_text == line(old["hours_text"] or "")
    if same_words and (values.hours_derived or values.opening_hours == old["opening_hours"]):
        return {}
    return {"hours_text": values.hours_text, "opening_hours": values.opening_hours}


def _entry(candidate: Candidate, old: Mapping[str, Any]) -> dict[str, Any]:
    """A new way in with its words; words alone leave the way as it is."""
    values = candidate.values
    entry = values.entry or old["entry"]
    kept = old["entry_note"] if entry == old["entry"] else None
    note = values.entry_note or kept
    if entry == old["entry"] and line(note or "") == line(old["entry_note"] or ""):
        return {}
    return {"entry": entry, "entry_note": note}


def _position(candidate: Candidate, old: Mapping[str, Any]) -> dict[str, Any]:
    values = candidate.values
    given = given_position(values)
    if given is None:
        return {}
    published = old["published_position"] or {}
    was = {name: published.get(name) for name in ("lat", "lon", "datum")}
    if was == asdict(given) and old["accuracy"] == values.accuracy:
        return {}
    return columns_of_position(candidate)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
