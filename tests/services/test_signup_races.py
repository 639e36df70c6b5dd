"""Many at one list at the same moment, and one after the other in any order: nobody is in twice,
no more are in than there are places, and nobody jumps the queue.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from content.library import Library
from db.repositories.links import LinkRepository
from db.session import Sessions, make_engine, make_sessions, transaction
from kit.errors import AppError
from services import signups
from tests.factories import MASTER_KEY, FixedClock
from tests.services.linking import shown_to
from tests.services.noticing import Newsroom
from tests.services.signing_up import Naive, approved, listed, moved_up, on_list
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester

PROCESSES, CROWD = 4, 12
# How many rounds of random steps; `make soak` sets 300.
ROUNDS = "YIZHAN_TEST_ROUNDS"
AT_ONCE = ("sign", "sign", "cancel", "more", "forget")
STEPS = (*("sign",) * 8, *("cancel",) * 4, "more", "forget", *("become",) * 2, "end")
FEWEST, SELDOM = 5, 0.05
HALF_A_SECOND = 0.5


@pytest.fixture
def room(sessions: Sessions, library: Library, clock: FixedClock) -> Newsroom:
    return Newsroom(sessions, library, clock)


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Sessions]]:
    """Several processes on one database, each with connections of its own."""
    engines: list[AsyncEngine] = [make_engine(database_url) for _ in range(PROCESSES)]
    yield [make_sessions(engine, master_key=MASTER_KEY) for engine in engines]
    for engine in engines:
        await engine.dispose()


async def sign(room: Newsroom, sessions: Sessions, worker: str, notice: int) -> str | None:
    """His state, None where he was refused."""
    try:
        async with transaction(sessions) as session:
            stands = await signups.sign_up(session, room.library, room.clock, worker, notice)
            return stands.state
    except AppError:
        return None


async def cancel(room: Newsroom, sessions: Sessions, worker: str, notice: int) -> bool:
    try:
        async with transaction(sessions) as session:
            await signups.cancel(session, room.library, room.clock, worker, notice)
    except AppError:
        return False
    return True


async def more(room: Newsroom, sessions: Sessions, places: int | None, notice: int) -> bool:
    try:
        async with transaction(sessions) as session:
            await signups.set_places(session, room.library, room.clock, notice, places)
    except AppError:
        return False
    return True


async def forget(room: Newsroom, sessions: Sessions, worker: str) -> None:
    async with transaction(sessions) as session:
        await signups.forget_worker(session, room.library, room.clock, worker)


async def is_sound(room: Newsroom, notice: int) -> None:
    """What must hold of a list whatever came before."""
    row, lines = await listed(room, notice), await on_list(room, notice)
    inside = [number for number, (_, state) in lines.items() if state == "in"]
    queue = [number for number, (_, state) in lines.items() if state == "waiting"]
    assert row.taken == len(inside)
    assert row.places is None or len(inside) <= row.places
    assert not queue or row.places == len(inside)  # nobody waits while there is room
    assert not queue or not inside or max(inside) < min(queue)
    assert len({worker for worker, _ in lines.values()}) == len(lines)


async def test_the_last_place_is_given_once(room: Newsroom, processes: list[Sessions]):
    workers = await room.workers(CROWD)
    for places in (1, 3):
        notice = await approved(room, places)
        found = await asyncio.gather(
            *(
                sign(room, processes[n % PROCESSES], worker, notice)
                for n, worker in enumerate(workers)
            )
        )
        assert sorted(found) == ["in"] * places + ["waiting"] * (CROWD - places)
        assert list(await on_list(room, notice)) == list(range(1, CROWD + 1))
        await is_sound(room, notice)


async def test_one_who_taps_twice_at_once_is_in_once(room: Newsroom, processes: list[Sessions]):
    [worker] = await room.workers(1)
    notice = await approved(room, 5)
    found = await asyncio.gather(*(sign(room, each, worker, notice) for each in processes * 2))
    assert found == ["in"] * PROCESSES * 2
    assert list(await on_list(room, notice)) == [1]


@pytest.mark.parametrize("seed", [20261129])
async def test_a_crowd_that_comes_and_goes(room: Newsroom, processes: list[Sessions], seed: int):
    random = Random(seed)  # noqa: S311 - the same orders each time
    workers = await room.workers(CROWD)
    for _ in range(max(1, int(os.environ.get(ROUNDS, "20")) // 10)):
        notices = [await approved(room, random.randint(1, 4)) for _ in range(2)]
        for _ in range(10):
            await asyncio.gather(
                *(
                    moves(room, random, processes[n % PROCESSES], workers, notices)
                    for n in range(PROCESSES * 2)
                )
            )
            for notice in notices:
                await is_sound(room, notice)
    told = await moved_up(room)
    assert told
    assert len(told) == len(set(told))  # each worker has one account here


async def moves(
    room: Newsroom, random: Random, sessions: Sessions, workers: list[str], notices: list[int]
) -> None:
    """Anything that may happen to a list, drawn before anybody waits for anything."""
    what, worker, notice = random.choice(AT_ONCE), random.choice(workers), random.choice(notices)
    places = random.randint(1, 9)
    if what == "sign":
        await sign(room, sessions, worker, notice)
    elif what == "cancel":
        await cancel(room, sessions, worker, notice)
    elif what == "more":
        await more(room, sessions, places, notice)
    else:
        await forget(room, sessions, worker)


@dataclass
class Pair:
    """The list and its model, to which the same is done; what each step answers is the same."""

    room: Newsroom
    notice: int
    naive: Naive
    workers: list[str]
    random: Random

    async def sign(self, worker: str) -> None:
        state = await sign(self.room, self.room.sessions, worker, self.notice)
        assert self.naive.sign(worker, self.room.clock()) == (state is not None)

    async def cancel(self, worker: str) -> None:
        done = await cancel(self.room, self.room.sessions, worker, self.notice)
        assert self.naive.leave(worker, self.room.clock()) == done

    async def more(self, _worker: str) -> None:
        most = self.naive.places or 1
        places = self.random.choice((most - 1, most, most + 1, most + 2))
        if self.random.random() < SELDOM:
            places = None
        done = await more(self.room, self.room.sessions, places, self.notice)
        assert self.naive.more(places) == done

    async def forget(self, worker: str) -> None:
        await forget(self.room, self.room.sessions, worker)
        self.naive.leave(worker, self.room.clock())

    async def become(self, leaving: str) -> None:
        """One worker becomes another, as when two chats are linked."""
        if len(self.workers) <= FEWEST:
            return
        staying = self.random.choice([each for each in self.workers if each != leaving])
        async with transaction(self.room.sessions) as session:
            await signups.hold(session, (leaving, staying))
            await signups.join(session, self.room.library, self.room.clock, leaving, staying)
            await LinkRepository(session).merge(leaving, staying)
        self.naive.become(leaving, staying, self.room.clock())
        self.workers.remove(leaving)

    async def end(self, _worker: str) -> None:
        if self.random.random() < SELDOM:
            async with transaction(self.room.sessions) as session:
                await signups.end(session, self.notice, "stopped")
            self.naive.ended = True


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_gives_what_a_pencil_gives(room: Newsroom, seed: int):
    random = Random(seed)  # noqa: S311 - the same orders each time
    notice = await approved(room, random.choice((1, 2, 3)))
    row = await listed(room, notice)
    naive = Naive(row.places, row.closes_at)
    pair = Pair(room, notice, naive, await room.workers(10), random)
    rounds = int(os.environ.get(ROUNDS, "60"))
    for done in range(rounds):
        if done == rounds * 2 // 3:
            room.clock.advance(hours=7)  # it closes
        step = getattr(pair, random.choice(STEPS))
        await step(random.choice(pair.workers))
        assert await on_list(room, notice) == naive.lines
        assert (await listed(room, notice)).taken == len(naive.inside)
    causes = [f"signup:{notice}:{number}" for number in naive.told]
    assert sorted(set(await moved_up(room))) == sorted(causes)


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_two_chats_become_one_while_one_of_them_moves_up(
    chat: Chat, worker: WorkerTester, phone: WorkerTester, monkeypatch: pytest.MonkeyPatch
):
    """Who links holds a worker, and who cancels a list: neither may wait for the other.

    On SQLite there is one writer at a time.
    """
    room = Newsroom(chat.sessions, chat.library, chat.clock)
    notice, other = await approved(room, 1), await chat.newcomer("telegram")
    for each in (other, worker, phone):
        await sign(room, room.sessions, each.id, notice)
    code, tasks = await shown_to(worker), []
    join = signups.join

    async def late(*given: Any) -> None:
        tasks.append(asyncio.create_task(cancel(room, room.sessions, other.id, notice)))
        await asyncio.wait(tasks, timeout=HALF_A_SECOND)
        await join(*given)

    monkeypatch.setattr(signups, "join", late)
    await phone.says(code)

    phone.sees("绑好了")
    assert await asyncio.gather(*tasks) == [True]
    assert await on_list(room, notice) == {2: (phone.id, "in")}
    await is_sound(room, notice)
