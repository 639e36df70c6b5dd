"""Stops for tests: so many metres north of a centre, as rows of the database."""

from typing import Any

from db.models import RestStopRow
from db.session import Sessions, transaction
from services.turns import Position

CENTRE = Position(23.0, 113.0)
METRE = 1 / 111_195


def stop(key: str, north_m: float | None, accuracy: str = "exact", **fields: Any) -> RestStopRow:
    """A stop so many metres north of the centre; without a position when that is None."""
    lat, lon = (None, None) if north_m is None else (CENTRE.lat + north_m * METRE, CENTRE.lon)
    given = {
        "id": key, "name": f"{key}驿站", "kind": "工会驿站", "province": "广东", "city": "广州",
        "district": "测试区", "street": None, "address": "测试路1号", "lat": lat, "lon": lon,
        "accuracy": accuracy, "entry": "unknown", "facilities": (), "lacks": (),
        "other_facilities": [], "status": "open_to_public", "confidence": "medium",
        "identity": key, **fields,
    }  # fmt: skip
    return RestStopRow(**given)


async def store(sessions: Sessions, *stops: RestStopRow) -> None:
    """Put these stops into the database."""
    async with transaction(sessions) as session:
        session.add_all(stops)
