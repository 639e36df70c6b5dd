"""What becomes of a case after the index knows it counts at the next search, in each process."""

from datetime import timedelta

import pytest

from db.models import CaseEvent
from db.session import make_sessions, transaction
from kit.ids import new_id
from services import cases
from services.cases.duplicates import READ, near, note
from tests.factories import NOON_OF_TESTS, add_case, add_staff, add_worker
from tests.services.cases.test_duplicates import SAME, handed_in, move
from tests.staffing import everything


def clock():
    return NOON_OF_TESTS + timedelta(hours=1)


async def told(sessions, library, text=SAME["one"], most=3):
    async with transaction(sessions) as session:
        return await near(session, library, text=text, most=most)


@pytest.fixture
async def two(sessions, engine, library):
    """Two processes that have looked once, before anything was handed in."""
    both = (sessions, make_sessions(engine))
    for process in both:
        assert await told(process, library) == ()
    return both


async def test_a_case_taken_back_is_told_nowhere(two, library):
    async with transaction(two[0]) as session:
        worker = await add_worker(session)
        case = await handed_in(session, library, SAME["other"], worker_id=worker.id)
    assert [len(await told(process, library)) for process in two] == [1, 1]

    async with transaction(two[0]) as session:
        await cases.withdraw(session, library, clock, worker.id, case.code)

    assert [await told(process, library) for process in two] == [(), ()]


async def test_a_case_let_in_is_told_from_then_on(two, library):
    async with transaction(two[0]) as session:
        staff = await add_staff(session)
        case = await handed_in(session, library, SAME["other"], "held", held_reason="too_many")
    assert [await told(process, library) for process in two] == [(), ()]

    async with transaction(two[1]) as session:
        actor = everything(staff.id)
        await cases.take(session, library, clock, actor, case.code, step="release")

    assert [len(await told(process, library)) for process in two] == [1, 1]


async def test_what_is_hidden_later_is_neither_told_nor_searched(two, library):
    secret = SAME["other"][:4]
    async with transaction(two[0]) as session:
        staff = await add_staff(session)
        case = await handed_in(session, library, SAME["other"])
    assert [secret in one.subject for one in await told(two[1], library)] == [True]

    async with transaction(two[0]) as session:
        await cases.mask_more(session, library, clock, case.code, staff.id, words=secret)

    for process in two:
        found = await told(process, library, SAME["other"].replace(secret, ""))
        assert [(one.code, secret in one.subject) for one in found] == [(case.code, False)]
        assert secret not in str(await told(process, library))


async def test_of_the_very_same_words_one_stands_for_all_unless_it_is_taken_back(two, library):
    async with transaction(two[0]) as session:
        worker = await add_worker(session)
        first = await handed_in(session, library, SAME["other"], worker_id=worker.id)
        other = await handed_in(session, library, SAME["other"], folded_into=first.id)
    assert [one.code for one in await told(two[1], library)] == [first.code]

    async with transaction(two[0]) as session:
        await cases.withdraw(session, library, clock, worker.id, first.code)

    assert [one.code for one in await told(two[1], library)] == [other.code]


async def test_a_flood_of_hidden_cases_takes_no_place_from_an_open_one(two, library):
    async with transaction(two[0]) as session:
        for _ in range(READ - 1):
            await handed_in(session, library, SAME["one"], "held")
        case = await handed_in(session, library, SAME["other"])

    assert [one.code for one in await told(two[1], library)] == [case.code]


async def test_a_case_that_was_never_committed_leaves_room_for_the_next(two, library):
    with pytest.raises(ZeroDivisionError):
        await note_and_fail(two[0], library)

    async with transaction(two[0]) as session:
        case = await handed_in(session, library, SAME["other"])

    assert [[one.code for one in await told(process, library)] for process in two] == [
        [case.code], [case.code]
    ]  # fmt: skip


async def note_and_fail(sessions, library):
    async with transaction(sessions) as session:
        case = await add_case(session, subject=SAME["other"], text_digest=new_id())
        session.add(CaseEvent(id=new_id(), case_id=case.id, number=1, state="received",
                              actor="worker", at=NOON_OF_TESTS))  # fmt: skip
        await session.flush()
        await note(session, library, case)
        assert len(await near(session, library, text=SAME["one"])) == 1
        raise ZeroDivisionError


async def test_a_case_that_is_gone_is_not_told(two, library):
    async with transaction(two[0]) as session:
        case = await handed_in(session, library, SAME["other"])
    assert len(await told(two[1], library)) == 1

    async with transaction(two[0]) as session:
        await session.delete(await session.get(type(case), case.id))

    assert await told(two[1], library) == ()


async def test_a_later_step_is_told_with_its_state(two, library):
    async with transaction(two[0]) as session:
        case = await handed_in(session, library, SAME["other"])
    assert [one.state for one in await told(two[1], library)] == ["received"]

    async with transaction(two[0]) as session:
        await move(session, case, 2, "in_review")

    assert [one.state for one in await told(two[1], library)] == ["in_review"]
