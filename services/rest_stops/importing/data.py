"""One stop as a district states it, and what is said of a whole table at once."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from content.schema import Accuracy, Datum, Entry

Status = Literal["open_to_public", "under_construction", "withdrawn"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Defaults:
    """What whoever imports says of all rows at once, where a row says nothing itself."""

    city: str | None = None
    kind: str | None = None
    datum: Datum | None = None
    accuracy: Accuracy | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class StopValues:
    """One stop as a table states it; None is not said. `lat` and `lon` are in `datum`.

    `hours_derived` tells that the rule follows from the words and was not given; `is_whole_list`
    that a cell named all facilities, not a column one of them.
    """

    name: str
    kind: str
    province: str
    city: str
    code: str | None = None
    host: str | None = None
    district: str | None = None
    street: str | None = None
    address: str | None = None
    lat: float | None = None
    lon: float | None = None
    datum: Datum | None = None
    accuracy: Accuracy | None = None
    hours_text: str | None = None
    opening_hours: str | None = None
    hours_derived: bool = False
    entry: Entry | None = None
    entry_note: str | None = None
    facilities: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    other_facilities: tuple[str, ...] = ()
    is_whole_list: bool = False
    fee: str | None = None
    admits: str | None = None
    phone: str | None = None
    operator: str | None = None
    source: str | None = None
    source_url: str | None = None
    published_on: str | None = None
    checked_on: date | None = None
    status: Status | None = None
    note: str | None = None
    confidence: Confidence | None = None
