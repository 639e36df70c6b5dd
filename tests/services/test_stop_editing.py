"""Staff edit a stop: at once, with a reason and a history, and nothing is lost or let through."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from content.library import Library
from db.models import RestStopRow, Revision, StopArea
from db.session import Sessions, transaction
from kit.errors import AppError
from services import editions
from services.geo import to_wgs84
from services.rest_stops import checking, columns, editing, fields
from services.rest_stops.editing import Edit, Stale
from services.rest_stops.fields import BadFields
from services.turns import Position
from tests.factories import FixedClock, add_staff
from tests.staffing import everything
from tests.stops import GIVEN, TODAY, add_stop
from tests.testers.chat import on_sqlite, shipped_library

ANYBODY = everything("anybody")


@pytest.fixture
async def stop(sessions: Sessions, library: Library) -> str:
    async with transaction(sessions) as session:
        return (await add_stop(session, library)).id


class Desk:
    """A member of staff with the form of the stop open before her."""

    def __init__(self, sessions: Sessions, library: Library, clock: FixedClock) -> None:
        self.sessions, self.library, self.clock = sessions, library, clock
        self.form: dict[str, str] = {}
        self.seen = ""

    async def opens(self, stop_id: str = "gz-1") -> checking.StopDetail:
        async with transaction(self.sessions) as session:
            detail = await checking.show(session, self.library, self.clock, ANYBODY, stop_id)
        self.form, self.seen = dict(detail.form), detail.seen
        return detail

    async def saves(
        self,
        stop_id: str = "gz-1",
        reason: str = "打电话核实过",
        *,
        checked: bool = False,
        **changes: str,
    ) -> RestStopRow:
        self.clock.advance(minutes=1)
        async with transaction(self.sessions) as session:
            staff = await add_staff(session)
            form = {**self.form, **changes}
            made = Edit(everything(staff.id), form, reason, checked=checked, seen=self.seen)
            await editing.edit(session, self.library, self.clock, stop_id, made)
            return await session.get_one(RestStopRow, stop_id)

    async def is_refused(self, field: str, **changes: str) -> str:
        await self.opens()
        with pytest.raises(BadFields) as refusal:
            await self.saves(**changes)
        assert set(refusal.value.faults) == {field}
        return refusal.value.faults[field]


@pytest.fixture
async def desk(sessions: Sessions, library: Library, clock: FixedClock, stop: str) -> Desk:
    del stop
    desk = Desk(sessions, library, clock)
    await desk.opens()
    return desk


async def test_an_edit_is_in_force_at_once_and_says_what_it_changed(desk: Desk):
    row = await desk.saves(
        hours_text="每天9点至18点", phone="", fee="免费", has_WiFi="no", has_水="unknown",
        other_facilities="沙发；饮水机; 雨伞、雨衣", checked=True,
    )  # fmt: skip
    assert (row.hours_text, row.opening_hours) == ("每天9点至18点", "Mo-Su 09:00-18:00")
    assert (row.phone, row.fee, row.checked_on) == (None, "免费", TODAY)
    assert (row.facilities, row.lacks) == (("热饭",), ("WiFi", "淋浴"))
    assert row.other_facilities == ["沙发", "饮水机", "雨伞、雨衣"]
    (entry,) = (await desk.opens()).history
    assert (entry.road, entry.reason, entry.in_force) == ("staff", "打电话核实过", True)
    changes = {change.field: (change.old, change.new) for change in entry.changes}
    assert changes["fee"] == (None, "免费")
    assert changes["facilities"] == (["水", "热饭"], ["热饭"])
    assert set(changes) == {
        *("hours_text", "opening_hours", "phone", "fee", "facilities", "lacks"),
        *("other_facilities", "checked_on"),
    }


async def test_a_moved_stop_is_found_at_its_new_place(desk: Desk, library: Library):
    row = await desk.saves(address="工业大道1号", lat="22.79", lon="113.53", datum="bd09")
    inside = to_wgs84(Position(22.79, 113.53, "bd09"))
    assert (row.lat, row.lon) == (round(inside.lat, 7), round(inside.lon, 7))
    assert row.published_position == {"lat": 22.79, "lon": 113.53, "datum": "bd09"}
    assert row.identity != columns.columns_of(library, {**GIVEN})["identity"]
    await desk.opens()
    row = await desk.saves(lat="", lon="", accuracy="none")
    assert (row.lat, row.accuracy, row.published_position) == (None, "none", None)


async def test_new_words_make_the_rule_anew_or_unknown(desk: Desk):
    row = await desk.saves(hours_text="看天气")
    assert (row.hours_text, row.opening_hours) == ("看天气", None)
    await desk.opens()
    row = await desk.saves(hours_text="上午", opening_hours="Mo-Su 08:00-12:00; PH off")
    assert row.opening_hours == "Mo-Su 08:00-12:00; PH off"
    await desk.opens()
    row = await desk.saves(opening_hours="24/7")
    assert (row.hours_text, row.opening_hours) == ("上午", "24/7")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "名" * 81}),
        ("name", {"name": "找老王13812345678"}),
        ("kind", {"kind": ""}),
        ("kind", {"kind": "类" * 65}),
        ("district", {"district": "区" * 65}),
        ("note", {"note": "打 138 1234 5678"}),
        ("phone", {"phone": "13812345678"}),
        ("phone", {"phone": "没有"}),
        ("opening_hours", {"opening_hours": "9点到18点"}),
        ("opening_hours", {"opening_hours": "Mo-Fr 25:00-26:00"}),
        ("opening_hours", {"opening_hours": 'Mo-Fr 09:00-18:00 "扫码"'}),
        ("hours_text", {"hours_text": "", "opening_hours": "24/7"}),
        ("hours_text", {"hours_text": "时" * 201}),
        ("city", {"city": ""}),
        ("city", {"city": "南京西路"}),
        ("city", {"city": "广东"}),
        ("entry", {"entry": "teleport"}),
        ("status", {"status": "haunted"}),
        ("confidence", {"confidence": ""}),
        ("published_on", {"published_on": "昨天"}),
        ("published_on", {"published_on": "2026-13"}),
        ("published_on", {"published_on": "2027-01-01"}),
        ("source", {"source": "见www.example.org"}),
        ("source_url", {"source_url": "javascript:alert(1)"}),
        ("other_facilities", {"other_facilities": "物" * 81}),
        ("lat", {"lat": "北边"}),
        ("lon", {"lon": "1e9"}),
        ("lat", {"lat": ""}),
        ("lat", {"lat": "", "lon": ""}),
        ("lat", {"lat": "113.5", "lon": "22.7"}),
        ("lat", {"lat": "0", "lon": "0"}),
        ("lat", {"lat": "51.5", "lon": "0.1"}),
        ("datum", {"datum": ""}),
        ("accuracy", {"accuracy": "none"}),
        ("accuracy", {"accuracy": "sharp"}),
        ("landmark", {"accuracy": "landmark"}),
        ("est_error_m", {"accuracy": "landmark", "landmark": "东晓南站"}),
        ("est_error_m", {"est_error_m": "0"}),
        ("est_error_m", {"est_error_m": "9" * 5000}),
        ("est_error_m", {"est_error_m": "²"}),
        ("credit", {"credit": "源" * 81}),
        ("reason", {"reason": ""}),
        ("reason", {"reason": " 改 "}),
        ("reason", {"reason": "由" * 201}),
        ("reason", {"reason": "13812345678说的"}),
    ],
)  # fmt: skip
@on_sqlite
async def test_what_cannot_be_is_refused_beside_its_field(
    desk: Desk, field: str, changes: dict[str, str]
):
    said = await desk.is_refused(field, **{"reason": "核实", "fee": "免费", **changes})
    assert "{" not in said
    assert (await desk.opens()).form["fee"] == ""


@on_sqlite
async def test_all_faults_are_told_at_once(desk: Desk):
    with pytest.raises(BadFields) as refusal:
        await desk.saves(name="", phone="x", reason="")
    assert set(refusal.value.faults) == {"name", "phone", "reason"}


@on_sqlite
async def test_nothing_changed_is_no_edit(desk: Desk):
    with pytest.raises(BadFields) as refusal:
        await desk.saves()
    assert (refusal.value.key, refusal.value.faults) == ("console.stop_unchanged", {})
    await desk.saves(checked=True)
    assert (await desk.opens()).checked_on == TODAY


async def test_a_stale_save_is_refused_and_a_second_one_is_possible(desk: Desk):
    first, second = desk.form, desk.seen
    await desk.saves(name="先改的")
    desk.form, desk.seen = first, second
    with pytest.raises(Stale):
        await desk.saves(fee="免费")
    detail = await desk.opens()
    assert (detail.form["name"], detail.form["fee"]) == ("先改的", "")
    row = await desk.saves(fee="免费")
    assert (row.name, row.fee) == ("先改的", "免费")


async def test_of_two_at_once_one_saves(desk: Desk, sessions: Sessions):
    tries = (desk.saves(name=name) for name in ("甲驿站", "乙驿站"))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in outcomes if isinstance(one, AppError)] == [Stale]
    async with transaction(sessions) as session:
        assert len((await session.scalars(select(Revision))).all()) == 1


async def test_stops_withdrawn_at_once_are_counted_once(
    desk: Desk, sessions: Sessions, library: Library, clock: FixedClock
):
    desks = [Desk(sessions, library, clock) for _ in range(4)]
    async with transaction(sessions) as session:
        for number in range(4):
            await add_stop(session, library, id=f"s-{number}", address=f"路{number}号")
    for number, other in enumerate(desks):
        await other.opens(f"s-{number}")
    await asyncio.gather(
        *(other.saves(f"s-{number}", status="withdrawn") for number, other in enumerate(desks)),
        desk.saves(district="荔湾区"),
    )
    async with transaction(sessions) as session:
        areas = [(area.district, area.known) for area in await session.scalars(select(StopArea))]
    assert areas == [("荔湾区", 1)]


async def test_withdrawing_and_opening_again_counts_the_areas_anew(desk: Desk, sessions: Sessions):
    async def known() -> list[tuple[str, int]]:
        async with transaction(sessions) as session:
            return [(a.district, a.known) for a in await session.scalars(select(StopArea))]

    await desk.saves(status="withdrawn")
    assert await known() == []
    await desk.opens()
    assert desk.form["status"] == "withdrawn"
    await desk.saves(name="停用期间改了名")
    await desk.opens()
    await desk.saves(status="open_to_public", district="荔湾区")
    assert await known() == [("荔湾区", 1)]
    assert [len(entry.changes) for entry in (await desk.opens()).history] == [2, 1, 1]


async def test_a_newer_edition_of_an_edited_stop_becomes_a_proposal(
    sessions: Sessions, clock: FixedClock, library: Library
):
    key = "gz-haizhu-dongxiaonan"
    desk = Desk(sessions, library, clock)
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)
    assert (await desk.opens(key)).shipped
    await desk.saves(key, fee="免费")
    newer = library.stops[key].model_copy(update={"name": "新版的名"})
    second = replace(library, stops={**library.stops, key: newer}, version="second")
    clock.advance(days=1)
    async with transaction(sessions) as session:
        assert (await editions.load(session, second, clock)).proposed == 1
    proposed, made = (await desk.opens(key)).history
    assert (proposed.road, proposed.in_force, made.road) == ("edition", False, "staff")
    changes = {change.field: (change.old, change.new) for change in proposed.changes}
    assert changes["name"] == (library.stops[key].name, "新版的名")
    assert changes["fee"] == ("免费", None)


@on_sqlite
async def test_an_import_stands_in_the_history_too(
    desk: Desk, sessions: Sessions, clock: FixedClock
):
    async with transaction(sessions) as session:
        body = {"before": {"fee": None}, "after": {"fee": "2元"}}
        given = {"id": "r", "kind": "rest_stop", "key": "gz-1", "body": body, "reason": "9月名单"}
        session.add(Revision(**given, author="import", created_at=clock(), valid_from=clock()))
    (entry,) = (await desk.opens()).history
    assert (entry.road, entry.by, entry.reason) == ("import", None, "9月名单")
    assert [(change.old, change.new) for change in entry.changes] == [(None, "2元")]


@on_sqlite
async def test_a_stop_of_before_the_columns_can_be_edited(
    sessions: Sessions, library: Library, clock: FixedClock
):
    """A row without a date, without its published position."""
    async with transaction(sessions) as session:
        row = await add_stop(session, library)
        row.published_on = row.published_position = None
    desk = Desk(sessions, library, clock)
    await desk.opens()
    assert (desk.form["published_on"], desk.form["datum"]) == ("", "wgs84")
    row = await desk.saves(fee="免费")
    assert (row.published_on, row.fee) == (None, "免费")


@given(st.sampled_from(sorted(shipped_library().stops)))
def test_a_form_read_back_is_the_stop(key: str):
    library = shipped_library()
    row = RestStopRow(**columns.columns(library, library.stops[key]))
    parts = columns.given(row)
    form = fields.as_form(library, parts)
    # Shipped leads need not be links, nor shipped dates plain ones.
    touched = form.keys() - {"source_url", "published_on"}
    values = fields.read(library, TODAY, parts, form, touched)
    assert {name: getattr(row, name) for name in values} == {
        **values, "facilities": row.facilities, "lacks": row.lacks,
    }  # fmt: skip
    for name in ("facilities", "lacks"):
        assert set(values[name]) == set(getattr(row, name))


@given(st.dictionaries(st.sampled_from([*fields.TEXTS, *fields.POSITION]), st.text(), min_size=1))
def test_no_text_breaks_the_reading(typed: dict[str, str]):
    library = shipped_library()
    form = {**fields.as_form(library, GIVEN), **typed}
    try:
        values = fields.read(library, TODAY, GIVEN, form, typed)
    except BadFields as refusal:
        values, faults = {}, set(refusal.faults)
    else:
        faults = set()
    assert faults <= set(form)
    assert faults or values["accuracy"] == "none" or values["lat"] is not None
