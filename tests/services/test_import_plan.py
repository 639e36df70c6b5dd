"""What a file would do: new, changed, unchanged, twice, kept for staff; and that it is done."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import select

from content.library import Library
from content.schema import Slug
from db.models import RestStopRow, Revision, StopArea, StopImport
from db.session import Sessions, transaction
from kit.ids import new_id
from services import editions
from services.rest_stops.importing.applying import Overtaken, Refused, apply
from services.rest_stops.importing.plan import Plan
from tests.factories import FixedClock
from tests.services.imported_files import ONE, ORIGIN, another, bare, bring, look
from tests.testers.chat import on_sqlite


async def all_of(sessions: Sessions, table: type[Any]) -> list[Any]:
    async with transaction(sessions) as session:
        return list(await session.scalars(select(table)))


async def the_stop(sessions: Sessions) -> RestStopRow:
    [row] = await all_of(sessions, RestStopRow)
    return row


def outcome(plan: Plan) -> tuple[int, int, int, int]:
    return len(plan.new), len(plan.changed), plan.unchanged, len(plan.kept)


async def edit(sessions: Sessions, clock: FixedClock, stop_id: str, **after: Any) -> None:
    """What the console does when staff change a stop."""
    async with transaction(sessions) as session:
        row = await session.get_one(RestStopRow, stop_id)
        body = {"before": {name: getattr(row, name) for name in after}, "after": after}
        for name, new in after.items():
            setattr(row, name, new)
        session.add(
            Revision(
                id=new_id(), kind="rest_stop", key=stop_id, body=body, reason="去看过",
                author="a" * 32, created_at=clock(), valid_from=clock(),
            )
        )  # fmt: skip


async def test_a_new_row_becomes_a_stop(sessions: Sessions, clock: FixedClock, library: Library):
    plan = await bring(sessions, library, clock, ONE)

    assert outcome(plan) == (1, 0, 0, 0)
    row = await the_stop(sessions)
    TypeAdapter(Slug).validate_python(row.id)
    assert row.id.startswith("imp-")
    assert (row.name, row.facilities, row.lacks) == (ONE.name, ("水", "热饭"), ("淋浴",))
    assert (row.entry, row.opening_hours) == ("scan_qr", "Mo-Su 08:00-20:00")
    assert (row.status, row.confidence, row.edition) == ("open_to_public", "medium", None)
    assert row.lat is not None
    [brought] = await all_of(sessions, StopImport)
    assert row.import_id == brought.id
    assert (brought.file_name, brought.datum, brought.imported_by) == (
        ORIGIN.file_name, ORIGIN.datum, ORIGIN.imported_by
    )  # fmt: skip
    assert brought.counts == {"new": 1, "changed": 0, "unchanged": 0, "kept": 0, "duplicate": 0}
    areas = [(area.city, area.district, area.known) for area in await all_of(sessions, StopArea)]
    assert areas == [("广州", "南沙区", 1)]


async def test_a_position_is_stored_in_wgs84_beside_the_published_one(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, replace(ONE, datum="gcj02"))

    row = await the_stop(sessions)
    assert row.published_position == {"lat": 22.8276, "lon": 113.5136, "datum": "gcj02"}
    assert (row.lat, row.lon) == pytest.approx((22.8302, 113.5083), abs=0.0003)


@pytest.mark.parametrize("code", [None, "NS-001"])
async def test_the_same_file_again_writes_nothing(
    sessions: Sessions, clock: FixedClock, library: Library, code: str | None
):
    one = replace(ONE, code=code)
    await bring(sessions, library, clock, one)
    plan = await bring(sessions, library, clock, one)

    assert outcome(plan) == (0, 0, 1, 0)
    assert not plan.writes
    assert len(await all_of(sessions, StopImport)) == 1
    assert await all_of(sessions, Revision) == []


async def test_what_changed_is_written_and_kept_in_the_history(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, ONE)
    new = replace(ONE, hours_text="24小时", opening_hours="24/7", checked_on=date(2026, 11, 1))
    plan = await bring(sessions, library, clock, new)

    assert outcome(plan) == (0, 1, 0, 0)
    row = await the_stop(sessions)
    assert (row.hours_text, row.opening_hours) == ("24小时", "24/7")
    [revision] = await all_of(sessions, Revision)
    newest = max(await all_of(sessions, StopImport), key=lambda each: each.counts["changed"])
    assert revision.body == {
        "before": {
            "checked_on": None,
            "hours_text": "每天8点-20点",
            "opening_hours": "Mo-Su 08:00-20:00",
        },
        "after": {"checked_on": "2026-11-01", "hours_text": "24小时", "opening_hours": "24/7"},
        "import": newest.id,
    }
    assert (revision.reason, revision.author) == ("导入名单：南沙.csv", ORIGIN.imported_by)
    assert revision.valid_from == clock()
    assert row.import_id == newest.id


async def test_what_a_row_does_not_say_is_left_as_it_is(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, ONE)

    assert outcome(await look(sessions, library, bare())) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ({"fee": "免费"}, {"fee": "免费"}),
        ({"status": "withdrawn"}, {"status": "withdrawn"}),
        ({"entry": "face"}, {"entry": "face", "entry_note": None}),
        ({"entry_note": "先按铃"}, {"entry": "scan_qr", "entry_note": "先按铃"}),
        (
            {"facilities": ("厕所",), "is_whole_list": True},
            {"facilities": ("厕所",), "lacks": (), "other_facilities": []},
        ),
        (  # columns of single facilities
            {"facilities": ("厕所", "淋浴"), "lacks": ("热饭",)},
            {
                "facilities": ("水", "厕所", "淋浴"),
                "lacks": ("热饭",),
                "other_facilities": ["按摩椅"],
            },
        ),
    ],
    ids=str,
)
@on_sqlite
async def test_a_row_changes_what_it_says(
    sessions: Sessions,
    clock: FixedClock,
    library: Library,
    said: dict[str, Any],
    after: dict[str, Any],
):
    await bring(sessions, library, clock, ONE)
    plan = await bring(sessions, library, clock, bare(**said))

    [change] = plan.changed
    assert change.after == after
    row = await the_stop(sessions)
    assert {name: getattr(row, name) for name in after} == after


@on_sqlite
async def test_a_rule_that_staff_know_better_is_not_undone_by_the_same_words(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, ONE)
    async with transaction(sessions) as session:
        row = (await session.scalars(select(RestStopRow))).one()
        row.opening_hours = None

    assert outcome(await look(sessions, library, ONE)) == (0, 0, 1, 0)


async def test_another_brand_at_the_same_host_and_address_is_the_same_stop(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, replace(ONE, host=None))
    renamed = replace(ONE, host=None, name="工商银行黄阁支行户外劳动者爱心驿站")
    plan = await bring(sessions, library, clock, renamed)

    assert outcome(plan) == (0, 1, 0, 0)
    assert (await the_stop(sessions)).name == renamed.name


async def test_a_code_keeps_a_stop_when_it_moves(
    sessions: Sessions, clock: FixedClock, library: Library
):
    one = replace(ONE, code="NS-001")
    await bring(sessions, library, clock, one)
    before = await the_stop(sessions)
    moved = replace(one, address="黄阁大道9号", lat=22.83)
    assert outcome(await bring(sessions, library, clock, moved)) == (0, 1, 0, 0)

    row = await the_stop(sessions)
    assert row.id == before.id
    assert (row.address, row.lat) == ("黄阁大道9号", 22.83)
    assert row.identity != before.identity
    # Found by its new address, without the code, too.
    assert outcome(await look(sessions, library, replace(moved, code=None))) == (0, 0, 1, 0)


async def test_a_row_about_a_shipped_stop_changes_that_stop(
    sessions: Sessions, clock: FixedClock, library: Library
):
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)
    shipped = library.stops["gz-haizhu-dongxiaonan"]
    same = {name: getattr(shipped, name) for name in ("name", "kind", "province", "city", "host")}
    row = bare(**same, district=shipped.district, address=shipped.address, fee="免费")
    plan = await bring(sessions, library, clock, row)

    [change] = plan.changed
    assert (change.stop_id, change.after) == (shipped.id, {"fee": "免费"})


async def test_two_rows_about_one_stop_refuse_the_file(
    sessions: Sessions, clock: FixedClock, library: Library
):
    twice = (ONE, another(1), replace(ONE, name="黄阁驿站", code="2"), another(1))
    plan = await look(sessions, library, *twice)

    assert [(fault.row, fault.fields["first"]) for fault in plan.refused] == [(4, 2), (5, 3)]
    with pytest.raises(Refused):
        async with transaction(sessions) as session:
            await apply(session, library, clock, plan, ORIGIN)
    assert await all_of(sessions, RestStopRow) == []
    kept = await look(sessions, library, *twice, keep_first=True)
    assert [new.candidate.row for new in kept.new] == [2, 3]
    assert [(repeat.row, repeat.first) for repeat in kept.repeats] == [(4, 2), (5, 3)]
    assert kept.refused == ()


async def test_two_codes_at_one_host_and_address_are_two_stops(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, ONE)
    rows = tuple(replace(ONE, code=code, note=f"{code}号门") for code in ("A", "B", "C"))
    plan = await bring(sessions, library, clock, *rows)

    # One of them is the stop that was brought in without a code.
    assert (outcome(plan), plan.repeats, plan.warnings) == ((2, 1, 0, 0), (), ())
    again = await look(sessions, library, *rows)
    assert (outcome(again), again.repeats) == ((0, 0, 3, 0), ())
    assert outcome(await look(sessions, library, *reversed(rows))) == (0, 0, 3, 0)
    repeated = await look(sessions, library, *rows, rows[1], replace(ONE, code=None))
    assert [each.row for each in repeated.repeats] == [5, 6]


async def test_stops_of_no_address_are_told_apart_by_their_place(
    sessions: Sessions, clock: FixedClock, library: Library
):
    here = replace(ONE, name="驿站", host=None, address=None)
    rows = (here, replace(here, lat=22.9), replace(here, lat=None, lon=None))
    assert outcome(await bring(sessions, library, clock, *rows)) == (3, 0, 0, 0)
    assert outcome(await look(sessions, library, *rows)) == (0, 0, 3, 0)
    moved = await bring(sessions, library, clock, replace(here, lat=22.8277))
    assert outcome(moved) == (0, 1, 0, 0)


async def test_one_host_within_100_metres_is_asked_about(
    sessions: Sessions, clock: FixedClock, library: Library
):
    known = replace(ONE, address="黄阁大道3号")
    await bring(sessions, library, clock, known)
    beside = replace(ONE, address="市民广场东门", lat=ONE.lat + 0.0006)
    far = replace(ONE, address="新地址", lat=ONE.lat + 0.002)
    in_street = replace(ONE, address="某街道", accuracy="street")
    plan = await look(sessions, library, another(1, lat=ONE.lat), far, beside, ONE, in_street)

    keys = [(fault.row, fault.key.partition(".")[2]) for fault in plan.warnings]
    assert keys == [(4, "twin_known"), (5, "twin_in_file")]
    assert plan.refused == ()


async def test_a_thousand_entries_at_one_point_are_one_warning_each(
    sessions: Sessions, library: Library
):
    """Such files come; each pair would be half a million warnings."""
    heap = [replace(ONE, address=f"黄阁大道{number}号") for number in range(1_000)]
    plan = await look(sessions, library, *heap)

    assert len(plan.warnings) == len(heap) - 1


async def test_what_staff_edited_is_kept_and_proposed_once(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, ONE)
    stop = await the_stop(sessions)
    await edit(sessions, clock, stop.id, hours_text="8点到18点", opening_hours=None)
    new = replace(ONE, hours_text="24小时", opening_hours="24/7", fee="免费")
    plan = await bring(sessions, library, clock, new)

    assert outcome(plan) == (0, 1, 0, 1)
    row = await the_stop(sessions)
    assert (row.hours_text, row.opening_hours, row.fee) == ("8点到18点", None, "免费")
    [proposal] = [each for each in await all_of(sessions, Revision) if each.valid_from is None]
    assert proposal.key == stop.id
    assert proposal.body["after"] == {"hours_text": "24小时", "opening_hours": "24/7"}
    again = await bring(sessions, library, clock, new)
    assert outcome(again) == (0, 0, 0, 1)
    assert not again.writes
    assert len(await all_of(sessions, Revision)) == 3
    # What an import changed is no edit of staff.
    assert outcome(await look(sessions, library, replace(new, fee="收费"))) == (0, 1, 0, 1)


@pytest.mark.parametrize("status", [None, "withdrawn", "open_to_public"])
async def test_a_row_about_a_withdrawn_stop_is_asked_about(
    sessions: Sessions, clock: FixedClock, library: Library, status: str | None
):
    await bring(sessions, library, clock, replace(ONE, status="withdrawn"))
    plan = await bring(sessions, library, clock, replace(ONE, fee="免费", status=status))

    told = [fault.told(library) for fault in plan.warnings]
    asked = ["第2行：这个驿站已停用，写上状态“开放”才会恢复。"]
    assert told == (asked if status is None else [])
    assert (await the_stop(sessions)).status == (status or "withdrawn")


async def test_an_edit_of_one_column_keeps_those_that_belong_to_it(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await bring(sessions, library, clock, ONE)
    await edit(sessions, clock, (await the_stop(sessions)).id, accuracy="landmark")
    plan = await look(sessions, library, replace(ONE, lat=22.9, accuracy="exact"))

    assert outcome(plan) == (0, 0, 0, 1)
    assert plan.kept[0].told()["after"]["published_position"]["lat"] == 22.9


async def test_a_plan_that_was_overtaken_writes_nothing(
    sessions: Sessions, clock: FixedClock, library: Library
):
    plan = await look(sessions, library, another(2))
    await bring(sessions, library, clock, ONE)

    with pytest.raises(Overtaken):
        async with transaction(sessions) as session:
            await apply(session, library, clock, plan, ORIGIN)
    assert len(await all_of(sessions, RestStopRow)) == 1
