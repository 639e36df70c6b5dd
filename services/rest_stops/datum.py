"""Whether the positions of an import fit the datum that it claims, and which rows cannot be right.

A wrong datum moves all points of a file the same way by 0.5 to 1.3 km. One point proves nothing:
borders are drawn coarsely and a stop may be a walk away from the station in its address. So rows
vote, and only a clear majority speaks (the numbers behind the limits: docs/adr/0016-districts.md).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import floor
from typing import Final

from content.library import Library
from content.schema import Place
from services.districts import Districts
from services.gazetteer import position_of
from services.geo import distance_m, in_china, to_wgs84
from services.turns import Datum, Position

DATUMS: Final[tuple[Datum, ...]] = ("wgs84", "gcj02", "bd09")
FAR_M = 3_000.0  # more than any datum and any coarse border explain
VERY_FAR_M = 20_000.0  # outside the city: more than any border was moved in the last years
STRAYS_MOST = 0.2  # of a district's rows; beyond it the border is in doubt, not the rows
NO_POSITION_DEG = 0.01  # an empty cell becomes 0,0

MOST_ROWS_NAMED = 10  # in the sentence about the file
MOST_LOOKED_AT = 4_000  # rows of a long file; more would only repeat what these say
CLEARLY_OUTSIDE_M = 100.0  # below it the coarse borders speak, not the datum
CLEARLY_NEARER_M = 200.0  # a station's point and its exits
NEAR_STATION_M = 2_000.0  # farther off, the address names it for another reason
# By how many votes the other datum must lead: three in a short file, one more for every 12 places
# up to six; and one more, up to six, for each place that speaks against it or for neither.
LEAD_LEAST, LEAD_MOST, PLACES_A_LEAD = 3, 6, 12
DOUBTS_MOST = 6
LONGEST_NAME = 12  # characters of a station's name
_Stations = Mapping[tuple[str, str], Place]  # by city and by each way to call them
CELL_DEG = 0.01  # about 1 km: neighbours share their error, hence their vote


@dataclass(frozen=True)
class DatumPoint:
    """A row of a file: its number, its position as given, and what it says of where that is.

    City and district by short or long names; the district may be missing. `here` is the position
    in WGS-84 under the datum that the file claims, where somebody worked that out before.
    """

    row: int
    lat: float
    lon: float
    city: str
    district: str | None
    name: str
    address: str
    here: Position | None = None

    def under(self, datum: Datum, claimed: Datum) -> Position:
        """Where it is if its numbers are of that datum."""
        if datum == claimed and self.here is not None:
            return self.here
        return to_wgs84(Position(self.lat, self.lon, datum))


@dataclass(frozen=True)
class Verdict:
    """What a file's positions say. `better` is None when they fit or when nothing can be told.

    `rows` are those that speak for `better`; `row_faults` gives a row's number its message key.
    """

    claimed: Datum
    better: Datum | None = None
    rows: tuple[int, ...] = ()
    row_faults: Mapping[int, str] = field(default_factory=dict)


def complaint(verdict: Verdict, library: Library) -> str | None:
    """What to say of a file whose datum is wrong; None where nothing speaks against it."""
    if verdict.better is None:
        return None
    return library.say(
        "stops_import.datum_wrong",
        claimed=library.say(f"stops_import.datum_{verdict.claimed}"),
        better=library.say(f"stops_import.datum_{verdict.better}"),
        count=len(verdict.rows),
        rows="、".join(map(str, verdict.rows[:MOST_ROWS_NAMED])),
    )


@dataclass(frozen=True)
class _Fit:
    """One row under each datum: metres outside its district, metres from the station it names."""

    row: int
    cell: tuple[int, int]
    outside: Mapping[Datum, float] | None
    from_station: Mapping[Datum, float] | None

    def vote(self, claimed: Datum, other: Datum) -> int:
        """1 for the other datum, -1 for the claimed one, 0 where the row does not tell."""
        if self.from_station is not None:
            lead = self.from_station[claimed] - self.from_station[other]
            return (lead > CLEARLY_NEARER_M) - (lead < -CLEARLY_NEARER_M)
        if self.outside is None:
            return 0
        here, there = self.outside[claimed], self.outside[other]
        if there == 0:
            return int(here > CLEARLY_OUTSIDE_M)
        return -int(here == 0 and there > CLEARLY_OUTSIDE_M)

    def is_neither(self, claimed: Datum, other: Datum) -> bool:
        """Whether the row lies outside its district under both."""
        if self.from_station is not None or self.outside is None:
            return False
        return min(self.outside[claimed], self.outside[other]) > CLEARLY_OUTSIDE_M


@dataclass(frozen=True)
class _Count:
    """How a file's places stand between two datums."""

    places: int
    other: int
    claimed: int
    neither: int


