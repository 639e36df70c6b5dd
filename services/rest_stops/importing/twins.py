"""Entries that may be one stop under two addresses: maps show about 2.1 points a station."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product
from math import floor

from content.library import Library
from db.repositories.stop_imports import Known
from services.geo import distance_m
from services.rest_stops.identity import Address, host
from services.rest_stops.importing.candidates import Candidate
from services.rest_stops.importing.faults import Fault
from services.turns import Position

NEAR_M = 100.0
_CELL_DEG = 0.0025  # more than 100 m from west to east as far north as China goes
_Cell = tuple[int, int]


def twins(
    library: Library, new: Collection[Candidate], known: Iterable[Known]
) -> tuple[Fault, ...]:
    """A warning for each new row with another entry of the same host within 100 m.

    Only doors are compared: a point that stands for a street is shared by all its stops.
    """
    cells: dict[_Cell, list[Candidate]] = {}
    doors = [each for each in new if each.here and each.values.accuracy == "exact"]
    for candidate in doors:
        cells.setdefault(_cell(candidate.here), []).append(candidate)
    found = [*_among(doors, cells), *_with_known(library, known, cells)]
    return tuple(sorted(found, key=lambda fault: fault.row))


def _among(
    doors: Collection[Candidate], cells: Mapping[_Cell, list[Candidate]]
) -> Iterator[Fault]:
    for candidate in doors:
        for other in _near(candidate.here, cells):
            if other.row < candidate.row and other.host == candidate.host:
                fields = {"other": other.values.name, "first": other.row}
                yield Fault(candidate.row, "stops_import.twin_in_file", fields)


def _with_known(
    library: Library, known: Iterable[Known], cells: Mapping[_Cell, list[Candidate]]
) -> Iterator[Fault]:
    for stop in known:
        if stop.lat is None or stop.lon is None or stop.accuracy != "exact":
            continue
        near = list(_near(Position(stop.lat, stop.lon), cells))
        if not near:
            continue
        own = host(library, _address(stop))
        for candidate in near:
            if candidate.host == own:
                fields = {"other": stop.name, "id": stop.id}
                yield Fault(candidate.row, "stops_import.twin_known", fields)


def _near(here: Position | None, cells: Mapping[_Cell, list[Candidate]]) -> Iterator[Candidate]:
    row, column = _cell(here)
    for step in product((-1, 0, 1), repeat=2):
        for other in cells.get((row + step[0], column + step[1]), ()):
            if here and other.here and distance_m(here, other.here) <= NEAR_M:
                yield other


def _cell(here: Position | None) -> _Cell:
    return (floor(here.lat / _CELL_DEG), floor(here.lon / _CELL_DEG)) if here else (0, 0)


def _address(stop: Known) -> Address:
    return Address(
        *(stop.name, stop.host, stop.province, stop.city),
        *(stop.district, stop.street, stop.address),
    )
