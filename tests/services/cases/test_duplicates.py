"""Near-duplicates before sending: found, shown with enough to judge, never what is hidden."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from db.models import CaseEvent, CaseSupporter
from db.session import make_sessions, transaction
from kit.ids import new_id
from services.cases.duplicates import near, note, note_missing
from services.turns import Position
from tests.factories import NOON_OF_TESTS, add_case, add_worker

FIXTURES = Path(__file__).parents[2] / "fixtures"
HERE = Position(22.8005, 113.5301)


def pairs(name):
    with (FIXTURES / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


PAIRS = pairs("duplicates_held_out")
SAME = next(row for row in PAIRS if row["same"] == "yes")
OTHER_MATTER, OTHER_PLACE = (
    next(r for r in PAIRS if r["same"] == "no"),
    next(r for r in reversed(PAIRS) if r["same"] == "no"),
)


async def handed_in(session, library, subject, state="received", **fields):
    case = await add_case(session, subject=subject, text_digest=new_id(), **fields)
    await move(session, case, 1, state)
    await note(session, library, case)
    return case


async def move(session, case, number, state):
    session.add(
        CaseEvent(
            id=new_id(), case_id=case.id, number=number, state=state, actor="worker",
            at=NOON_OF_TESTS + timedelta(minutes=number),
        )
    )  # fmt: skip
    await session.flush()


async def test_enough_is_told_to_judge(sessions, library):
    async with transaction(sessions) as session:
        author, friend = await add_worker(session), await add_worker(session)
        case = await handed_in(
            session, library, SAME["other"], worker_id=author.id, lat=HERE.lat, lon=HERE.lon
        )
        session.add(CaseSupporter(id=new_id(), case_id=case.id, worker_id=friend.id,
                                  at=NOON_OF_TESTS))  # fmt: skip

        close = Position(HERE.lat + 0.001, HERE.lon)
        (told,) = await near(session, library, text=SAME["one"], spot=close, worker_id=friend.id)
        (own,) = await near(session, library, text=SAME["one"], worker_id=author.id)

    assert (told.code, told.subject, told.state) == (case.code, SAME["other"], "received")
    assert told.metres == pytest.approx(111, abs=1)
    assert (told.supporters, told.is_open, told.own) == (1, True, False)
    assert (own.own, own.metres) == (True, None)


@pytest.mark.parametrize("row", [OTHER_MATTER, OTHER_PLACE], ids=["other matter", "other place"])
async def test_another_matter_or_place_is_no_duplicate(sessions, library, row):
    async with transaction(sessions) as session:
        await handed_in(session, library, row["other"])

        assert await near(session, library, text=row["one"]) == ()


async def test_the_same_words_far_away_are_no_duplicate(sessions, library):
    async with transaction(sessions) as session:
        await handed_in(session, library, SAME["one"], lat=HERE.lat, lon=HERE.lon)
        far = Position(HERE.lat + 0.1, HERE.lon)

        assert await near(session, library, text=SAME["one"], spot=far) == ()
        assert len(await near(session, library, text=SAME["one"], spot=HERE)) == 1


@pytest.mark.parametrize("state", ["held", "withdrawn"])
async def test_what_is_hidden_is_never_told(sessions, library, state):
    async with transaction(sessions) as session:
        case = await handed_in(session, library, SAME["other"])
        assert await near(session, library, text=SAME["one"])

        await move(session, case, 2, state)

        assert await near(session, library, text=SAME["one"]) == ()


async def test_words_of_older_days_are_masked_before_they_are_told(sessions, library):
    number = "13800138000"
    async with transaction(sessions) as session:
        case = await add_case(session, subject=SAME["other"] + number)
        await move(session, case, 1, "received")
        await note(session, library, case)

        (told,) = await near(session, library, text=SAME["one"])

    assert number not in told.subject


async def test_a_second_process_learns_what_the_first_noted(sessions, engine, library):
    other_process = make_sessions(engine)
    async with transaction(other_process) as session:
        assert await near(session, library, text=SAME["one"]) == ()

    async with transaction(sessions) as session:
        case = await handed_in(session, library, SAME["other"])

    async with transaction(other_process) as session:
        assert [one.code for one in await near(session, library, text=SAME["one"])] == [case.code]


async def test_a_case_noted_anew_counts_with_its_new_words_only(sessions, library):
    async with transaction(sessions) as session:
        case = await handed_in(session, library, SAME["other"])
        assert await near(session, library, text=SAME["one"])

        case.subject = OTHER_MATTER["other"]
        await note(session, library, case)

        assert await near(session, library, text=SAME["one"]) == ()
        assert len(await near(session, library, text=OTHER_MATTER["other"])) == 1


async def test_cases_of_before_are_noted_later(sessions, library):
    async with transaction(sessions) as session:
        case = await add_case(session, subject=SAME["other"])
        await move(session, case, 1, "received")
        assert await near(session, library, text=SAME["one"]) == ()

        assert await note_missing(session, library) == 1
        assert await note_missing(session, library) == 0

        assert len(await near(session, library, text=SAME["one"])) == 1
