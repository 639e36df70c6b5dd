"""What a `RetryAfter` does: it halts all, nobody ends it early, nobody waits for ever."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from telegram.error import RetryAfter

from bot.telegram.limiter import HALT_MARGIN, Priority
from tests.bot.telegram.traffic import TINY, Asked, Traffic, bursts

# PTB's own constructor of RetryAfter warns of a change to come, whoever calls it.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


async def test_a_retry_after_halts_everybody_and_is_obeyed_by_those_who_wait():
    traffic = Traffic()
    traffic.refusals["a"] = [5]
    with capture_logs() as logged:
        tasks = [traffic.send("a", 1), traffic.send("a2", 1)]
        await traffic.time.settle()
        tasks += [
            traffic.send("notice", 2, Priority.NOTICE),
            traffic.send("file", None, endpoint="getFile"),
            traffic.send("edit", 3, endpoint="editMessageText"),
            traffic.send("live", 2),
        ]
        sent = await traffic.all(*tasks)
    again = 5 + HALT_MARGIN
    assert sent[:1] == [(0, "a")]
    assert sorted(sent[1:5], key=str) == sorted(
        [(again, name) for name in ("a", "file", "edit", "live")], key=str
    )
    assert sent[5:] == [(again + 1, "notice"), (again + 1, "a2")] or sent[5:] == [
        (again + 1, "a2"),
        (again + 1, "notice"),
    ]
    assert [(line["event"], line["seconds"]) for line in logged] == [("telegram_halted", 5)]


async def test_the_end_of_a_request_in_flight_ends_no_halt():
    """What PTB 22.8 does wrong (its issue 5338)."""
    traffic = Traffic()
    traffic.refusals["refused"] = [10]
    traffic.takes["slow"] = 2
    tasks = [traffic.send("slow", 1), traffic.send("refused", 2)]
    await traffic.time.settle()
    tasks.append(traffic.send("third", 3))
    sent = await traffic.all(*tasks)
    assert sent == [(0, "slow"), (0, "refused"), (10.1, "refused"), (10.1, "third")]


async def test_who_was_let_go_but_has_not_left_is_halted_too():
    traffic = Traffic()
    traffic.refusals["a"] = [5]
    tasks = [traffic.send(name, chat) for chat, name in [(1, "x"), (2, "y"), (1, "a"), (2, "b")]]
    sent = await traffic.all(*tasks)
    # One alarm wakes both; the first hears of the halt before the second leaves.
    assert sent == [(0, "x"), (0, "y"), (1, "a"), (6.1, "a"), (6.1, "b")]


async def test_a_halt_that_begins_at_the_last_moment_is_respected():
    traffic = Traffic()
    traffic.notes["noting"] = 2
    traffic.refusals["refused"] = [10]
    traffic.takes["refused"] = 1
    sent = await traffic.all(traffic.send("noting", 1), traffic.send("refused", 2))
    assert sent == [(0, "refused"), (11.1, "refused"), (13.1, "noting")]


async def test_a_second_retry_after_only_prolongs_the_halt():
    traffic = Traffic()
    traffic.refusals = {"a": [10], "long": [20], "short": [2]}
    traffic.takes = {"long": 1, "short": 2}
    tasks = [traffic.send(name, chat) for chat, name in enumerate(["short", "long", "a"], 1)]
    await traffic.time.settle()
    tasks.append(traffic.send("later", 9))
    sent = await traffic.all(*tasks)
    assert {at for at, _ in sent[3:]} == {21.1}
    assert {name for _, name in sent[3:]} == {"a", "short", "long", "later"}


@dataclass(frozen=True)
class Fate:
    """What becomes of a request: how long each call, and what runs before it, lasts; its 429s."""

    takes: float
    notes: float
    refusals: list[int]


LASTING = st.sampled_from([0, 0, 0.4, 3, 12])
FATES = st.builds(Fate, LASTING, LASTING, st.lists(st.integers(1, 30), max_size=5))


@given(bursts(), st.dictionaries(st.integers(0, 60), FATES))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_leaves_during_a_halt_and_nobody_waits_for_ever(
    asked: list[Asked], fates: dict[int, Fate]
):
    asyncio.run(check_halts(asked, fates))


async def check_halts(asked: list[Asked], fates: dict[int, Fate]) -> None:
    traffic, tasks = Traffic(), []
    traffic.takes = {number: fate.takes for number, fate in fates.items() if fate.takes}
    traffic.notes = {number: fate.notes for number, fate in fates.items() if fate.notes}
    traffic.refusals = {number: list(fate.refusals) for number, fate in fates.items()}
    promised = {number: list(fate.refusals) for number, fate in fates.items()}
    for number, one in enumerate(asked):
        await traffic.time.advance(one.after)
        tasks.append(traffic.send(number, one.chat, one.priority))
    await traffic.time.finish(*tasks)
    halts: list[tuple[float, float]] = []  # heard of when, over when
    for one in traffic.sent:
        for heard, over in halts:
            assert one.at <= heard or one.at >= over
        if promised.get(one.name):
            heard = one.at + fates[one.name].takes
            halts.append((heard, heard + promised[one.name].pop(0) + HALT_MARGIN - TINY))
    ends = [task.exception() or task.result() for task in tasks]
    assert all(end is True or isinstance(end, RetryAfter) for end in ends)


async def test_who_is_refused_too_often_hears_of_it_and_nothing_was_lost():
    traffic = Traffic(retries=2)
    traffic.refusals["a"] = [1, 1, 1, 1]
    task = traffic.send("a")
    sent = await traffic.all(task)
    assert isinstance(task.exception(), RetryAfter)
    assert len(sent) == 3


async def test_nobody_waits_behind_a_halt_longer_than_the_limiter_is_patient():
    traffic = Traffic(patience=60)
    traffic.refusals = {"refused": [3000]}
    traffic.takes = {"refused": 0.5}
    before = [traffic.send("refused", 1), traffic.send("behind", 1)]
    await traffic.time.advance(0.6)
    after = [traffic.send("new", 2), traffic.send("file", None, endpoint="getFile")]
    await traffic.time.settle()
    assert all(isinstance(task.exception(), RetryAfter) for task in before + after)
    assert after[0].exception()._retry_after.total_seconds() == 3000
    # When it is over all is as before.
    await traffic.time.advance(3000)
    assert (await traffic.all(traffic.send("fresh", 2)))[-1] == (3000.6, "fresh")


async def test_the_patience_holds_for_all_halts_together():
    traffic = Traffic(patience=60, retries=9)
    traffic.refusals["a"] = [25, 25, 25, 25]
    task = traffic.send("a")
    sent = await traffic.all(task)
    assert isinstance(task.exception(), RetryAfter)
    assert [at for at, _ in sent] == [0, 25.1, 50.2]
    assert traffic.time.now == pytest.approx(1050.2)
