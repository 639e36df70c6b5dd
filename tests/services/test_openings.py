"""Rules side by side say what each says by itself, whenever they are asked."""

from datetime import datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kit.clock import SHANGHAI
from services import hours
from services.rest_stops.openings import NEVER, Openings
from services.rest_stops.ranking import USES

# Before, in and after a holiday, and where no calendar is published.
BEGIN = datetime(2026, 9, 28, tzinfo=SHANGHAI)
RULES = (None, "24/7", "Mo-Su 00:00-01:00", "Mo-Fr 08:00-20:00", "Fr-Su 22:00-06:00; PH off")
MINUTES = st.integers(0, 14 * 24 * 60) | st.integers(400 * 24 * 60, 402 * 24 * 60)


@given(st.lists(st.tuples(MINUTES, st.lists(st.sampled_from(RULES), max_size=4)), max_size=12))
def test_a_rule_says_the_same_among_others(asked: list[tuple[int, list[str | None]]]):
    """The moments come in any order, as clocks of several processes and tests do."""
    openings = Openings()
    for minutes, rules in asked:
        now = BEGIN + timedelta(minutes=minutes)
        numbers = np.array([openings.number(rule) for rule in rules], np.int32)
        use, opens = openings.at(now, numbers)
        said = [hours.status(rule, now) for rule in rules]
        assert [USES[number] for number in use] == [each.state for each in said]
        assert list(opens) == [
            each.opens_at.timestamp() if each.opens_at else NEVER for each in said
        ]


async def test_what_was_kept_up_is_not_read_again():
    openings = Openings()
    numbers = np.array([openings.number(f"Mo-Su 08:{n:02}-20:00") for n in range(60)] * 5)
    await openings.keep_up(BEGIN)
    read = []
    openings._read = lambda number, _moment: read.append(number)
    openings.at(BEGIN + timedelta(hours=7), numbers)
    assert read == []
    openings.at(BEGIN + timedelta(hours=9), numbers)
    assert read == list(range(60))
