"""Work that is done together: nobody waits for company, and nobody spoils it for another."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from bot.together import AT_ONCE, Together


class Work:
    """Doubles numbers; remembers what it was given together, and waits when it is told to."""

    def __init__(self) -> None:
        self.given: list[list[int]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.given.append(list(numbers))
        await self.go_on.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        if -1 in numbers:
            raise OperationalError("away", {}, Exception())
        return [number * 2 for number in numbers]


@pytest.fixture
async def work() -> Work:
    return Work()


async def ask(together: Together[int, int], *numbers: int) -> list[object]:
    return await asyncio.gather(*map(together.ask, numbers), return_exceptions=True)


async def test_who_comes_while_others_are_done_is_done_next(work: Work):
    together = Together(work)
    work.go_on.clear()
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(together.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    work.go_on.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6]
    assert work.given == [[1], [2, 3]]
    await together.stop()


async def test_there_is_an_end_to_what_is_done_at_once(work: Work):
    numbers = range(1, AT_ONCE + 3)
    assert await ask(Together(work), *numbers) == [number * 2 for number in numbers]
    assert [len(some) for some in work.given] == [AT_ONCE, 2]


async def test_one_that_fails_spoils_nothing_for_the_others(work: Work):
    found = await ask(Together(work), 1, 0, 2)
    assert (found[0], found[2]) == (2, 4)
    assert isinstance(found[1], ZeroDivisionError)


async def test_a_database_that_is_away_is_so_for_all_and_is_asked_once(work: Work):
    found = await ask(Together(work), 1, -1, 2)
    assert all(isinstance(error, OperationalError) for error in found)
    assert len(work.given) == 1


async def test_who_gave_up_before_it_began_asked_for_nothing(work: Work):
    together = Together(work)
    work.go_on.clear()
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    gone = asyncio.create_task(together.ask(2))
    await asyncio.sleep(0)
    gone.cancel()
    work.go_on.set()
    assert await first == 2
    with suppress(asyncio.CancelledError):
        await gone
    await together.stop()
    assert work.given == [[1]]
