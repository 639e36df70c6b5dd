"""Which stops are found around a position and in an area, and in which order."""

from dataclasses import replace
from datetime import datetime

import pytest

from db.models import StopReport, Worker
from db.session import Sessions, transaction
from kit.clock import SHANGHAI
from services.rest_stops import finding
from services.rest_stops.around import around
from services.rest_stops.finding import ANY, KEPT_MOST, Area, Wish
from tests.services.stops import CENTRE, stop, store

NOON = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)
ALWAYS, NIGHT = "24/7", "Mo-Su 00:00-01:00"


async def found_around(sessions: Sessions, wish: Wish = ANY) -> finding.Found:
    async with transaction(sessions) as session:
        return await around(session, lambda: NOON, CENTRE, wish)


async def test_open_before_unknown_before_closed_before_building(sessions: Sessions):
    await store(
        sessions,
        stop("building", 10, status="under_construction", opening_hours=ALWAYS),
        stop("closed", 20, opening_hours=NIGHT),
        stop("unknown-far", 900),
        stop("unknown-near", 30),
        stop("open-far", 2_000, opening_hours=ALWAYS),
        stop("open-near", 400, opening_hours="Mo-Su 08:00-20:00"),
        stop("withdrawn", 5, status="withdrawn"),
    )
    order = ["open-near", "open-far", "unknown-near", "unknown-far", "closed", "building"]
    assert (await found_around(sessions)).ids == order


async def test_open_ones_farther_than_three_kilometres_are_there_and_counted_apart(
    sessions: Sessions,
):
    await store(
        sessions,
        stop("near", 100),
        stop("far", 5_000, opening_hours=ALWAYS),
        stop("far-street", 5_000, "street", opening_hours=ALWAYS),
        stop("abroad", 40_000, opening_hours=ALWAYS),
    )
    found = await found_around(sessions)
    # Of a street far off nobody can say how far: it is no answer to "around here".
    assert (found.ids, found.near, found.good) == (["far", "near"], {"near"}, 0)


async def test_with_enough_open_ones_near_nobody_looks_farther(sessions: Sessions):
    open_ones = [stop(f"near-{n}", 100 * n, opening_hours=ALWAYS) for n in range(1, 4)]
    await store(sessions, *open_ones, stop("far", 5_000, opening_hours=ALWAYS))
    assert "far" not in (await found_around(sessions)).ids
    assert "far" in (await found_around(sessions, Wish(far=True))).ids


async def test_a_list_has_an_end(sessions: Sessions):
    await store(sessions, *(stop(f"s{n:03}", n, opening_hours=ALWAYS) for n in range(100)))
    found = await found_around(sessions)
    assert (len(found.ids), found.whole) == (KEPT_MOST, False)
    assert found.total > KEPT_MOST


async def test_only_good_positions_have_a_distance(sessions: Sessions):
    await store(
        sessions,
        stop("exact", 1_234),
        stop("landmark", 1_234, "landmark", landmark="测试站", est_error_m=200),
        stop("street", 1_234, "street"),
        stop("district", 1_234, "district"),
        stop("none", None, "none"),
    )
    found = await found_around(sessions)
    assert set(found.ids) == {"exact", "landmark", "street"}
    assert {key: round(metres) for key, metres in found.metres.items()} == {
        "exact": 1_234, "landmark": 1_234,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "fitting"),
    [
        (Wish(("换电",)), {"both", "swap"}),
        (Wish(("换电", "水")), {"both"}),
        (Wish(always=True), {"both"}),
        (Wish(open_now=True), {"both", "day"}),
        (Wish(("水",), open_now=True), {"both"}),
        (Wish(("游泳池",)), set()),
        (Wish(("%",)), set()),
    ],
)
async def test_wishes(sessions: Sessions, wish: Wish, fitting: set[str]):
    await store(
        sessions,
        stop("both", 10, facilities=("换电", "水"), opening_hours=ALWAYS),
        stop("swap", 20, facilities=("换电",), lacks=("水",), opening_hours=NIGHT),
        stop("day", 30, opening_hours="Mo-Su 08:00-20:00"),
        stop("unknown", 40, facilities=("热水",)),
    )
    strictly = replace(wish, strict=True)
    async with transaction(sessions) as session:
        area = await finding.in_area(session, lambda: NOON, Area("广州"), strictly)
    for found in (await found_around(sessions, strictly), area):
        assert (set(found.ids), found.fitting) == (fitting, len(fitting))


