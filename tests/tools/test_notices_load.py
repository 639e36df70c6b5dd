"""What the bench and the soak of notices count, and what they call a fault."""

from dataclasses import replace

import pytest

from tools.notices.watching import pace_of
from tools.soak.notices import Ended, Total, moment

EVERYBODY = range(1, 6)
ENDED = Ended({1: 1, 2: 1, 3: 1, 4: 1}, unknown={4, 5}, planned=5, sent=3)


def faults(ended: Ended, batch: int = 2) -> list[str]:
    return ended.faults(EVERYBODY, batch)


def test_who_is_unknown_may_have_it_or_not():
    assert faults(ENDED) == []


@pytest.mark.parametrize(
    ("ended", "word"),
    [
        (replace(ENDED, arrived={**ENDED.arrived, 2: 2}), "chat 2: 2 times"),
        (replace(ENDED, arrived={1: 1, 2: 1, 4: 1}), "chat 3: neither"),
        (replace(ENDED, sent=2), "2 sent"),
        (replace(ENDED, planned=6), "6 planned"),
    ],
)
def test_twice_missing_and_wrong_sums_are_faults(ended: Ended, word: str):
    [fault] = faults(ended)
    assert word in fault


def test_more_than_a_batch_unknown_is_a_fault():
    assert faults(ENDED, batch=1) == ["2 unknown, more than a batch"]


def test_the_table_counts_what_arrived_of_the_unknown():
    total = Total("SQLite", [ENDED, replace(ENDED, unknown={5}, sent=4)])
    assert total.row[:9] == ("SQLite", 2, 8, 3, 2, 1, 0, 0, 0)


def test_a_seed_draws_the_same_moment_within_the_notice():
    moments = {seed: moment(seed, 500) for seed in range(50)}
    assert moments == {seed: moment(seed, 500) for seed in range(50)}
    assert all(1 <= after < 500 and 0 <= late < 0.04 for after, late in moments.values())
    assert len(set(moments.values())) == 50


def test_a_pace_is_counted_from_the_first_to_the_last_notice():
    notices = [10 + n / 10 for n in range(121)]  # twelve seconds at ten a second
    live = [9.0, 11.05, 16.05, 22.5]
    pace = pace_of(notices, [*notices, *live])
    assert (pace.seconds, pace.notices) == (pytest.approx(12), pytest.approx(10))
    assert pace.messages == pytest.approx(122 / 12)
    assert pace.slowest == pytest.approx(51 / 5)  # of the two whole windows
