"""Hot themes: one matter, not only one place; precise first."""

import csv
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from db.models import CaseEvent, CaseSupporter
from db.session import transaction
from kit.ids import new_id
from services import meaning
from services.cases.duplicates import note
from services.cases.grouping import groups
from services.cases.themes import regroup, themes, traits_of_message
from tests.factories import NOON_OF_TESTS, add_case

FILE = Path(__file__).parents[2] / "fixtures" / "themes.csv"
PRECISION, RECALL = 0.97, 0.85
SINCE = NOON_OF_TESTS - timedelta(days=30)


def messages():
    with FILE.open(encoding="utf-8") as file:
        return [(row["group"], row["text"]) for row in csv.DictReader(file)]


def labels(group):
    return [text for label, text in messages() if label == group]


def pairs(found):
    return {pair for group in found for pair in combinations(sorted(group), 2)}


def test_pairs_of_the_labelled_messages(library):
    rows = messages()
    all_traits = [traits_of_message(library, text) for _, text in rows]
    gold = [
        [n for n, (label, _) in enumerate(rows) if label == group]
        for group in {label for label, _ in rows if label}
    ]

    found = groups(all_traits, meaning.encoded([one.matter for one in all_traits]))

    both = pairs(gold) & pairs(found)
    precision, recall = len(both) / len(pairs(found)), len(both) / len(pairs(gold))
    print(f"{len(rows)} messages: precision {precision:.3f}, recall {recall:.3f} of pairs")  # noqa: T201 - the figure
    assert precision >= PRECISION
    assert recall >= RECALL


async def stored(session, library, text, state="received", **fields):
    case = await add_case(session, subject=text, text_digest=new_id(), **fields)
    session.add(CaseEvent(id=new_id(), case_id=case.id, number=1, state=state, actor="worker",
                          at=NOON_OF_TESTS))  # fmt: skip
    await session.flush()
    await note(session, library, case)
    return case


async def test_the_hottest_theme_comes_first(sessions, library):
    async with transaction(sessions) as session:
        two = [await stored(session, library, text) for text in labels("31")]
        three = [await stored(session, library, text) for text in labels("10")]
        for _ in range(2):
            session.add(CaseSupporter(id=new_id(), case_id=two[0].id, at=NOON_OF_TESTS))

        assert await regroup(session, library, SINCE) == 2
        hottest, other = await themes(session, library, SINCE, 5)

    assert set(hottest.codes) == {case.code for case in two}
    assert (hottest.count, hottest.supporters, hottest.heat) == (2, 2, 4)
    assert set(other.codes) == {case.code for case in three}
    assert other.title in labels("10")
    assert other.place in other.title


async def test_one_matter_at_two_places_is_two_themes(sessions, library):
    async with transaction(sessions) as session:
        for text in (*labels("22"), *labels("23")):
            await stored(session, library, text)

        await regroup(session, library, SINCE)
        found = await themes(session, library, SINCE, 5)

    assert sorted(theme.count for theme in found) == [len(labels("23")), len(labels("22"))]


@pytest.mark.parametrize("state", ["held", "withdrawn"])
async def test_what_is_hidden_is_in_no_theme(sessions, library, state):
    async with transaction(sessions) as session:
        first, *others = labels("31")
        await stored(session, library, first)
        for text in others:
            await stored(session, library, text, state)

        assert await regroup(session, library, SINCE) == 0
        assert await themes(session, library, SINCE, 5) == ()


async def test_nothing_since_then_is_no_theme(sessions, library):
    async with transaction(sessions) as session:
        for text in labels("31"):
            await stored(session, library, text)

        await regroup(session, library, SINCE)

        assert await themes(session, library, NOON_OF_TESTS + timedelta(days=1), 5) == ()
        assert await regroup(session, library, NOON_OF_TESTS + timedelta(days=1)) == 0
