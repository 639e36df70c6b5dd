"""What leaves the limiter is not too fast where it arrives, and live replies find a place."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.telegram.limiter import IN_FLIGHT, ON_THE_WAY, Limiter, Priority, Ticket
from tests.bot.telegram.doubles import VirtualTime
from tests.bot.telegram.traffic import Asked, Traffic, bursts
from tools.telegram.paces import Limits, Paces
from tools.telegram.refusal import Refusal


@dataclass(frozen=True)
class Way:
    """How long it takes to note that a request leaves, until it arrives, and its answer back."""

    noting: float
    there: float
    back: float


WAYS = st.builds(
    Way,
    noting=st.sampled_from([0, 0.003, 0.08, 0.6, 4]),
    there=st.sampled_from([0, 0.002, 0.04, ON_THE_WAY * 0.99]),
    back=st.sampled_from([0, 0.005, 0.2, 3]),
)


@given(bursts(), st.lists(WAYS, min_size=1, max_size=40))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_telegrams_own_count_never_refuses(asked: list[Asked], ways: list[Way]):
    asyncio.run(check(asked, ways))


async def check(asked: list[Asked], ways: list[Way]) -> None:
    time, paces, tasks = VirtualTime(), Paces(), []
    paces.set(Limits())
    limiter = Limiter(clock=time.clock, sleep=time.sleep)

    async def send(one: Asked, way: Way) -> object:
        data: dict[str, object] = {"chat_id": one.chat}

        async def call() -> bool:
            await time.sleep(way.there)
            paces.check("sendMessage", data, time.now)  # Refusal is what must not be
            await time.sleep(way.back)
            return True

        ticket = Ticket(one.priority, lambda: time.sleep(way.noting))
        return await limiter.process_request(call, (), {}, "sendMessage", data, ticket)

    for number, one in enumerate(asked):
        await time.advance(one.after)
        tasks.append(asyncio.create_task(send(one, ways[number % len(ways)])))
    await time.finish(*tasks)
    assert all(task.result() is True for task in tasks)


def test_a_count_that_never_refuses_would_prove_nothing():
    paces = Paces()
    paces.set(Limits())
    for number in range(30):
        paces.check("sendMessage", {"chat_id": number}, 1000 + number / 40)
    with pytest.raises(Refusal):
        paces.check("sendMessage", {"chat_id": 99}, 1000.99)


async def test_a_live_reply_finds_a_place_among_notices_at_once():
    traffic = Traffic()
    tasks = [traffic.send(n, 1000 + n, Priority.NOTICE) for n in range(120)]
    await traffic.time.advance(2.01)
    tasks.append(traffic.send("live", 7))
    sent = await traffic.all(*tasks)
    (at,) = [at for at, name in sent if name == "live"]
    assert at == pytest.approx(2.01, abs=1 / 30 + 0.001)
    assert sent[-1][0] == pytest.approx(4, abs=0.1)  # and the notices keep their pace


async def test_so_many_notices_wait_for_answers_and_a_live_reply_passes_them():
    traffic = Traffic(overall_per_second=1000)
    traffic.takes = dict.fromkeys(range(100), 5.0)
    tasks = [traffic.send(n, 1000 + n, Priority.NOTICE) for n in range(100)]
    await traffic.time.advance(1)
    assert len(traffic.sent) == IN_FLIGHT
    tasks.append(traffic.send("live", 7))
    await traffic.time.settle()
    assert traffic.sent[-1].name == "live"
    await traffic.all(*tasks)
    assert len(traffic.sent) == 101


async def test_who_turns_back_frees_his_place():
    time = VirtualTime()
    limiter = Limiter(overall_per_second=1, clock=time.clock, sleep=time.sleep)

    async def refuse() -> None:
        raise LookupError

    async def call() -> bool:
        return True

    async def send(chat: int, ticket: Ticket) -> object:
        data: dict[str, object] = {"chat_id": chat}
        return await limiter.process_request(call, (), {}, "sendMessage", data, ticket)

    refused = [asyncio.create_task(send(5, Ticket(before=refuse))) for _ in range(3)]
    sent = asyncio.create_task(send(5, Ticket()))
    await time.settle()
    assert sent.done()
    assert all(isinstance(task.exception(), LookupError) for task in refused)


async def test_who_is_cancelled_in_the_moment_of_his_turn_frees_his_place():
    traffic = Traffic(overall_per_second=1)
    first, gone, last = (traffic.send(name, chat) for chat, name in enumerate("abc", 1))
    await traffic.time.settle()
    limiter = traffic.limiter
    traffic.time.now += 1
    limiter._serve()  # it is the second one's turn, and he has not heard of it
    gone.cancel()
    await traffic.time.settle()
    assert await traffic.all(first, last) == [(0, "a"), (1, "c")]
