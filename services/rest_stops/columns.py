"""A stop of the content's shape as columns of its row: derived once, here, for every road in."""

from collections.abc import Mapping
from typing import Any

from content.library import Library
from content.schema import RestStop
from db.models import RestStopRow
from db.repositories.rest_stops import WITHDRAWN
from services.geo import to_wgs84
from services.rest_stops.identity import Address, here_of, identity
from services.turns import Position

AS_THEY_ARE = (
    *("id", "name", "kind", "host", "province", "city", "district", "street", "address"),
    *("hours_text", "opening_hours", "entry", "entry_note", "facilities", "lacks", "fee"),
    *("admits", "phone", "operator", "status", "note", "source", "source_url", "published_on"),
    *("checked_on", "confidence", "accuracy"),
)
OF_POSITION = (
    "lat",
    "lon",
    "published_position",
    "landmark",
    "est_error_m",
    "credit",
)
# What follows from other columns; a history that names it would say everything twice.
DERIVED = frozenset({"lat", "lon", "identity"})
# Stand in for what a stop of our own may lack and a shipped one may not.
UNDATED, ANY_ID = "-", "stop"


def columns(library: Library, stop: RestStop) -> dict[str, Any]:
    """A stop as columns; its position in WGS-84 beside the published one."""
    values: dict[str, Any] = {name: getattr(stop, name) for name in AS_THEY_ARE}
    values["other_facilities"] = list(stop.other_facilities)
    values |= _position(stop)
    address = Address(
        *(stop.name, stop.host, stop.province, stop.city),
        *(stop.district, stop.street, stop.address),
        here_of(values["lat"], values["lon"]),
    )
    return values | {"identity": identity(library, address)}


def given(row: RestStopRow) -> dict[str, Any]:
    """What a row was made of: parts of the content's shape, the position as it was published."""
    parts: dict[str, Any] = {name: getattr(row, name) for name in AS_THEY_ARE}
    parts["other_facilities"] = tuple(row.other_facilities)
    accuracy = parts.pop("accuracy")
    parts["position"] = None
    if accuracy != "none":
        inside = {"lat": row.lat, "lon": row.lon, "datum": "wgs84"}
        about = {name: getattr(row, name) for name in ("landmark", "est_error_m", "credit")}
        parts["position"] = {**(row.published_position or inside), **about, "accuracy": accuracy}
    return parts


def columns_of(library: Library, parts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a stop that is no part of an edition: it may be undated or withdrawn.

    Raises pydantic's ValidationError for what the content's shape refuses besides.
    """
    kept = {name: parts[name] for name in ("id", "published_on", "status")}
    shape = {**parts, "id": ANY_ID, "published_on": kept["published_on"] or UNDATED}
    if kept["status"] == WITHDRAWN:
        del shape["status"]
    return columns(library, RestStop.model_validate(shape)) | kept


def inside(given: Position) -> Position:
    """A published position in WGS-84, as it is stored."""
    converted = to_wgs84(given)
    return Position(round(converted.lat, 7), round(converted.lon, 7))


def placed(given: Position, here: Position) -> dict[str, Any]:
    """The columns of a published position that lies `here` in WGS-84."""
    return {
        "lat": here.lat,
        "lon": here.lon,
        "published_position": {"lat": given.lat, "lon": given.lon, "datum": given.datum},
    }


def _position(stop: RestStop) -> dict[str, Any]:
    published = stop.position
    if published is None:
        return dict.fromkeys(OF_POSITION)
    given = Position(published.lat, published.lon, published.datum)
    return {
        **placed(given, inside(given)),
        "landmark": published.landmark,
        "est_error_m": published.est_error_m,
        "credit": published.credit,
    }
