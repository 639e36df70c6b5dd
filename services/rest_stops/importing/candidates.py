"""A checked row of a file with what it is compared by, and the columns it would fill."""

from dataclasses import dataclass
from typing import Any

from content.library import Library
from services.rest_stops.columns import OF_POSITION, inside, placed
from services.rest_stops.identity import Address, host, identity
from services.rest_stops.importing.data import StopValues
from services.turns import Position

AS_THEY_ARE = (
    *("name", "kind", "host", "province", "city", "district", "street", "address"),
    *("hours_text", "opening_hours", "entry_note", "facilities", "lacks", "fee", "admits"),
    *("phone", "operator", "note", "source", "source_url", "published_on", "checked_on"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may become a stop; `here` is its position in WGS-84."""

    row: int
    values: StopValues
    identity: str
    host: str
    here: Position | None


def prepare(library: Library, row: int, values: StopValues) -> Candidate:
    """The row with its identity and its place; needs no database."""
    given = given_position(values)
    here = None if given is None else inside(given)
    address = Address(
        *(values.name, values.host, values.province, values.city),
        *(values.district, values.street, values.address),
        None if here is None else (here.lat, here.lon),
    )
    return Candidate(
        row=row,
        values=values,
        identity=identity(library, address),
        host=host(library, address),
        here=here,
    )


def given_position(values: StopValues) -> Position | None:
    """The position as the file gives it."""
    if values.lat is None or values.lon is None or values.datum is None:
        return None
    return Position(values.lat, values.lon, values.datum)


def columns_of_new(candidate: Candidate, stop_id: str) -> dict[str, Any]:
    """The columns of a stop that is not known yet; what is not said is unknown."""
    values = candidate.values
    return {
        "id": stop_id,
        **{name: getattr(values, name) for name in AS_THEY_ARE},
        "other_facilities": list(values.other_facilities),
        "entry": values.entry or "unknown",
        "status": values.status or "open_to_public",
        "confidence": values.confidence or "medium",
        "identity": candidate.identity,
        **columns_of_position(candidate),
    }


def columns_of_position(candidate: Candidate) -> dict[str, Any]:
    """The columns that say where it is; a file names neither the landmark nor the map."""
    values = candidate.values
    empty: dict[str, Any] = dict.fromkeys(OF_POSITION)
    given = given_position(values)
    if given is None or candidate.here is None or values.accuracy is None:
        return {"accuracy": "none", **empty}
    return {
        "accuracy": values.accuracy,
        **empty,
        **placed(given, candidate.here),
    }
