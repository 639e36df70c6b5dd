"""The positions of a file refuse it, refuse single rows, or are asked about."""

from dataclasses import replace

import pytest

from content.library import Library
from services.districts import Districts
from services.rest_stops.datum import DatumPoint
from services.rest_stops.importing.data import StopValues
from services.rest_stops.importing.positions import judge_positions
from services.turns import Datum
from tests.services.imported_files import another, rows
from tests.services.simulated_files import at_stations, in_datum, seeded


@pytest.fixture(scope="module")
def districts() -> Districts:
    return Districts()


def values(point: DatumPoint, datum: Datum) -> StopValues:
    return another(
        point.row, name=point.name, district=None, address=point.address, lat=point.lat,
        lon=point.lon, datum=datum,
    )  # fmt: skip


def file(library: Library, true: Datum, said: Datum) -> list[StopValues]:
    points = in_datum(at_stations(seeded(1), library, "广州", 30), true)
    return [values(point, said) for point in points]


def test_a_wrong_datum_refuses_the_file(districts: Districts, library: Library) -> None:
    checked = rows(library, *file(library, "bd09", "wgs84"))
    found = judge_positions(library, districts, checked)

    [complaint] = found.complaints
    assert "BD-09" in complaint
    assert len(found.refused) > 20
    assert {fault.key for fault in found.refused} == {"stops_import.datum_row"}
    sure = judge_positions(library, districts, checked, datum_is_right=True)
    assert (sure.complaints, sure.refused) == ((), ())


def test_each_datum_of_a_file_is_judged_by_itself(districts: Districts, library: Library) -> None:
    right = file(library, "gcj02", "gcj02")
    wrong = file(library, "bd09", "wgs84")
    found = judge_positions(library, districts, rows(library, *right, *wrong))

    assert len(found.complaints) == 1
    assert min(fault.row for fault in found.refused) > len(right) + 1


def test_a_row_far_from_its_city_is_refused_and_one_beside_is_odd(
    districts: Districts, library: Library
) -> None:
    far = another(1, lat=33.35, lon=120.16)
    beside = another(2, lat=22.9917, lon=113.2653)
    nowhere = replace(another(3), lat=None, lon=None, datum=None)
    found = judge_positions(library, districts, rows(library, far, beside, nowhere))

    assert [(fault.row, fault.key) for fault in found.refused] == [(2, "stops_import.point_far")]
    assert [(fault.row, fault.key) for fault in found.odd] == [(3, "stops_import.point_beside")]
