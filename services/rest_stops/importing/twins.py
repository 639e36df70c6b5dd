"""Entries that may be one stop under two addresses: maps show about 2.1 points a station."""

from collections.abc import Collection, Iterable, Iterator
from itertools import product
from math import floor
from typing import NamedTuple

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
    doors = _Doors()
    found: dict[int, Fault] = {}
    for candidate in new:
        if candidate.here is None or candidate.values.accuracy != "exact":
            continue
        for other in doors.near(candidate.here, candidate):
            fields = {"other": other.values.name, "first": other.row}
            found[candidate.row] = Fault(candidate.row, "stops_import.twin_in_file", fields)
            break
        doors.add(candidate, candidate.here)
    for stop, here in _doors_of(known):
        if doors.has_any(here):
            fields = {"other": stop.name, "id": stop.id}
            for candidate in doors.near(here, _Door(host(library, _address(stop)), stop.identity)):
                fault = Fault(candidate.row, "stops_import.twin_known", fields)
                found.setdefault(candidate.row, fault)
    return tuple(found[row] for row in sorted(found))


class _Door(NamedTuple):
    host: str
    identity: str


class _Doors:
    """New rows by host and by the square of some 250 m that they lie in."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, _Cell], list[tuple[Candidate, Position]]] = {}
        self._taken: set[_Cell] = set()

    def add(self, candidate: Candidate, here: Position) -> None:
        self._rows.setdefault((candidate.host, _cell(here)), []).append((candidate, here))
        self._taken.add(_cell(here))

    def has_any(self, here: Position) -> bool:
        return not self._taken.isdisjoint(_around(here))

    def near(self, here: Position, door: "Candidate | _Door") -> Iterator[Candidate]:
        """Those of the same host, unless they share the address too: codes tell them apart."""
        for cell in _around(here):
            for candidate, there in self._rows.get((door.host, cell), ()):
                alike = candidate.identity == door.identity
                if not alike and distance_m(here, there) <= NEAR_M:
                    yield candidate


def _doors_of(known: Iterable[Known]) -> Iterator[tuple[Known, Position]]:
    for stop in known:
        if stop.lat is not None and stop.lon is not None and stop.accuracy == "exact":
            yield stop, Position(stop.lat, stop.lon)


def _around(here: Position) -> Iterator[_Cell]:
    row, column = _cell(here)
    return ((row + n, column + e) for n, e in product((-1, 0, 1), repeat=2))


def _cell(here: Position) -> _Cell:
    return floor(here.lat / _CELL_DEG), floor(here.lon / _CELL_DEG)


def _address(stop: Known) -> Address:
    return Address(
        *(stop.name, stop.host, stop.province, stop.city),
        *(stop.district, stop.street, stop.address),
    )
