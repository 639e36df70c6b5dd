"""Sorting learns from what people chose, once a night, and never gets worse by it."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot import nights as bot_nights
from content.library import Library
from content.loader import load
from db.models import CaseExample, SortingModel, Staff
from db.session import Sessions, transaction
from kit.ids import new_id
from services.cases import sorting
from services.cases.sorting import learning
from services.cases.sorting.nights import train_once
from tests.content.conftest import SHIPPED
from tests.factories import NOON_OF_TESTS, FixedClock, add_case
from tests.services.sorting import examples, store
from tests.testers.chat import on_sqlite

NIGHT = date(2026, 11, 19)


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED)


async def train(
    sessions: Sessions, library: Library, clock: FixedClock, night: date | None = None
):
    return await train_once(lambda: transaction(sessions), library, clock, night)


async def states(sessions: Sessions) -> list[str]:
    async with transaction(sessions) as session:
        query = select(SortingModel.state).order_by(SortingModel.trained_at)
        return list(await session.scalars(query))


async def proposed(sessions: Sessions, library: Library, text: str):
    async with transaction(sessions) as session:
        return await sorting.propose(session, library, "suggestion", text)


async def test_without_a_model_the_key_words_propose(sessions: Sessions, library: Library):
    found = await proposed(sessions, library, "建议在蕉门地铁口多装换电柜")
    assert found.category == "battery_charging_swap"
    assert "换电柜" in found.because
    assert 0 < found.confidence <= 1
    assert found.unit == library.categories["battery_charging_swap"].unit


async def test_where_nothing_speaks_for_any_category_it_says_so(
    sessions: Sessions, library: Library
):
    found = await proposed(sessions, library, "啊啊啊")
    assert (found.category, found.confidence, found.unit) == (None, 0.0, None)
    assert found.because == library.say("sorting.because_nothing")


async def test_too_few_examples_leave_the_words_in_charge(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await store(sessions, examples(library)[:20])
    trained = await train(sessions, library, clock)
    assert trained is not None
    assert await states(sessions) == [trained.state] == ["too_few"]
    assert (await proposed(sessions, library, "换电柜太少")).category == "battery_charging_swap"


@on_sqlite
async def test_learned_once_it_knows_what_no_key_word_says(
    sessions: Sessions, library: Library, clock: FixedClock
):
    # A way of speaking that no list of words has, as the people of one place have it.
    await store(sessions, [(f"{text}，阿叔们等着", name) for text, name in examples(library)])
    odd = [
        (f"第{'一二三四五六七八九十百千万'[n % 13]}个豆腐块又满咗{n}", "gates_access")
        for n in range(1, 40)
    ]
    await store(sessions, [(text.replace("豆腐块", f"豆腐块{chr(0x4E00 + n)}"), name)
                           for n, (text, name) in enumerate(odd)])  # fmt: skip
    assert (await proposed(sessions, library, "豆腐块又满咗")).category != "gates_access"

    assert (await train(sessions, library, clock)).state == "live"  # type: ignore[union-attr]

    found = await proposed(sessions, library, "豆腐块又满咗")
    assert found.category == "gates_access"
    assert "豆腐" in found.because
    assert found.confidence > 0.5


@on_sqlite
async def test_a_worse_candidate_does_not_go_live(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await store(sessions, examples(library))
    await train(sessions, library, clock)
    before = await proposed(sessions, library, "换电柜旁边没有棚子")
    await store(sessions, examples(library, wrong=True), NOON_OF_TESTS + timedelta(days=1))
    clock.advance(days=1)

    trained = await train(sessions, library, clock)

    assert await states(sessions) == ["live", "worse"]
    assert trained is not None and trained.candidate and trained.live  # noqa: PT018
    assert trained.candidate.macro_f1 < trained.live.macro_f1
    assert await proposed(sessions, library, "换电柜旁边没有棚子") == before


async def test_a_better_one_takes_its_place_and_is_loaded(
    sessions: Sessions, library: Library, clock: FixedClock
):
    found = examples(library)
    await store(sessions, [each for number, each in enumerate(found) if number % 6])
    await train(sessions, library, clock)
    first = await proposed(sessions, library, "换电柜旁边没有棚子")
    await store(sessions, found[::6], NOON_OF_TESTS + timedelta(days=1))
    clock.advance(days=1)

    await train(sessions, library, clock)

    assert await states(sessions) == ["retired", "live"]
    second = await proposed(sessions, library, "换电柜旁边没有棚子")
    assert second.category == first.category
    assert second.confidence != first.confidence
    async with transaction(sessions) as session:
        [old] = await session.scalars(select(SortingModel).where(SortingModel.state == "retired"))
        assert (
            await session.scalar(select(SortingModel.body).where(SortingModel.id == old.id))
            is None
        )


async def test_nothing_new_is_nothing_to_train(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await store(sessions, examples(library))
    await train(sessions, library, clock)
    clock.advance(days=1)
    await train(sessions, library, clock)
    assert await states(sessions) == ["live", "unchanged"]


async def test_two_processes_train_once_a_night(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await store(sessions, examples(library)[:20])
    clock.now = NOON_OF_TESTS.replace(hour=19)  # three in the morning in China
    await asyncio.gather(*(bot_nights.look(sessions, library, clock) for _ in range(4)))
    assert await states(sessions) == ["too_few"]
    clock.advance(minutes=20)
    await bot_nights.look(sessions, library, clock)
    assert await states(sessions) == ["too_few"]
    clock.advance(days=1)
    await bot_nights.look(sessions, library, clock)
    assert await states(sessions) == ["too_few", "too_few"]


async def test_nothing_is_trained_by_day(sessions: Sessions, library: Library, clock: FixedClock):
    await bot_nights.look(sessions, library, clock)
    assert await states(sessions) == []


async def test_a_training_that_breaks_is_written_down(
    sessions: Sessions, library: Library, clock: FixedClock, monkeypatch
):
    def broken(_lesson):
        raise LookupError

    monkeypatch.setattr(learning, "learn", broken)
    with pytest.raises(LookupError):
        await train(sessions, library, clock, NIGHT)
    assert await states(sessions) == ["failed"]
    assert await train(sessions, library, clock, NIGHT) is None


async def test_a_reviewers_choice_is_learned_masked_and_once(
    sessions: Sessions, clock: FixedClock
):
    async with transaction(sessions) as session:
        session.add(Staff(id="s", name="陈静", created_at=NOON_OF_TESTS))
        case = await add_case(session, subject="路灯坏了，找我13800138000", place="黄阁")
        for category in ("other", "lights_signals"):
            await sorting.confirm(session, clock, case, category, unit="区城管", staff_id="s")
    async with transaction(sessions) as session:
        [row] = await session.scalars(select(CaseExample))
    assert (row.category, row.unit, row.source) == ("lights_signals", "区城管", "confirmed")
    assert "13800138000" not in row.text + (row.title or "")
    assert "黄阁" in row.text


async def test_what_was_learned_from_a_case_goes_with_it(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        session.add(Staff(id=(key := new_id()), name="陈静", created_at=NOON_OF_TESTS))
        case = await add_case(session, subject="路灯坏了")
        await sorting.confirm(session, clock, case, "other", unit=None, staff_id=key)
    async with transaction(sessions) as session:
        await session.delete(await session.merge(case))
    async with transaction(sessions) as session:
        assert list(await session.scalars(select(CaseExample))) == []