def judge(
    points: Sequence[DatumPoint], claimed: Datum, districts: Districts, library: Library
) -> Verdict:
    """Hold a whole file against the datum it claims; silent unless the evidence is clear."""
    faults = _faults(points, claimed, districts)
    sound = [point for point in points if point.row not in faults]
    every = max(1, -(-len(sound) // MOST_LOOKED_AT))
    stations = _stations(library)
    fits = [_fit(point, claimed, districts, stations) for point in sound[::every]]
    better = _better(fits, claimed)
    rows = tuple(fit.row for fit in fits if better and fit.vote(claimed, better) > 0)
    return Verdict(claimed, better, rows, faults)


def _faults(
    points: Sequence[DatumPoint], claimed: Datum, districts: Districts
) -> Mapping[int, str]:
    """The message key of each row whose position cannot be right under any datum.

    Where many rows of a district lie beside it, it is our border that is wrong: in about one of a
    hundred districts it was moved since, or another map gives the name to another area.
    """
    faults: dict[int, str] = {}
    rows_of: Counter[tuple[str, str | None]] = Counter()
    strays: dict[tuple[str, str | None], list[int]] = {}
    for point in points:
        area = (point.city, point.district)
        rows_of[area] += 1
        key = _fault(point, claimed, districts)
        if key == "stops_import.point_beside":
            strays.setdefault(area, []).append(point.row)
        elif key is not None:
            faults[point.row] = key
    for area, rows in strays.items():
        if len(rows) <= max(1, rows_of[area] * STRAYS_MOST):
            faults |= dict.fromkeys(rows, "stops_import.point_beside")
    return faults


def _fault(point: DatumPoint, claimed: Datum, districts: Districts) -> str | None:
    """The message key of what makes a single position impossible, whatever the datum."""
    if abs(point.lat) < NO_POSITION_DEG and abs(point.lon) < NO_POSITION_DEG:
        return "stops_import.point_zero"
    if not in_china(point.lat, point.lon):
        swapped = in_china(point.lon, point.lat)
        return "stops_import.point_swapped" if swapped else "stops_import.point_abroad"
    # The claimed datum first: of nearly all rows it is the only one that need be asked.
    in_turn = (claimed, *(datum for datum in DATUMS if datum != claimed))
    places = (point.under(datum, claimed) for datum in in_turn)
    if any((_metres_outside(point, place, districts) or 0.0) <= FAR_M for place in places):
        return None
    here = point.under(claimed, claimed)
    if (districts.metres_outside(here, point.city, None) or 0.0) <= VERY_FAR_M:
        return "stops_import.point_beside"
    return "stops_import.point_far" if districts.at(here) else "stops_import.point_abroad"


def _metres_outside(point: DatumPoint, here: Position, districts: Districts) -> float | None:
    """Metres outside the stated district, or outside the city where that district is unknown."""
    metres = districts.metres_outside(here, point.city, point.district)
    if metres is None and point.district:
        return districts.metres_outside(here, point.city, None)
    return metres


def _fit(point: DatumPoint, claimed: Datum, districts: Districts, stations: _Stations) -> _Fit:
    here = {datum: point.under(datum, claimed) for datum in DATUMS}
    outside = {
        datum: metres
        for datum in DATUMS
        if (metres := _metres_outside(point, here[datum], districts)) is not None
    }
    cell = floor(point.lat / CELL_DEG), floor(point.lon / CELL_DEG)
    city, text = districts.short_city(point.city), f"{point.name} {point.address}"
    from_station = _from_station(here, _named(text, city, stations))
    return _Fit(point.row, cell, outside or None, from_station)


def _stations(library: Library) -> _Stations:
    """The metro stations with all that people call them: 东晓南站, 东晓南地铁站."""
    suffixes = library.words["place_suffixes"]
    return {
        (place.city, place.name.removesuffix(own) + called): place
        for place in library.places
        if place.kind == "metro"
        for own in suffixes
        if place.name.endswith(own)
        for called in suffixes
        if called.endswith(own)
    }


def _from_station(
    here: Mapping[Datum, Position], named: Iterable[Place]
) -> Mapping[Datum, float] | None:
    """Metres from the station that a row names, unless it is far off or one of several."""
    places = {place.name: place for place in named}
    if len(places) != 1:
        return None
    station = position_of(places.popitem()[1])
    metres = {datum: distance_m(position, station) for datum, position in here.items()}
    return metres if min(metres.values()) <= NEAR_STATION_M else None


def _named(text: str, city: str, stations: _Stations) -> Iterator[Place]:
    """The stations of a city that a text names, each by the longest name that ends there."""
    for end in range(len(text) + 1):
        starts = range(max(0, end - LONGEST_NAME), end)
        yield from islice(
            (stations[key] for i in starts if (key := (city, text[i:end])) in stations), 1
        )


def _better(fits: Sequence[_Fit], claimed: Datum) -> Datum | None:
    """The datum that wins clearly against the claimed one; of two that do, the better."""
    winners = [datum for datum in DATUMS if datum != claimed and _wins(fits, claimed, datum)]
    if not winners:
        return None
    first, last = winners[0], winners[-1]
    count = _count(fits, first, last)
    return last if count.other > count.claimed else first


def _wins(fits: Sequence[_Fit], claimed: Datum, other: Datum) -> bool:
    count = _count(fits, claimed, other)
    lead = min(LEAD_MOST, LEAD_LEAST + count.places // PLACES_A_LEAD)
    doubts = min(DOUBTS_MOST, count.claimed + count.neither)
    return count.other - count.claimed >= lead + doubts


def _count(fits: Sequence[_Fit], claimed: Datum, other: Datum) -> _Count:
    """The votes for each of two datums and for neither, one a square kilometre."""
    votes: dict[tuple[int, int], int] = {}
    for fit in fits:
        votes[fit.cell] = votes.get(fit.cell, 0) + fit.vote(claimed, other)
    return _Count(
        places=len(votes),
        other=sum(vote > 0 for vote in votes.values()),
        claimed=sum(vote < 0 for vote in votes.values()),
        neither=len({fit.cell for fit in fits if fit.is_neither(claimed, other)}),
    )
