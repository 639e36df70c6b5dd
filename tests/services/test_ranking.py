"""The promises of the order, each as a property over any two stops."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kit.clock import SHANGHAI
from services.hours import Hours
from services.rest_stops.ranking import (
    ENTRY_M,
    LAST,
    USES,
    Judged,
    doubt_m,
    missing,
    published_date,
    rank,
)
from services.rest_stops.reports import KINDS
from services.rest_stops.standing import Voice, standing

NOW = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)
FACILITIES = ("水", "换电", "厕所")
some = st.frozensets(st.sampled_from(FACILITIES))
voices = st.builds(
    lambda kind, age, counts: Voice(kind, NOW - age, counts),
    st.sampled_from(KINDS), st.timedeltas(timedelta(0), timedelta(days=20)), st.booleans(),
)  # fmt: skip


@st.composite
def judged(draw, **fixed):
    has = draw(some)
    fields = {
        "id": draw(st.text("abc", min_size=1, max_size=3)),
        "status": draw(st.sampled_from(["open_to_public"] * 4 + ["under_construction"])),
        "entry": draw(st.sampled_from(sorted(ENTRY_M))),
        "facilities": tuple(has),
        "lacks": tuple(draw(some) - has),
        "published_on": draw(st.sampled_from([None, "2018", "2023-11", "2026-02-03", "春天"])),
        "checked_on": draw(st.sampled_from([None, date(2026, 11, 1), date(2020, 1, 1)])),
        "confidence": draw(st.sampled_from(["high", "medium", "low"])),
    }
    said = draw(st.lists(voices, max_size=4))
    state = draw(st.sampled_from(["open", "closed", "unknown"]))
    metres = draw(st.none() | st.floats(0, 30_000))
    values = {"hours": Hours(state), "standing": standing(said, NOW), "metres": metres, **fixed}
    return Judged(SimpleNamespace(**{**fields, **fixed.get("stop", {})}), values["hours"],
                  values["standing"], values["metres"])  # fmt: skip


def before(one: Judged, other: Judged, needs=frozenset()) -> bool:
    return rank(one, needs, NOW) < rank(other, needs, NOW)


LOCKED_TODAY = standing([Voice("locked", NOW - timedelta(hours=2), counts=False)], NOW)


@given(judged(standing=LOCKED_TODAY), judged(hours=Hours("open")), st.floats(0, 500), some)
def test_locked_today_never_above_one_confirmed_open_within_500_m(locked, other, apart, needs):
    confirmed = standing([Voice("open", NOW - timedelta(hours=1), counts=True)], NOW)
    near = None if locked.metres is None else locked.metres + apart
    stop = SimpleNamespace(**{**vars(other.stop), "status": "open_to_public"})
    good = Judged(stop, Hours("open"), confirmed, near)
    assert before(good, locked, needs)


@given(judged(), judged())
def test_what_is_of_more_use_comes_first_however_far(one: Judged, other: Judged):
    uses = [USES.index(each.use) for each in (one, other)]
    if uses[0] != uses[1]:
        assert before(one, other) == (uses[0] < uses[1])


@given(judged(), judged(), some)
def test_what_is_needed_and_published_comes_first(one: Judged, other: Judged, needs):
    lacking = [missing(each, needs) for each in (one, other)]
    last = [each.use in LAST for each in (one, other)]
    if last[0] == last[1] and lacking[0] != lacking[1]:
        assert before(one, other, needs) == (lacking[0] < lacking[1])


@given(judged(), st.floats(0, 30_000), st.floats(0.01, 30_000))
def test_of_two_alike_the_nearer_comes_first(one: Judged, near: float, more: float):
    far = near + more
    stands = (one.stop, one.hours, one.standing)
    assert before(Judged(*stands, near), Judged(*stands, far))
    assert before(Judged(*stands, far), Judged(*stands, None))  # known before unknown distance


@given(judged(), st.sampled_from(sorted(ENTRY_M)), st.sampled_from(sorted(ENTRY_M)))
def test_a_surer_door_is_worth_a_detour_and_never_less(one: Judged, sure: str, unsure: str):
    assume(ENTRY_M[sure] < ENTRY_M[unsure])
    doors = [SimpleNamespace(**{**vars(one.stop), "entry": entry}) for entry in (sure, unsure)]
    easy, hard = (Judged(stop, one.hours, one.standing, one.metres) for stop in doors)
    assert before(easy, hard)


@given(judged())
def test_what_was_confirmed_lately_is_not_behind_what_was_not(one: Judged):
    confirmed = standing([Voice("open", NOW - timedelta(days=1), counts=False)], NOW)
    silent = standing([], NOW)
    with_word, without = (
        Judged(one.stop, one.hours, stands, one.metres) for stands in (confirmed, silent)
    )
    assert doubt_m(with_word, NOW) <= doubt_m(without, NOW)


@given(judged(), voices)
def test_a_complaint_never_lifts_a_stop(one: Judged, said: Voice):
    assume(said.kind != "open")
    complained = Judged(one.stop, one.hours, standing([said], NOW), one.metres)
    silent = Judged(one.stop, one.hours, standing([], NOW), one.metres)
    assert not before(complained, silent)


@given(st.lists(judged(), max_size=6, unique_by=lambda one: one.stop.id), some)
def test_no_two_stops_are_equal(stops: list[Judged], needs):
    keys = [rank(one, needs, NOW) for one in stops]
    assert len(set(keys)) == len(stops)  # no two are equal, so chance decides nothing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-11", date(2023, 11, 1)),
        ("2025-08-14", date(2025, 8, 14)),
        ("2025", date(2025, 1, 1)),
        ("2026（未标日期）", date(2026, 1, 1)),
        ("2021前后", date(2021, 1, 1)),
        ("2023-13", None),
        ("12-26（未标年份）", None),
        ("", None),
        (None, None),
    ],
)
def test_published_dates(text: str | None, expected: date | None):
    assert published_date(text) == expected
