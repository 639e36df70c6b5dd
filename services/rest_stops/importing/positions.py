"""Whether the positions of a file can be right: what refuses it, and what is only odd."""

from collections.abc import Sequence
from dataclasses import dataclass

from content.library import Library
from services.districts import Districts
from services.rest_stops.datum import DATUMS, DatumPoint, complaint, judge
from services.rest_stops.importing.candidates import Candidate
from services.rest_stops.importing.faults import Fault

# Asked of staff; all else that the judge finds refuses its row.
ONLY_ODD = frozenset({"stops_import.point_beside"})


@dataclass(frozen=True)
class Judgement:
    """`complaints` are about the file's datum, in words; `rows` speak for another one."""

    complaints: tuple[str, ...]
    refused: tuple[Fault, ...]
    odd: tuple[Fault, ...]


def judge_positions(
    library: Library,
    districts: Districts,
    candidates: Sequence[Candidate],
    *,
    datum_is_right: bool = False,
) -> Judgement:
    """Hold the positions against districts and stations, by the datum that the rows have.

    `datum_is_right` is the word of somebody who looked: then only single rows are judged.
    """
    complaints: list[str] = []
    refused: list[Fault] = []
    odd: list[Fault] = []
    for datum in DATUMS:
        points = [_point(each) for each in candidates if each.values.datum == datum]
        if not points:
            continue
        verdict = judge(points, datum, districts, library)
        said = complaint(verdict, library)
        if said is not None and not datum_is_right:
            complaints.append(said)
            refused += (Fault(row, "stops_import.datum_row") for row in verdict.rows)
        for row, key in verdict.row_faults.items():
            (odd if key in ONLY_ODD else refused).append(Fault(row, key))
    return Judgement(tuple(complaints), tuple(refused), tuple(odd))


def _point(candidate: Candidate) -> DatumPoint:
    values = candidate.values
    return DatumPoint(
        row=candidate.row,
        lat=values.lat or 0.0,
        lon=values.lon or 0.0,
        city=values.city,
        district=values.district,
        name=values.name,
        address=values.address or "",
        here=candidate.here,
    )
