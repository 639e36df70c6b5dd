"""What voices at the door come to: two that count take a claim down, two confirmations restore."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.clock import SHANGHAI
from services.rest_stops.reports import KINDS
from services.rest_stops.standing import (
    AGAINST,
    NOTHING_SAID,
    SHUT,
    TODAY,
    TOLD_FOR,
    Standing,
    Voice,
    standing,
)

NOW = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)
ages = st.timedeltas(timedelta(0), timedelta(days=40))
voices = st.builds(
    lambda kind, age, counts: Voice(kind, NOW - age, counts),
    st.sampled_from(KINDS), ages, st.booleans(),
)  # fmt: skip


def voice(kind: str, *, minutes: int = 0, hours: int = 0, days: int = 0, counts: bool = True):
    return Voice(kind, NOW - timedelta(minutes=minutes, hours=hours, days=days), counts)


def of(*said: Voice) -> Standing:
    return standing(said, NOW)


def test_nothing_said_changes_nothing():
    assert of() == NOTHING_SAID


def test_one_voice_is_told_and_hides_nothing():
    found = of(voice("locked", hours=2))
    assert (found.newest.kind, found.agree, found.shut, found.hidden) == (
        "locked", 1, True, frozenset(),
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "claim"), AGAINST.items())
def test_two_that_count_and_agree_hide_the_claim(kind: str, claim: str):
    assert of(voice(kind, days=3), voice(kind, days=2)).hidden == {claim}


@pytest.mark.parametrize("kind", AGAINST)
def test_two_strangers_far_off_hide_nothing(kind: str):
    strangers = [voice(kind, hours=hours, counts=False) for hours in (1, 2, 3)]
    assert not of(*strangers).hidden
    assert not of(*strangers, voice(kind)).hidden  # and one who counts is not two


def test_two_who_disagree_hide_nothing():
    assert not of(voice("locked"), voice("dry")).hidden


def test_it_stays_hidden_until_staff_look_however_old():
    assert of(voice("moved", days=300), voice("moved", days=299)).hidden == {"place"}


def test_two_later_confirmations_restore_one_does_not():
    against = [voice("locked", hours=5), voice("locked", hours=4)]
    once = voice("open", hours=3)
    assert of(*against, once).hidden == {"hours"}
    assert not of(*against, once, voice("open", hours=2)).hidden
    assert of(voice("open", hours=9), voice("open", hours=8), *against).hidden == {"hours"}


def test_confirmations_of_strangers_do_not_restore():
    against = [voice("locked", hours=5), voice("locked", hours=4)]
    confirmed = [voice("open", hours=hours, counts=False) for hours in (1, 2, 3)]
    assert of(*against, *confirmed).hidden == {"hours"}


@pytest.mark.parametrize(
    ("said", "shut"),
    [
        ([voice("locked", hours=23)], True),
        ([voice("locked", hours=25)], False),
        ([voice("dry", hours=1)], False),  # one gets in, and finds no water
        ([voice("locked", hours=2), voice("open", hours=1)], False),
        ([voice("locked", hours=1), voice("open", hours=2)], True),
        ([voice("locked", hours=2), voice("open", hours=1, counts=False)], True),
        ([voice("locked", hours=2, counts=False), voice("open", hours=1, counts=False)], False),
        ([voice("locked", hours=2), voice("open", hours=1), voice("moved")], True),
    ],
)
def test_shut_today(said: list[Voice], shut: bool):  # noqa: FBT001 - a table
    assert of(*said).shut is shut


def test_confirmed_lately():
    assert of(voice("open", days=6)).confirmed_at == NOW - timedelta(days=6)
    assert of(voice("open", days=8)).confirmed_at is None
    assert of(voice("open", days=2), voice("dry", days=1)).confirmed_at is None


@given(st.lists(voices, max_size=8))
def test_the_order_in_which_voices_are_read_is_no_matter(said: list[Voice]):
    apart = list({voice.at: voice for voice in said}.values())
    assert standing(apart, NOW) == standing(apart[::-1], NOW)


@given(st.lists(voices, max_size=8))
def test_what_holds_for_any_voices(said: list[Voice]):
    found = standing(said, NOW)
    for kind, claim in AGAINST.items():
        counting = [v for v in said if v.counts and v.kind == kind]
        assert claim not in found.hidden or len(counting) >= 2
    assert not found.shut or any(v.kind in SHUT and NOW - v.at <= TODAY for v in said)
    assert found.newest is None or NOW - found.newest.at <= TOLD_FOR


@given(st.lists(voices, max_size=6), st.sampled_from(sorted(SHUT)))
def test_a_report_lowers_a_stop_at_once(said: list[Voice], kind):
    older = [Voice(v.kind, v.at - timedelta(seconds=1), v.counts) for v in said]
    found = standing([*older, Voice(kind, NOW, counts=False)], NOW)
    assert found.shut
    assert found.newest.kind == kind
