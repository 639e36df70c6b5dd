"""How many twins are shown among at most five, and how much else, on pairs of our own invention.

What was seen when:

- `duplicates_tuning`, `duplicates_tuning_more`: read again and again while words, rules and
  weights were chosen. Their figures flatter.
- `duplicates_held_out`: 18 and 22 pairs, written before the first tuning. Its misses were read
  later (15 of 18 were found then), so it counts as tuning since.
- `duplicates_fresh`: 64 and 64 pairs, written by somebody who had read the code and four lines of
  each older file, not the lists of words, and committed before it was measured. The first
  measurement, weighing each pair without the shelf: recall 0.766, precision 0.628. Then the rule
  of `Traits.begin`, ALIKE and OTHER_MATTER were chosen on the other files alone; which fresh
  pairs were missed was never looked at, but their totals were seen at four settings. Through
  `near` the last one gave recall 0.938 and precision 0.698.
  The pairs of `duplicates_tuning_more` were written by the same hand after the first measurement.

Half of the different pairs are of one place or one matter on purpose; real traffic has fewer.
"""

import pytest

from db.session import transaction
from services.cases.duplicates import near
from tests.services.cases.test_duplicates import handed_in, pairs

# Recall; precision of all that is shown, to those who have a twin and to those who have none.
FLOORS = {
    "duplicates_tuning": (0.93, 0.38),
    "duplicates_tuning_more": (0.80, 0.70),
    "duplicates_held_out": (0.90, 0.38),
    "duplicates_fresh": (0.85, 0.60),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FLOORS)
async def test_at_most_five_suggestions_hold_the_same_case(sessions, library, name):
    rows = pairs(name)
    codes = {}
    async with transaction(sessions) as session:
        for text in dict.fromkeys(row["other"] for row in rows):
            codes[text] = (await handed_in(session, library, text)).code

    shown, found = 0, 0
    for row in rows:
        async with transaction(sessions) as session:
            told = await near(session, library, text=row["one"], most=5)
        shown += len(told)
        if row["same"] == "yes":
            found += codes[row["other"]] in [one.code for one in told]

    asked = sum(row["same"] == "yes" for row in rows)
    recall, precision = found / asked, found / shown
    print(f"{name}: recall {recall:.3f} of {asked}, precision {precision:.3f}")  # noqa: T201 - the figure
    assert recall >= FLOORS[name][0]
    assert precision >= FLOORS[name][1]
