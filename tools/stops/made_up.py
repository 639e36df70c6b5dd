"""Makes up stops over China, crowded where people are, to measure with; the same for a seed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin, tau
from pathlib import Path
from typing import Any, TypeVar

import yaml

from content.library import Library
from content.schema import Accuracy, Datum
from services.districts import Area, Districts
from services.geo import from_wgs84
from services.hours.reading import derive
from services.rest_stops.importing.data import StopValues
from services.turns import Position

WORDS = Path(__file__).with_name("made_up.yml")
IN_BIG_CITIES = 0.5
ALWAYS_OPEN, HOURS_UNKNOWN = 0.065, 0.30
EXACT, LANDMARK = 0.85, 0.05  # the rest lies in a street
TOWNS = 2_500  # where the other half of the stops is
CITY_KM, TOWN_KM = 15.0, 3.0
# Where nearly all people live.
SOUTH, NORTH, WEST, EAST = 21.0, 46.0, 99.0, 127.0
_KM = 1 / 111.195
_YEARS = ("2023", "2024", "2025-03", "2025-11-02", "2026", "2026-05-20")
T = TypeVar("T")


class Draws:
    """Numbers that look random and are the same for a seed, on every machine."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def share(self) -> float:
        """A number from 0 up to 1."""
        # SplitMix64: a counter, well stirred.
        self._state = (self._state + 0x9E3779B97F4A7C15) % 2**64
        stirred = self._state
        stirred = (stirred ^ (stirred >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        stirred = (stirred ^ (stirred >> 27)) * 0x94D049BB133111EB % 2**64
        return float((stirred ^ (stirred >> 31)) >> 11) / 2**53

    def one_of(self, items: Sequence[T]) -> T:
        """Any of them."""
        return items[int(self.share() * len(items))]


@dataclass(frozen=True)
class _Spot:
    here: Position
    area: Area


def made_up(
    library: Library, count: int, seed: int, datum: Datum = "gcj02"
) -> Iterator[StopValues]:
    """So many stops: half of them within 15 km of the middles of the 30 biggest cities.

    The shares of what they have are those of the research on rest stops, section 1 and 4. No two
    have the same host and address. Positions are in `datum`.
    """
    making = _Making(library, Draws(seed), yaml.safe_load(WORDS.read_text("utf-8")), datum)
    for number in range(1, count + 1):
        yield making.stop(number)


class _Making:
    def __init__(
        self, library: Library, draws: Draws, words: Mapping[str, Any], datum: Datum
    ) -> None:
        self._library = library
        self._draws = draws
        self._words = words
        self._datum = datum
        self._districts = Districts()
        self._cities = [Position(*middle) for middle in words["cities"].values()]
        self._towns = [self._town().here for _ in range(TOWNS)]

    def stop(self, number: int) -> StopValues:
        spot, words, one_of = self._spot(), self._words, self._draws.one_of
        parts = {
            "number": number,
            "road": one_of(words["roads"]),
            "host": one_of(words["hosts"]),
            "brand": one_of(words["brands"]),
            "district": spot.area.district or spot.area.city,
        }
        given = from_wgs84(spot.here, self._datum)
        hours = self._hours()
        return StopValues(
            **{name: words[name].format(**parts) for name in ("name", "host", "address")},
            operator=words["operator"].format(**parts),
            code=f"{number:07}",
            kind=one_of(words["kinds"]),
            province=spot.area.province,
            city=spot.area.city,
            district=spot.area.district,
            lat=round(given.lat, 6),
            lon=round(given.lon, 6),
            datum=self._datum,
            accuracy=self._accuracy(),
            hours_text=hours,
            opening_hours=derive(hours) if hours else None,
            entry=one_of(words["entries"]),
            facilities=tuple(
                key for key, share in words["facilities"].items() if self._happens(share / 100)
            ),
            is_whole_list=True,
            source=words["source"],
            published_on=one_of(_YEARS),
        )

    def _spot(self) -> _Spot:
        in_city = self._happens(IN_BIG_CITIES)
        middle = self._draws.one_of(self._cities if in_city else self._towns)
        while True:
            # A little thicker in the middle, as towns are.
            away = self._draws.share() ** 0.6 * (CITY_KM if in_city else TOWN_KM) * _KM
            turn = self._draws.share() * tau
            lon = middle.lon + away * cos(turn) / cos(radians(middle.lat))
            spot = self._at(middle.lat + away * sin(turn), lon)
            if spot is not None:
                return spot

    def _town(self) -> _Spot:
        while True:
            lat = SOUTH + self._draws.share() * (NORTH - SOUTH)
            spot = self._at(lat, WEST + self._draws.share() * (EAST - WEST))
            if spot is not None:
                return spot

    def _at(self, lat: float, lon: float) -> _Spot | None:
        here = Position(lat, lon)
        area = self._districts.at(here)
        known = self._library.regions.get(area.province, ()) if area else ()
        return _Spot(here, area) if area and area.city in known else None

    def _accuracy(self) -> Accuracy:
        share = self._draws.share()
        return "exact" if share < EXACT else "landmark" if share < EXACT + LANDMARK else "street"

    def _hours(self) -> str | None:
        share = self._draws.share()
        if share < HOURS_UNKNOWN:
            return None
        always: str = self._words["always"]
        texts: list[str] = self._words["hours"]
        return always if share < HOURS_UNKNOWN + ALWAYS_OPEN else self._draws.one_of(texts)

    def _happens(self, share: float) -> bool:
        return self._draws.share() < share