async def test_those_that_may_have_it_come_behind_those_that_have_it(sessions: Sessions):
    await store(
        sessions,
        stop("lacks", 5, lacks=("换电",), opening_hours=ALWAYS),
        stop("unknown", 10, opening_hours=ALWAYS),
        stop("has", 900, facilities=("换电",)),
        stop("has-far", 5_000, facilities=("换电",), opening_hours=ALWAYS),
    )
    found = await found_around(sessions, Wish(("换电",)))
    assert (found.ids, found.near) == (["has-far", "has", "unknown"], {"has", "unknown"})
    assert (found.unsure, found.fitting) == ({"unknown"}, 2)
    async with transaction(sessions) as session:
        area = await finding.in_area(session, lambda: NOON, Area("广州"), Wish(("换电",)))
    assert (area.ids, area.fitting) == (["has-far", "has", "unknown"], 2)


async def test_a_report_of_today_puts_a_stop_behind_all_that_may_be_open(sessions: Sessions):
    await store(sessions, stop("a", 10, opening_hours=ALWAYS), stop("b", 900))
    assert (await found_around(sessions)).ids == ["a", "b"]
    async with transaction(sessions) as session:
        session.add(
            StopReport(id="r", stop_id="a", day=NOON.date(), kind="locked", near=False,
                       known=False, at=NOON)
        )  # fmt: skip
    assert (await found_around(sessions)).ids == ["b", "a"]
    assert (await found_around(sessions, Wish(open_now=True))).ids == []


async def test_at_night_the_open_one_farther_off_is_on_the_list(sessions: Sessions):
    """Forty closed ones near do not push it off."""
    shut = (stop(f"n{n:02}", 40 * n, opening_hours="Mo-Su 02:00-03:00") for n in range(40))
    await store(sessions, *shut, stop("far", 4_000, opening_hours=ALWAYS))
    found = await found_around(sessions)
    assert found.ids[0] == "far"
    assert found.next_to_open.stop.id in found.ids
    assert not found.whole


LOCKED = {"day": NOON.date(), "kind": "locked", "near": False, "known": False, "at": NOON}


@pytest.mark.parametrize("wish", [ANY, Wish(("厕所",))])
async def test_locked_today_stands_behind_open_ones_whatever_else_speaks_for_it(
    sessions: Sessions, wish: Wish
):
    await store(
        sessions,
        stop("locked", 2_900, opening_hours=ALWAYS, facilities=("厕所",)),
        stop("beyond", 3_100, opening_hours=ALWAYS),
        stop("beside", 2_950, opening_hours=ALWAYS),
    )
    async with transaction(sessions) as session:
        session.add(StopReport(id="r", stop_id="locked", **LOCKED))
    ids = (await found_around(sessions, wish)).ids
    assert ids.index("beside") < ids.index("locked")
    assert "beyond" not in ids or ids.index("beyond") < ids.index("locked")


async def test_supplies_in_dispute_are_not_known_to_be_there(sessions: Sessions):
    await store(sessions, stop("a", 10, opening_hours=ALWAYS, facilities=("换电",)))
    async with transaction(sessions) as session:
        session.add_all(Worker(id=key, created_at=NOON) for key in "xy")
        await session.flush()
        session.add_all(
            StopReport(
                id=key, stop_id="a", worker_id=key, **{**LOCKED, "kind": "dry", "known": True}
            )
            for key in "xy"
        )
    found = await found_around(sessions, Wish(("换电",)))
    assert (found.ids, found.unsure, found.good) == (["a"], {"a"}, 0)


async def test_a_list_of_before_is_judged_anew(sessions: Sessions):
    await store(sessions, stop("a", 10, opening_hours=ALWAYS), stop("b", 20), stop("gone", 5))
    async with transaction(sessions) as session:
        ids, metres = ["b", "a", "nobody"], {"a": 700.0}
        found = await finding.again(session, lambda: NOON, ids, metres)
    assert (found.ids, found.metres) == (["a", "b"], {"a": 700.0})


async def test_words_of_a_name_or_address(sessions: Sessions):
    await store(
        sessions,
        stop("a", None, "none", name="ABC驿站"),
        stop("b", None, "none", address="万达旁"),
        stop("c", None, "none", address="100%路"),
    )
    async with transaction(sessions) as session:
        found = [
            set((await finding.mentioning(session, lambda: NOON, words)).ids)
            for words in ("abc", "万达", "%", "_")
        ]
    assert found == [{"a"}, {"b"}, {"c"}, set()]
