"""What is exported imports again and changes nothing; GeoJSON tells how sure a point is."""

import json
from dataclasses import fields
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from content.library import Library
from db.models import RestStopRow
from db.session import Sessions, transaction
from services import editions
from services.rest_stops import exporting
from services.rest_stops.exporting import Exporter
from services.rest_stops.importing import values as cells
from services.rest_stops.importing.candidates import columns_of_new, prepare
from services.rest_stops.importing.changes import Comparer
from services.rest_stops.importing.data import Defaults, StopValues
from services.rest_stops.importing.headers import Headers
from services.rest_stops.importing.rows import RowChecker
from services.rest_stops.importing.words import StopWords
from tests.factories import FixedClock
from tests.services.imported_files import ONE
from tests.testers.chat import shipped_library

WORDS = StopWords(shipped_library())
FACILITIES = tuple(shipped_library().facilities)
# Marks that tables, facilities and spreadsheets use, beside what people write.
TEXT = st.text(st.sampled_from("驿站无水区=+-@'、，,；/（）()\"|.:1２a "), min_size=1, max_size=12)


def tidy(text: str) -> str | None:
    line = cells.line(text)
    return line if WORDS.says_something(line) else None


LINE = TEXT.map(tidy)
NAME = LINE.filter(bool)


def row_of(values: StopValues) -> RestStopRow:
    library = shipped_library()
    return RestStopRow(**columns_of_new(prepare(library, 2, values), "imp-0123456789abcdef"))


@cache
def road(*, with_leads: bool) -> tuple[Exporter, RowChecker, Comparer]:
    library = shipped_library()
    exporter = Exporter(library, with_leads=with_leads)
    columns = Headers(library).assign(exporter.headers)
    checker = RowChecker(library, FixedClock(), columns, Defaults())
    assert checker.questions() == ()
    return exporter, checker, Comparer(library)


def read_again(row: RestStopRow, *, with_leads: bool = True) -> object:
    """What an import of the exported row would change; faults, if it is refused."""
    library = shipped_library()
    exporter, checker, comparer = road(with_leads=with_leads)
    found = checker.check(2, exporter.cells(row))
    if isinstance(found, tuple):
        return [fault.told(library) for fault in found]
    old = {column.name: getattr(row, column.name) for column in RestStopRow.__table__.columns}
    return comparer.change(prepare(library, 2, found), old)


@st.composite
def stops(draw: st.DrawFn) -> StopValues:
    """Any stop that a file or a member of staff may have made."""
    has = draw(st.sets(st.sampled_from(FACILITIES)))
    lacks = draw(st.sets(st.sampled_from(FACILITIES))) - has
    hours = draw(st.sampled_from([None, ("24小时", "24/7"), ("24小时", None), ("看心情", None)]))
    placed = draw(st.booleans())
    texts: dict[str, Any] = {
        name: draw(LINE)
        for name in ("host", "address", "entry_note", "fee", "admits", "operator", "note")
    }
    return StopValues(
        **texts,
        name=draw(NAME),
        kind=draw(NAME),
        province="广东",
        city="广州",
        street=draw(LINE),
        lat=draw(st.floats(20.5, 25.5)) if placed else None,
        lon=draw(st.floats(109.7, 117.2)) if placed else None,
        datum=draw(st.sampled_from(["wgs84", "gcj02", "bd09"])),
        accuracy=draw(st.sampled_from(["exact", "landmark", "street", "district"])),
        hours_text=hours[0] if hours else None,
        opening_hours=hours[1] if hours else None,
        entry=draw(st.sampled_from([None, "open_door", "scan_qr", "app", "unknown"])),
        facilities=tuple(sorted(has)),
        lacks=tuple(sorted(lacks)),
        other_facilities=tuple(filter(None, draw(st.lists(LINE, max_size=3)))),
        source=draw(LINE),
        published_on=draw(st.sampled_from([None, "2026", "2021前后", "12-26（未标年份）"])),
        checked_on=draw(st.sampled_from([None, date(2026, 1, 2)])),
        status=draw(st.sampled_from([None, "under_construction", "withdrawn"])),
        confidence=draw(st.sampled_from([None, "high", "low"])),
    )


@given(stops())
def test_any_stop_reads_back_as_it_was(values: StopValues) -> None:
    assert read_again(row_of(values)) is None


def test_every_field_of_a_stop_is_exported() -> None:
    exporter = Exporter(shipped_library(), with_leads=True)
    columns = Headers(shipped_library()).assign(exporter.headers)
    inside_others = {"lacks", "other_facilities", "hours_derived", "is_whole_list"}

    assert set(columns.fields.values()) == {f.name for f in fields(StopValues)} - inside_others
    assert columns.not_imported == ()


@pytest.mark.parametrize("with_leads", [True, False])
async def test_every_shipped_stop_reads_back_as_it_was(
    sessions: Sessions, clock: FixedClock, library: Library, *, with_leads: bool
):
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)
    async with transaction(sessions) as session:
        rows = list(await session.scalars(select(RestStopRow)))

    assert len(rows) == len(library.stops)
    for row in rows:
        assert read_again(row, with_leads=with_leads) is None, row.id


def test_leads_are_for_staff_only(library: Library) -> None:
    row = row_of(ONE)
    row.source_url = "https://example.org/lead"

    assert "https://example.org/lead" not in Exporter(library).cells(row)
    assert "https://example.org/lead" in Exporter(library, with_leads=True).cells(row)
    assert "example.org" not in json.dumps(exporting.feature(row))


def test_no_cell_is_a_formula(library: Library) -> None:
    row = row_of(ONE)
    row.name, row.host = "=HYPERLINK(1)", "@x"

    assert {"'=HYPERLINK(1)", "'@x"} < set(Exporter(library).cells(row))


async def test_pages_give_every_stop_once(sessions: Sessions, clock: FixedClock, library: Library):
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)
        after, ids = "", []
        while page := await exporting.page(session, after, limit=50):
            ids += [row.id for row in page]
            after = ids[-1]
        here = await exporting.page(session, "", "广州", "海珠区")

    assert sorted(ids) == sorted(library.stops)
    assert {(row.city, row.district) for row in here} == {("广州", "海珠区")}


@pytest.mark.parametrize(
    ("accuracy", "in_area"),
    [("exact", False), ("landmark", False), ("street", True), ("district", True)],
)
def test_a_feature_says_how_sure_its_point_is(accuracy: str, *, in_area: bool) -> None:
    row = row_of(ONE)
    row.accuracy, row.credit = accuracy, "OpenStreetMap"
    feature = exporting.feature(row)

    assert feature["geometry"] == {"type": "Point", "coordinates": [113.5136, 22.8276]}
    assert feature["properties"]["accuracy"] == accuracy
    assert feature["properties"]["point_in_area_only"] is in_area
    assert feature["properties"]["credit"] == "OpenStreetMap"
    assert "fee" not in feature["properties"]
    assert exporting.is_on_the_map(row)
    row.status = "withdrawn"
    assert not exporting.is_on_the_map(row)
