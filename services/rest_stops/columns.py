"""A stop of the content's shape as columns of its row: derived once, here, for every road in."""

from typing import Any

from content.library import Library
from content.schema import RestStop
from services.geo import cell, to_wgs84
from services.rest_stops.identity import Address, identity
from services.turns import Position

AS_THEY_ARE = (
    *("id", "name", "kind", "host", "province", "city", "district", "street", "address"),
    *("hours_text", "opening_hours", "entry", "entry_note", "facilities", "lacks", "fee"),
    *("admits", "phone", "operator", "status", "note", "source", "source_url", "published_on"),
    *("checked_on", "confidence", "accuracy"),
)
OF_POSITION = ("lat", "lon", "cell", "published_position", "landmark", "est_error_m", "credit")
# A district's middle says nothing of where in it a stop lies: it is not to be found by position.
FINDABLE = frozenset({"exact", "landmark", "street"})


def columns(library: Library, stop: RestStop) -> dict[str, Any]:
    """A stop as columns; its position in WGS-84 beside the published one."""
    values: dict[str, Any] = {name: getattr(stop, name) for name in AS_THEY_ARE}
    values["other_facilities"] = list(stop.other_facilities)
    address = Address(
        stop.name, stop.host, stop.province, stop.city, stop.district, stop.street, stop.address
    )
    values["identity"] = identity(library, address)
    return values | _position(stop)


def inside(given: Position) -> Position:
    """A published position in WGS-84, as it is stored."""
    converted = to_wgs84(given)
    return Position(round(converted.lat, 7), round(converted.lon, 7))


def placed(given: Position, here: Position, accuracy: str) -> dict[str, Any]:
    """The columns of a published position that lies `here` in WGS-84."""
    return {
        "lat": here.lat,
        "lon": here.lon,
        "cell": cell(here) if accuracy in FINDABLE else None,
        "published_position": {"lat": given.lat, "lon": given.lon, "datum": given.datum},
    }


def _position(stop: RestStop) -> dict[str, Any]:
    published = stop.position
    if published is None:
        return dict.fromkeys(OF_POSITION)
    given = Position(published.lat, published.lon, published.datum)
    return {
        **placed(given, inside(given), stop.accuracy),
        "landmark": published.landmark,
        "est_error_m": published.est_error_m,
        "credit": published.credit,
    }
