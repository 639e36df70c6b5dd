"""Stops as rows of a table that can be imported again, and as GeoJSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow
from db.repositories.rest_stops import WITHDRAWN
from db.repositories.stop_imports import StopImportRepository
from services.rest_stops.importing.values import line
from services.rest_stops.importing.words import StopWords
from services.sheets import guarded

AT_ONCE = 2_000
LEADS = "source_url"  # for staff only
# The columns in their order, as fields of stop_columns.yml.
_FIELDS = (
    *("code", "name", "kind", "host", "province", "city", "district", "street", "address"),
    *("lat", "lon", "datum", "accuracy", "hours_text", "opening_hours", "entry", "entry_note"),
    *("facilities", "fee", "admits", "phone", "operator", "status", "note", "source"),
    *("published_on", "checked_on", "confidence"),
)
# A place inside an area, not a door: nobody may measure from it.
IN_AN_AREA = frozenset({"street", "district"})
_PROPERTIES = (
    *("id", "name", "kind", "host", "province", "city", "district", "street", "address"),
    *("accuracy", "landmark", "est_error_m", "credit", "hours_text", "opening_hours", "entry"),
    *("entry_note", "facilities", "lacks", "other_facilities", "fee", "admits", "phone"),
    *("operator", "status", "note", "source", "published_on", "checked_on", "confidence"),
)


class Exporter:
    """Writes stops in the words that an import reads."""

    def __init__(self, library: Library, *, with_leads: bool = False) -> None:
        self._words = StopWords(library)
        self._fields = (*_FIELDS, *([LEADS] if with_leads else []))
        headers = library.stop_columns["headers"]
        self.headers = tuple(headers[field][0] for field in self._fields)

    def cells(self, row: RestStopRow) -> tuple[str, ...]:
        """The row as cells that no spreadsheet calculates with; empty where nothing is known."""
        stated = self._stated(row)
        return tuple(
            guarded(line(str(stated.get(field, getattr(row, field, None)) or "")))
            for field in self._fields
        )

    def _stated(self, row: RestStopRow) -> Mapping[str, Any]:
        word = self._words.word
        # What an import reads as nothing is written as nothing.
        stated: dict[str, Any] = {
            "code": row.id,
            "entry": word("entry", row.entry) if row.entry != "unknown" else None,
            "facilities": self._words.listed(vars(row)),
            "status": word("status", row.status),
            "confidence": word("confidence", row.confidence),
            "lat": None,
            "lon": None,
            "datum": None,
            "accuracy": None,
        }
        if row.accuracy != "none":
            published = row.published_position or {"lat": row.lat, "lon": row.lon}
            stated |= {name: repr(published[name]) for name in ("lat", "lon")}
            stated["datum"] = word("datum", published.get("datum", "wgs84"))
            stated["accuracy"] = word("accuracy", row.accuracy)
        return stated


def is_on_the_map(row: RestStopRow) -> bool:
    """Whether a map may show it: it has a position and is not withdrawn."""
    return row.accuracy != "none" and row.status != WITHDRAWN


def feature(row: RestStopRow) -> dict[str, Any]:
    """A stop with a position as a feature of GeoJSON (RFC 7946: WGS-84, longitude first)."""
    said = {name: _plain(getattr(row, name)) for name in _PROPERTIES}
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "properties": {
            **{name: value for name, value in said.items() if value not in (None, [])},
            "point_in_area_only": row.accuracy in IN_AN_AREA,
        },
    }


async def page(
    session: AsyncSession,
    after: str,
    city: str | None = None,
    district: str | None = None,
    limit: int = AT_ONCE,
) -> Sequence[RestStopRow]:
    """The next stops in the order of their ids, withdrawn ones too; none when all were given.

    One page is one short transaction: a long export must not keep workers waiting.
    """
    return await StopImportRepository(session).page(after, city, district, limit)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | float | list | None) else str(value)
